package client

import (
	"context"
	"iter"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Status returns the server's account of itself and its sessions.
func (c *Client) Status(ctx context.Context) (nodeapi.Status, error) {
	return invoke[nodeapi.Status](ctx, c, nodeapi.MethodStatus, nil)
}

// Samples returns the figures of about the last hour, the oldest first: those
// after since, all if it is zero.
func (c *Client) Samples(ctx context.Context, since time.Time) ([]nodeapi.StatusSample, error) {
	var request nodeapi.SamplesRequest
	if !since.IsZero() {
		request.Since = since.UnixMilli()
	}
	list, err := invoke[nodeapi.SampleList](ctx, c, nodeapi.MethodStatusSamples, request)
	return list.Samples, err
}

// Events yields the configuration that is in force, and then each change of it
// and each warning of the node's, until ctx ends.
func (c *Client) Events(ctx context.Context) iter.Seq2[nodeapi.NodeEvent, error] {
	return list[nodeapi.NodeEvent](ctx, c, nodeapi.MethodEvents, nil)
}

// Log is the group of the node's log.
type Log struct{ c *Client }

// Log returns the group of the node's log.
func (c *Client) Log() Log { return Log{c} }

// Levels returns from which level on the lines of each subsystem are kept.
func (l Log) Levels(ctx context.Context) ([]nodeapi.LogLevel, error) {
	result, err := invoke[nodeapi.LogLevels](ctx, l.c, nodeapi.MethodLogList, nil)
	return result.Levels, err
}

// SetLevel sets that of a subsystem, "*" for all, for as long as the server
// lives: "debug", "info", "warn" or "error".
func (l Log) SetLevel(ctx context.Context, subsystem, level string) error {
	return do(ctx, l.c, nodeapi.MethodLogLevel, nodeapi.LogLevel{Subsystem: subsystem, Level: level})
}

// Tail yields the lines that opts asks for, all that are kept if it is zero.
func (l Log) Tail(ctx context.Context, opts nodeapi.LogTailRequest) iter.Seq2[nodeapi.LogLine, error] {
	return list[nodeapi.LogLine](ctx, l.c, nodeapi.MethodLogTail, opts)
}
