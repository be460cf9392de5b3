package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

const (
	// messageTopic is where the peer publishes, and ackTopic where tabs say how
	// far they have come.
	messageTopic = "bench"
	ackTopic     = "bench-ack"

	messageSize  = 256
	messageCount = 2048 // a multiple of ackEvery
	// messagesAhead is how many messages the peer is ahead of the slowest tab at
	// most: less than what the queue of a tab takes, so that none is lost.
	messagesAhead = 128
	// ackEvery is how many messages a tab acknowledges at once.
	ackEvery = 32
	// spaced is how many messages are sent one by one, for latency.
	spaced = 100
)

// messageTabs are the numbers of tabs that messages are sent to.
var messageTabs = []int{1, 8, 32}

// A peerNode is a native node that publishes.
type peerNode struct {
	*node.Node

	addr string
}

func startPeer(ctx context.Context) (*peerNode, error) {
	store := blockstore.NewMemory()
	n, err := node.New(ctx, node.Config{
		Blockstore: store.Blocks(), Datastore: store.Datastore(),
		Network: nodeapi.NetworkOn, Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"},
	})
	if err != nil {
		return nil, err
	}
	id, err := n.ID(ctx)
	if err == nil && len(id.Addresses) == 0 {
		err = errors.New("the peer listens nowhere")
	}
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return &peerNode{Node: n, addr: id.Addresses[0]}, nil
}

// measureMessages has a peer publish to more and more tabs of one browser.
func (b *bencher) measureMessages(ctx context.Context, r *run) error {
	return withBrowser(ctx, func(browser *harness.Chromium) error {
		peer, err := startPeer(ctx)
		if err != nil {
			return err
		}
		defer peer.Close() //nolint:errcheck // nothing of it is kept
		acks, err := peer.Subscribe(ctx, nodeapi.SubscribeRequest{Topic: ackTopic, Queue: 4096})
		if err != nil {
			return err
		}
		defer acks.Close() //nolint:errcheck // see above
		var tabs []*harness.ChromiumTab
		for _, n := range messageTabs {
			for len(tabs) < n {
				tab, err := browser.OpenTab(ctx, b.server.Origin()+"/"+ours+".html")
				if err != nil {
					return err
				}
				if err := tab.Eval(ctx, nil, "await bench.listen(args[0])", map[string]any{
					"addr": peer.addr, "topic": messageTopic, "ackTopic": ackTopic, "ackEvery": ackEvery, "tab": len(tabs),
				}); err != nil {
					return err
				}
				tabs = append(tabs, tab)
			}
			if err := peer.awaitListener(ctx, messageTopic); err != nil {
				return err
			}
			if err := acknowledge(ctx, tabs, true); err != nil {
				return err
			}
			rate, err := peer.flood(ctx, acks, n)
			if err != nil {
				return fmt.Errorf("%d tabs: %w", n, err)
			}
			r.Figures[fmt.Sprintf("messages.rate%d", n)] = rate
			latency, err := peer.latency(ctx, tabs)
			if err != nil {
				return fmt.Errorf("%d tabs: %w", n, err)
			}
			r.Figures[fmt.Sprintf("messages.latency%d", n)] = latency
		}
		return nil
	})
}

// acknowledge has the tabs begin to count, and tell of it or not.
func acknowledge(ctx context.Context, tabs []*harness.ChromiumTab, on bool) error {
	for _, tab := range tabs {
		if err := tab.Eval(ctx, nil, "bench.acknowledge(args[0])", on); err != nil {
			return err
		}
	}
	return nil
}

// awaitListener waits until a browser listens to a topic.
func (p *peerNode) awaitListener(ctx context.Context, topic string) error {
	for {
		peers, err := p.PubSubPeers(ctx, topic)
		if err != nil || len(peers) > 0 {
			return err
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// flood publishes as fast as the slowest tab reads, and returns how many
// messages a second reach each of n tabs.
func (p *peerNode) flood(ctx context.Context, acks nodeapi.Subscription, n int) (float64, error) {
	began := time.Now()
	seen := make([]int, n)
	for sent := 0; slowest(seen) < messageCount; {
		if sent < messageCount && sent-slowest(seen) < messagesAhead {
			if err := p.publish(ctx); err != nil {
				return 0, err
			}
			sent++
			continue
		}
		ack, err := acks.Next(ctx)
		if err != nil {
			return 0, err
		}
		if ack.Dropped > 0 {
			return 0, fmt.Errorf("%d acknowledgements were lost", ack.Dropped)
		}
		if len(ack.Data) == 2 && int(ack.Data[0]) < n {
			if ack.Data[1] != 0 {
				return 0, fmt.Errorf("tab %d lost %d messages", ack.Data[0], ack.Data[1])
			}
			seen[ack.Data[0]] += ackEvery
		}
	}
	return messageCount / time.Since(began).Seconds(), nil
}

func slowest(seen []int) int {
	least := seen[0]
	for _, n := range seen {
		least = min(least, n)
	}
	return least
}

// publish publishes a message that says when.
func (p *peerNode) publish(ctx context.Context) error {
	data := make([]byte, messageSize)
	binary.BigEndian.PutUint64(data, uint64(time.Now().UnixMicro()))
	return p.Publish(ctx, messageTopic, data)
}

// latency sends messages apart from each other and returns how long, in
// milliseconds, the median one took to the tab where it came last.
func (p *peerNode) latency(ctx context.Context, tabs []*harness.ChromiumTab) (float64, error) {
	if err := acknowledge(ctx, tabs, false); err != nil {
		return 0, err
	}
	for range spaced {
		if err := p.publish(ctx); err != nil {
			return 0, err
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
	last := make([]float64, spaced)
	for _, tab := range tabs {
		var took []float64
		if err := tab.Eval(ctx, &took, "return bench.latencies(args[0])", spaced); err != nil {
			return 0, err
		}
		for i, ms := range took {
			last[i] = max(last[i], ms)
		}
	}
	return spreadOf(last).Median, nil
}
