//go:build !js

package pubsub

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/multiformats/go-varint"
	"google.golang.org/protobuf/proto"
)

// mallory is a peer that writes to gossipsub's stream what it likes.
type mallory struct {
	t      *testing.T
	host   host.Host
	stream network.Stream
	seqno  uint64
}

func newMallory(t *testing.T, victim *PubSub) *mallory {
	t.Helper()
	m := &mallory{t: t, host: newHost(t), seqno: uint64(time.Now().UnixNano())}
	m.host.SetStreamHandler(gossip.GossipSubID_v11, func(s network.Stream) { _, _ = io.Copy(io.Discard, s) })
	connect(t, m.host, victim.Host())
	s, err := m.host.NewStream(t.Context(), victim.Host().ID(), gossip.GossipSubID_v11)
	if err != nil {
		t.Fatal(err)
	}
	m.stream = s
	return m
}

// message returns a message with a good signature.
func (m *mallory) message(topic string, data []byte) *pb.Message {
	m.seqno++
	id := m.host.ID()
	msg := &pb.Message{
		From:  []byte(id),
		Topic: &topic,
		Seqno: binary.BigEndian.AppendUint64(nil, m.seqno),
		Data:  data,
	}
	m.sign(msg)
	return msg
}

func (m *mallory) sign(msg *pb.Message) {
	plain, err := proto.Marshal(msg)
	if err != nil {
		m.t.Error(err)
	}
	msg.Signature, err = m.host.Peerstore().PrivKey(m.host.ID()).Sign(append([]byte(gossip.SignPrefix), plain...))
	if err != nil {
		m.t.Error(err)
	}
}

func (m *mallory) send(rpc *pb.RPC) error {
	b, err := proto.Marshal(rpc)
	if err != nil {
		return err
	}
	_, err = m.stream.Write(append(varint.ToUvarint(uint64(len(b))), b...))
	return err
}

// flood sends what next returns, as fast as it is taken, until the test ends or
// stop is called.
func (m *mallory) flood(next func() *pb.RPC) (sent *atomic.Int64, stop func()) {
	sent = new(atomic.Int64)
	ctx, cancel := context.WithCancel(m.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil && m.send(next()) == nil {
			sent.Add(1)
		}
	}()
	return sent, func() {
		cancel()
		_ = m.stream.Reset()
		<-done
	}
}

// TestFlood has a peer send all it can, and another whose messages must all
// arrive meanwhile, and soon.
func TestFlood(t *testing.T) {
	t.Parallel()
	data := make([]byte, 1000)
	tests := []struct {
		name string
		next func(m *mallory) *pb.RPC
	}{
		{"good messages", func(m *mallory) *pb.RPC {
			return &pb.RPC{Publish: []*pb.Message{m.message("flooded", data)}}
		}},
		{"many in an RPC", func(m *mallory) *pb.RPC {
			rpc := new(pb.RPC)
			for range 100 {
				rpc.Publish = append(rpc.Publish, m.message("flooded", nil))
			}
			return rpc
		}},
		{"bad signatures", func(m *mallory) *pb.RPC {
			msg := m.message("flooded", data)
			msg.Signature[0]++
			return &pb.RPC{Publish: []*pb.Message{msg}}
		}},
		{"large messages", func(m *mallory) *pb.RPC {
			return &pb.RPC{Publish: []*pb.Message{m.message("flooded", make([]byte, MaxMessage))}}
		}},
		{"topics", func(m *mallory) *pb.RPC {
			rpc := new(pb.RPC)
			for range 1000 {
				m.seqno++
				rpc.Subscriptions = append(rpc.Subscriptions, &pb.RPC_SubOpts{
					Subscribe: proto.Bool(true),
					Topicid:   proto.String(fmt.Sprint(m.seqno)),
				})
			}
			return rpc
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			victim, friend := newPubSub(t, Config{}), newPubSub(t, Config{})
			connect(t, friend.Host(), victim.Host())
			frozen := subscribe(t, victim, "flooded", SubscribeOptions{Queue: 1})
			quiet := subscribe(t, victim, "quiet", SubscribeOptions{})
			eventually(t, "the friend knows who listens", func() bool { return hasPeer(friend, "quiet", victim) })
			m := newMallory(t, victim)
			sent, stop := m.flood(func() *pb.RPC { return tt.next(m) })
			defer stop()
			eventually(t, "the flood is on", func() bool { return sent.Load() > 3 })

			before := heap()
			for i := range 10 {
				publish(t, friend, "quiet", fmt.Sprint(i))
				if d := nextData(t, quiet, fmt.Sprint(i)); d.Dropped != 0 {
					t.Fatalf("%d messages were dropped; want none", d.Dropped)
				}
			}
			if grown := heap() - before; grown > 64<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			stop()
			if tt.name == "good messages" {
				if d := next(t, frozen); d.Dropped == 0 {
					t.Error("a frozen subscriber is told of no message dropped")
				}
			}
			if n := len(victim.streams.in.peers); n > 2 {
				t.Errorf("%d peers are remembered; want 2", n)
			}
			t.Logf("%d RPCs of the flood were taken", sent.Load())
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// All of a burst of small messages arrives: what is too fast is slowed down, not
// dropped.
func TestBurst(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	s := subscribe(t, b, "x", SubscribeOptions{Queue: maxQueue})
	eventually(t, "a knows that b listens", func() bool { return hasPeer(a, "x", b) })
	const n = 1000
	go func() {
		for i := range n {
			if err := a.Publish(t.Context(), "x", fmt.Append(nil, i)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for i := range n {
		if d := nextData(t, s, fmt.Sprint(i)); d.Dropped != 0 {
			t.Fatalf("%d messages were dropped; want none", d.Dropped)
		}
	}
}
