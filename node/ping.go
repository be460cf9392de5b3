package node

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// The times of a ping.
const (
	defaultPings = 10
	pingInterval = time.Second
	pingTimeout  = 10 * time.Second // for one answer
)

// Ping measures how long the way to a peer and back takes. As in the Core API
// the first result and the last only have text.
func (n *Node) Ping(ctx context.Context, req nodeapi.PingRequest) iter.Seq2[nodeapi.PingResult, error] {
	return func(yield func(nodeapi.PingResult, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		if err := n.ping(ctx, req, yield); err != nil {
			yield(nodeapi.PingResult{}, err)
		}
	}
}

// ping returns nil once yield wants no more.
func (n *Node) ping(ctx context.Context, req nodeapi.PingRequest, yield func(nodeapi.PingResult, error) bool) error {
	info, err := n.reachable(ctx, req.Peer)
	if err != nil {
		return err
	}
	count := req.Count
	if count == 0 {
		count = defaultPings
	}
	if !yield(nodeapi.PingResult{Success: true, Text: fmt.Sprintf("PING %s.", info.ID)}, nil) {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := ping.Ping(network.WithNoDial(ctx, "it is connected"), n.net.Host(), info.ID)
	var total time.Duration
	for i := range count {
		if i > 0 && !pause(ctx, pingInterval) {
			return context.Cause(ctx)
		}
		rtt, err := nextAnswer(ctx, answers)
		if err != nil {
			return err
		}
		total += rtt
		if !yield(nodeapi.PingResult{Success: true, Time: int64(rtt)}, nil) {
			return nil
		}
	}
	average := float64(total.Microseconds()) / float64(count) / 1000
	yield(nodeapi.PingResult{Success: true, Text: fmt.Sprintf("Average latency: %.2fms", average)}, nil)
	return nil
}

func nextAnswer(ctx context.Context, answers <-chan ping.Result) (time.Duration, error) {
	timeout := time.NewTimer(pingTimeout)
	defer timeout.Stop()
	select {
	case r, ok := <-answers:
		switch {
		case ctx.Err() != nil:
			return 0, context.Cause(ctx)
		case !ok || r.Error != nil:
			return 0, nodeapi.Errorf(nodeapi.CodeStreamReset, nil, "the peer does not answer: %w", r.Error)
		}
		return r.RTT, nil
	case <-timeout.C:
		return 0, nodeapi.Errorf(nodeapi.CodeStreamReset, nil, "the peer did not answer in %s", pingTimeout)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reachable reads a peer's id, or a multiaddr that ends in one, and makes sure of
// a connection to it.
func (n *Node) reachable(ctx context.Context, text string) (peer.AddrInfo, error) {
	if n.net == nil {
		return peer.AddrInfo{}, errOffline
	}
	info, err := n.parsePeer(text)
	if err != nil {
		return info, err
	}
	return info, n.dial(ctx, info)
}

func (n *Node) parsePeer(text string) (peer.AddrInfo, error) {
	if strings.HasPrefix(text, "/") {
		return n.net.ParseDialable(text)
	}
	return p2p.ParseID(text)
}
