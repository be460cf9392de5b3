//go:build !js

package pubsub

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

func listenToPeers(t *testing.T, p *PubSub, topic string) *PeerEvents {
	t.Helper()
	e, err := p.PeerEvents(topic)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func wantPeer(t *testing.T, e *PeerEvents, p *PubSub, left bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	event, err := e.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if want := (PeerEvent{Peer: p.Host().ID(), Left: left}); event != want {
		t.Fatalf("got event %+v; want %+v", event, want)
	}
}

func TestPeerEvents(t *testing.T) {
	t.Parallel()
	a, b, c := newPubSub(t, Config{}), newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	atB := subscribe(t, b, "x", SubscribeOptions{})
	eventually(t, "a knows that b listens", func() bool { return hasPeer(a, "x", b) })

	e := listenToPeers(t, a, "x")
	wantPeer(t, e, b, false) // was there already
	atC := subscribe(t, c, "x", SubscribeOptions{})
	connect(t, c.Host(), a.Host())
	wantPeer(t, e, c, false)
	publish(t, a, "x", "to whoever has come") // reaches a peer as soon as it is told of
	nextData(t, atC, "to whoever has come")
	nextData(t, atB, "to whoever has come")
	_ = atB.Close()
	wantPeer(t, e, b, true)
	_ = c.Host().Close()
	wantPeer(t, e, c, true)

	// Nobody reads meanwhile.
	for range 3 {
		again := subscribe(t, b, "x", SubscribeOptions{})
		eventually(t, "a knows that b listens", func() bool { return hasPeer(a, "x", b) })
		_ = again.Close()
		eventually(t, "a knows that b has left", func() bool { return !hasPeer(a, "x", b) })
	}
	subscribe(t, b, "x", SubscribeOptions{})
	eventually(t, "a knows that b listens", func() bool { return hasPeer(a, "x", b) })
	wantPeer(t, e, b, false)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want context.Canceled", err)
	}
	_ = e.Close()
	if _, err := e.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v; want ErrClosed", err)
	}
	if len(a.topics) != 0 {
		t.Errorf("%d topics are kept; want none", len(a.topics))
	}
}

// loseStream resets the stream from one node to another, which it waits for.
func loseStream(t *testing.T, from, to *PubSub) {
	t.Helper()
	eventually(t, "there is a stream to reset", func() bool {
		for _, c := range from.Host().Network().ConnsToPeer(to.Host().ID()) {
			for _, s := range c.GetStreams() {
				if strings.HasPrefix(string(s.Protocol()), "/meshsub/") && s.Stat().Direction == network.DirOutbound {
					_ = s.Reset()
					return true
				}
			}
		}
		return false
	})
}

// Gossipsub gives a peer up that has lost its stream five times. It is not to
// stay so.
func TestStreamIsLostTimeAndAgain(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	subscribe(t, a, "x", SubscribeOptions{})
	atB := subscribe(t, b, "x", SubscribeOptions{})
	meet(t, "x", a, b)
	for _, p := range []*PubSub{a, b} {
		if err := p.streams.mend(100 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	for range 6 {
		loseStream(t, a, b)
	}
	reaches(t, a, atB, "still there")
}

// reaches has a node say something until it is heard: what is published before
// each has noticed the loss of a stream is lost as well.
func reaches(t *testing.T, from *PubSub, at *Subscription, data string) {
	t.Helper()
	heard := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		for {
			d, err := at.Next(ctx)
			if err != nil {
				return false
			}
			if string(d.Message.Data) == data {
				return true
			}
		}
	}
	eventually(t, "what one says reaches the other", func() bool {
		publish(t, from, "x", data)
		return heard()
	})
}

// Two nodes of which one loses its stream to the other, and nothing else, find
// each other again: gossipsub forgets then what the other listens to.
func TestOneStreamIsLost(t *testing.T) {
	t.Parallel()
	for range 5 {
		a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
		connect(t, a.Host(), b.Host())
		atA, atB := subscribe(t, a, "x", SubscribeOptions{}), subscribe(t, b, "x", SubscribeOptions{})
		meet(t, "x", a, b)
		events := listenToPeers(t, a, "x")
		wantPeer(t, events, b, false)
		loseStream(t, a, b)
		reaches(t, a, atB, "from a")
		reaches(t, b, atA, "from b")
		// That b left and came again is two events, or none for who looks late.
		present := true
		eventually(t, "b is there again", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			for {
				event, err := events.Next(ctx)
				if err != nil {
					return present
				}
				if event.Peer != b.Host().ID() || event.Left != present {
					t.Fatalf("got event %+v of a peer that was there: %t", event, present)
				}
				present = !event.Left
			}
		})
		meet(t, "x", a, b)
	}
}
