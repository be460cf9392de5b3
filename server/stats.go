package server

import (
	"cmp"
	"context"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The bounds on the time between two answers to a poll.
const (
	leastInterval   = 100 * time.Millisecond
	defaultInterval = time.Second
	mostInterval    = time.Hour
)

func statsBandwidth(ctx context.Context, b Statistics, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.BandwidthRequest](call)
	if err != nil {
		return nil, err
	}
	interval, err := checkBandwidth(req)
	if err != nil {
		return nil, err
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		bandwidth, err := b.Bandwidth(ctx, req.Peer, req.Proto)
		if err != nil {
			return nil, err
		}
		if err := call.WriteItem(bandwidth); err != nil || !req.Poll {
			return nil, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func checkBandwidth(req nodeapi.BandwidthRequest) (interval time.Duration, err error) {
	if req.Peer != "" {
		if err := checkPeer(req.Peer); err != nil {
			return 0, err
		}
	}
	if req.Proto != "" {
		if req.Peer != "" {
			return 0, invalidOption("proto", req.Proto, "is not for the bytes of one peer")
		}
		if err := checkProtocol("proto", req.Proto); err != nil {
			return 0, err
		}
	}
	asked := cmp.Or(req.Interval, uint64(defaultInterval.Milliseconds()))
	if asked < uint64(leastInterval.Milliseconds()) || asked > uint64(mostInterval.Milliseconds()) {
		return 0, invalidOption("interval", req.Interval, "is not of %d to %d milliseconds",
			leastInterval.Milliseconds(), mostInterval.Milliseconds())
	}
	return time.Duration(asked) * time.Millisecond, nil
}
