package client

import (
	"context"
	"iter"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Stats is the group of figures.
type Stats struct{ c *Client }

// Stats returns the group of figures.
func (c *Client) Stats() Stats { return Stats{c} }

// Bitswap is Bitswap.Stat.
func (s Stats) Bitswap(ctx context.Context) (nodeapi.BitswapStat, error) {
	return s.c.Bitswap().Stat(ctx)
}

// Repo is Repo.Stat.
func (s Stats) Repo(ctx context.Context) (nodeapi.RepoStat, error) { return s.c.Repo().Stat(ctx) }

// BandwidthOptions say which bytes are counted, and how often. At most one of
// Peer and Protocol is set.
type BandwidthOptions struct {
	Peer     string
	Protocol string
	Poll     bool
	Interval time.Duration // of a poll, a second if 0
}

// Bandwidth yields the bytes that go over the network, once or, with opts.Poll,
// at intervals until ctx ends.
func (s Stats) Bandwidth(ctx context.Context, opts BandwidthOptions) iter.Seq2[nodeapi.Bandwidth, error] {
	return list[nodeapi.Bandwidth](ctx, s.c, nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{
		Peer: opts.Peer, Proto: opts.Protocol, Poll: opts.Poll, Interval: uint64(max(0, opts.Interval.Milliseconds())),
	})
}
