package pubsub

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
	"google.golang.org/protobuf/proto"
)

func rpcOf(n, size int) *gossip.RPC {
	rpc := new(gossip.RPC)
	for range n {
		rpc.Publish = append(rpc.Publish, &pb.Message{Topic: proto.String("x"), Data: make([]byte, size)})
	}
	return rpc
}

func messageFrom(from peer.ID, size int) *gossip.Message {
	return &gossip.Message{Message: &pb.Message{Data: make([]byte, size)}, ReceivedFrom: from}
}

func waited(f *inflow, from peer.ID) time.Duration {
	start := time.Now()
	f.wait(from, nil)
	return time.Since(start)
}

func TestInflow(t *testing.T) {
	t.Parallel()
	joined := func() *inflow {
		f := newInflow()
		f.joined["x"] = struct{}{}
		return f
	}
	tests := []struct {
		name string
		run  func(f *inflow)
		want time.Duration // that "a" waits afterwards
	}{
		{"nothing yet", func(*inflow) {}, 0},
		{"a few messages", func(f *inflow) { f.take("a", rpcOf(pendingMessages-1, 1)) }, 0},
		{"many messages", func(f *inflow) { f.take("a", rpcOf(pendingMessages, 1)) }, stuck},
		{"many bytes", func(f *inflow) { f.take("a", rpcOf(2, pendingBytes/2)) }, stuck},
		{"more bytes than it may send in the long run", func(f *inflow) {
			for range 3 {
				f.take("a", rpcOf(1, inBytesBurst/2))
				f.checked(messageFrom("a", inBytesBurst/2), false)
			}
		}, time.Second},
		{"others' messages", func(f *inflow) { f.take("b", rpcOf(pendingMessages, 1)) }, 0},
		{"all peers' bytes", func(f *inflow) {
			for i := range pendingTotal / pendingBytes {
				f.take(peer.ID(fmt.Sprint(i)), rpcOf(1, pendingBytes))
			}
			f.take("a", rpcOf(1, 1))
		}, stuck},
		{"all peers' bytes, but none of its own", func(f *inflow) {
			for i := range pendingTotal / pendingBytes {
				f.take(peer.ID(fmt.Sprint(i)), rpcOf(1, pendingBytes))
			}
		}, 0},
		{"topics that nobody listens to", func(f *inflow) {
			rpc := rpcOf(pendingMessages, 1)
			for _, m := range rpc.Publish {
				m.Topic = proto.String("y")
			}
			f.take("a", rpc)
		}, 0},
		{"messages that are checked", func(f *inflow) {
			f.take("a", rpcOf(pendingMessages, 1))
			go func() {
				time.Sleep(time.Second)
				f.checked(messageFrom("a", 1), false)
			}()
		}, time.Second},
		{"more than it may send in the long run", func(f *inflow) {
			for range inBurst/rpcMessages + 1 {
				f.take("a", rpcOf(rpcMessages, 0))
				for range rpcMessages {
					f.checked(messageFrom("a", 0), false)
				}
			}
		}, rpcMessages * time.Second / inRate},
		{"bad messages", func(f *inflow) {
			for range inBurst/badCost + 2 {
				f.take("a", rpcOf(1, 0))
				f.checked(messageFrom("a", 0), true)
			}
		}, 2*time.Second + (inBurst/badCost+2)*time.Second/inRate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := joined()
				tt.run(f)
				if got := waited(f, "a").Round(time.Millisecond); got != tt.want.Round(time.Millisecond) {
					t.Errorf("waited %v; want %v", got, tt.want)
				}
			})
		})
	}
}

func TestInflowCutsWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	f := newInflow()
	f.joined["x"] = struct{}{}
	rpc := rpcOf(2*rpcMessages, 0)
	for i := range 2 * peerTopics {
		rpc.Subscriptions = append(rpc.Subscriptions, &pb.RPC_SubOpts{
			Subscribe: proto.Bool(true), Topicid: proto.String(fmt.Sprint("t", i)),
		})
	}
	f.take("a", rpc)
	if len(rpc.Publish) != rpcMessages || len(rpc.Subscriptions) != peerTopics {
		t.Errorf("%d messages and %d topics were taken; want %d and %d",
			len(rpc.Publish), len(rpc.Subscriptions), rpcMessages, peerTopics)
	}
	f.begin("a")
	again := &gossip.RPC{RPC: pb.RPC{Subscriptions: rpc.Subscriptions[:1:1]}}
	if f.take("a", again); len(again.Subscriptions) != 1 {
		t.Error("a new stream's topics are not taken")
	}
	for i := range 3 * inPeers {
		f.take(peer.ID(fmt.Sprint(i)), rpcOf(1, 10))
	}
	if len(f.peers) > inPeers {
		t.Errorf("%d peers are remembered; want at most %d", len(f.peers), inPeers)
	}
	if want := 10 * len(f.peers); f.bytes > want {
		t.Errorf("%d bytes are counted; want at most %d", f.bytes, want)
	}
}
