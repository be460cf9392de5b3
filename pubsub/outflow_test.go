//go:build !js

package pubsub

import (
	"fmt"
	"testing"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/network"
	"google.golang.org/protobuf/proto"
)

// A peer that listens and never reads costs others nothing: what is queued for
// it is bounded, and others get every message.
func TestPeerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	p, friend := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, p.Host(), friend.Host())
	s := subscribe(t, friend, "x", SubscribeOptions{})
	m := newMallory(t, p)
	m.host.SetStreamHandler(gossip.GossipSubID_v11, func(network.Stream) {})
	err := m.send(&pb.RPC{Subscriptions: []*pb.RPC_SubOpts{{Subscribe: proto.Bool(true), Topicid: proto.String("x")}}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "both are known to listen", func() bool { return len(p.Peers("x")) == 2 })

	data := make([]byte, MaxMessage-100)
	const n = outMost/MaxMessage + 8
	quickest := time.Hour // of the last ones
	for i := range n {
		start := time.Now()
		publish(t, p, "x", fmt.Sprint(string(data), i))
		if i >= n-4 {
			quickest = min(quickest, time.Since(start))
		}
		if d := nextData(t, s, fmt.Sprint(string(data), i)); d.Dropped != 0 {
			t.Fatalf("%d messages were dropped; want none", d.Dropped)
		}
		p.streams.out.mu.Lock()
		for id, o := range p.streams.out.peers {
			if o.bytes > outMost+2*MaxMessage {
				t.Errorf("%d bytes are queued for %s", o.bytes, id)
			}
		}
		p.streams.out.mu.Unlock()
	}
	if quickest >= outPatience {
		t.Errorf("publishing takes %v once much is queued", quickest)
	}
}

// What is queued is counted down as it is written, also what is written before
// it is counted.
func TestOutflowCounts(t *testing.T) {
	t.Parallel()
	f := newOutflow()
	p := f.begin("peer", func() {})
	rpc := func(sizes ...int) *gossip.RPC {
		r := new(gossip.RPC)
		for _, size := range sizes {
			r.Publish = append(r.Publish, &pb.Message{Data: make([]byte, size)})
		}
		return r
	}
	f.wrote(p) // the hello
	f.queued("peer", rpc(1, 2))
	f.queued("peer", rpc())
	f.queued("peer", rpc(outBytes))
	if f.full() == nil {
		t.Error("there is room; want none")
	}
	f.wrote(p)
	f.wrote(p)
	if got := p.bytes; got != outBytes {
		t.Errorf("%d bytes are queued; want %d", got, outBytes)
	}
	if f.full() != nil {
		t.Error("there is no room; want some")
	}
	f.wrote(p)
	f.wrote(p)
	f.queued("peer", rpc(5))
	if p.bytes != 0 || len(p.sizes) != 0 || p.ahead != 0 {
		t.Errorf("%d bytes in %d RPCs are queued; want none", p.bytes, len(p.sizes))
	}
	again := f.begin("peer", func() {})
	f.end(p)
	f.queued("peer", rpc(7))
	if again.bytes != 7 {
		t.Errorf("%d bytes are queued on the new stream; want 7", again.bytes)
	}
}
