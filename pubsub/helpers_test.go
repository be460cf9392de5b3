//go:build !js

package pubsub

import (
	"context"
	"testing"
	"time"

	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// soon bounds what must happen soon.
const soon = time.Minute

func newHost(t testing.TB, opts ...libp2p.Option) host.Host {
	t.Helper()
	opts = append([]libp2p.Option{libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableRelay()}, opts...)
	h, err := libp2p.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func newPubSub(t testing.TB, cfg Config) *PubSub {
	t.Helper()
	if cfg.Host == nil {
		cfg.Host = newHost(t)
	}
	if cfg.Datastore == nil {
		cfg.Datastore = newDatastore()
	}
	p, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func newDatastore() ds.Batching { return dssync.MutexWrap(ds.NewMapDatastore()) }

func connect(t testing.TB, from, to host.Host) {
	t.Helper()
	if err := from.Connect(t.Context(), peer.AddrInfo{ID: to.ID(), Addrs: to.Addrs()}); err != nil {
		t.Fatal(err)
	}
}

func subscribe(t testing.TB, p *PubSub, topic string, opts SubscribeOptions) *Subscription {
	t.Helper()
	s, err := p.Subscribe(t.Context(), topic, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func publish(t testing.TB, p *PubSub, topic, data string) {
	t.Helper()
	if err := p.Publish(t.Context(), topic, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func next(t testing.TB, s *Subscription) Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	d, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func nextData(t testing.TB, s *Subscription, want string) Delivery {
	t.Helper()
	d := next(t, s)
	if got := string(d.Message.Data); got != want {
		t.Fatalf("got message %q; want %q", got, want)
	}
	return d
}

// eventually waits until ok says so.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so after %v: %s", soon, what)
		}
	}
}

// meet waits until each of two connected nodes knows that the other listens.
func meet(t testing.TB, topic string, a, b *PubSub) {
	t.Helper()
	eventually(t, "each knows that the other listens", func() bool {
		return hasPeer(a, topic, b) && hasPeer(b, topic, a)
	})
}

func hasPeer(p *PubSub, topic string, other *PubSub) bool {
	for _, id := range p.Peers(topic) {
		if id == other.Host().ID() {
			return true
		}
	}
	return false
}
