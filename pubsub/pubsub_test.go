//go:build !js

package pubsub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
)

func TestMessagesReachAllSubscribersOfAllNodes(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	subs := []*Subscription{
		subscribe(t, a, "x", SubscribeOptions{}),
		subscribe(t, a, "x", SubscribeOptions{}),
		subscribe(t, b, "x", SubscribeOptions{}),
		subscribe(t, b, "x", SubscribeOptions{}),
	}
	meet(t, "x", a, b)
	const n = 200
	for i := range n {
		publish(t, a, "x", fmt.Sprint("from a ", i))
	}
	publish(t, b, "x", "from b")
	for i, s := range subs {
		var last uint64
		var got []string
		for range n + 1 {
			m := next(t, s).Message
			got = append(got, string(m.Data))
			if m.From == b.Host().ID() {
				continue
			}
			if m.Seqno <= last {
				t.Fatalf("subscriber %d: number %d after %d; want them to grow", i, m.Seqno, last)
			}
			last = m.Seqno
		}
		if slices.Contains(got, "from a 0") && slices.Contains(got, "from b") {
			continue
		}
		t.Errorf("subscriber %d misses messages", i)
	}
	if first, second := subs[2], subs[3]; true {
		publish(t, a, "x", "shared")
		if next(t, first).Message != next(t, second).Message {
			t.Error("subscribers got copies; want them to share the message")
		}
	}
}

func TestMessageIsWhole(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	s := subscribe(t, b, "x", SubscribeOptions{})
	own := subscribe(t, a, "x", SubscribeOptions{})
	meet(t, "x", a, b)
	publish(t, a, "x", "\x00\xff")
	m, local := next(t, s).Message, next(t, own).Message
	if m.From != a.Host().ID() || m.Topic != "x" || m.Seqno == 0 || string(m.Data) != "\x00\xff" || len(m.Signature) == 0 {
		t.Errorf("got %+v", m)
	}
	key, err := crypto.UnmarshalPublicKey(m.Key)
	if err != nil || !m.From.MatchesPublicKey(key) {
		t.Errorf("got key %x, %v; want the sender's", m.Key, err)
	}
	if local.Seqno != m.Seqno || !bytes.Equal(local.Signature, m.Signature) || !bytes.Equal(local.Key, m.Key) {
		t.Errorf("the sender got %+v; want %+v", local, m)
	}
}

func TestBadTopicsAndMessages(t *testing.T) {
	t.Parallel()
	p := newPubSub(t, Config{Topics: []string{"a", "room-*"}, MaxMessage: 100})
	tests := []struct {
		name, topic string
		want        error
	}{
		{"empty", "", ErrInvalidTopic},
		{"too long", "room-" + strings.Repeat("x", MaxTopic), ErrInvalidTopic},
		{"not UTF-8", "room-\xff", ErrInvalidTopic},
		{"not allowed", "b", ErrTopicNotAllowed},
		{"the pattern's beginning", "room", ErrTopicNotAllowed},
		{"by name", "a", nil},
		{"by prefix", "room-1", nil},
		{"the prefix itself", "room-", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := p.Subscribe(t.Context(), tt.topic, SubscribeOptions{})
			if !errors.Is(err, tt.want) {
				t.Errorf("Subscribe: got %v; want %v", err, tt.want)
			}
			if err == nil {
				defer s.Close()
			}
			if err := p.Publish(t.Context(), tt.topic, []byte("x")); !errors.Is(err, tt.want) {
				t.Errorf("Publish: got %v; want %v", err, tt.want)
			}
			if e, err := p.PeerEvents(tt.topic); !errors.Is(err, tt.want) {
				t.Errorf("PeerEvents: got %v; want %v", err, tt.want)
			} else if err == nil {
				_ = e.Close()
			}
		})
	}
	var large *TooLargeError
	if err := p.Publish(t.Context(), "a", make([]byte, 101)); !errors.As(err, &large) || large.Size != 101 || large.Limit != 100 {
		t.Errorf("got %v; want a TooLargeError", err)
	}
	if err := p.Publish(t.Context(), "a", make([]byte, 100)); err != nil {
		t.Error(err)
	}
	if err := p.Allow("b", "\xff"); !errors.Is(err, ErrInvalidTopic) {
		t.Errorf("got %v; want ErrInvalidTopic", err)
	}
	if err := p.Allow("c-*", "b", "room-1*"); err != nil {
		t.Fatal(err)
	}
	if got, want := p.Allowed(), []string{"a", "b", "c-*", "room-*"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
	for _, topic := range []string{"a", "b", "c-1"} {
		if err := p.Publish(t.Context(), topic, nil); err != nil {
			t.Errorf("%s: %v", topic, err)
		}
	}
	if len(p.topics) != 0 {
		t.Errorf("%d topics are kept; want none", len(p.topics))
	}
}

func TestLargestMessageArrives(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	topic := strings.Repeat("x", MaxTopic)
	s := subscribe(t, b, topic, SubscribeOptions{})
	eventually(t, "a knows that b listens", func() bool { return hasPeer(a, topic, b) })
	if err := a.Publish(t.Context(), topic, make([]byte, MaxMessage)); err != nil {
		t.Fatal(err)
	}
	if got := len(next(t, s).Message.Data); got != MaxMessage {
		t.Errorf("got %d bytes; want %d", got, MaxMessage)
	}
}

func TestTopicIsLeftWithTheLastSubscriber(t *testing.T) {
	t.Parallel()
	a, b := newPubSub(t, Config{}), newPubSub(t, Config{})
	connect(t, a.Host(), b.Host())
	first, second := subscribe(t, a, "x", SubscribeOptions{}), subscribe(t, a, "x", SubscribeOptions{})
	eventually(t, "b knows that a listens", func() bool { return hasPeer(b, "x", a) })
	_ = first.Close()
	if got := a.Topics(); !slices.Equal(got, []string{"x"}) {
		t.Errorf("got topics %q; want x", got)
	}
	if _, err := first.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v; want ErrClosed", err)
	}
	publish(t, b, "x", "still there")
	nextData(t, second, "still there")
	_ = second.Close()
	_ = second.Close()
	eventually(t, "b knows that a has left", func() bool { return !hasPeer(b, "x", a) })
	if got := a.Topics(); len(got) != 0 {
		t.Errorf("got topics %q; want none", got)
	}
}

// Whatever leaves and joins in between, who listens gets the messages.
func TestJoinsAndLeavesRace(t *testing.T) {
	t.Parallel()
	p := newPubSub(t, Config{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 50 {
				s, err := p.Subscribe(t.Context(), "x", SubscribeOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				e, err := p.PeerEvents("x")
				if err != nil {
					t.Error(err)
					return
				}
				want := fmt.Sprintf("%p %d", s, i)
				if err := p.Publish(t.Context(), "x", []byte(want)); err != nil {
					t.Error(err)
					return
				}
				for string(next(t, s).Message.Data) != want {
				}
				_, _ = e.Close(), s.Close()
			}
		})
	}
	wg.Wait()
	if len(p.topics) != 0 || len(p.gossip.GetTopics()) != 0 {
		t.Errorf("topics %v remain; want none", p.topics)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	p := newPubSub(t, Config{})
	s := subscribe(t, p, "x", SubscribeOptions{})
	e, err := p.PeerEvents("x")
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	go func() {
		_, err := s.Next(context.Background())
		errs <- err
	}()
	go func() {
		_, err := e.Next(context.Background())
		errs <- err
	}()
	_ = p.Close()
	_ = p.Close()
	for range 2 {
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Errorf("got %v; want ErrClosed", err)
		}
	}
	if err := p.Publish(t.Context(), "x", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Publish: got %v; want ErrClosed", err)
	}
	if _, err := p.Subscribe(t.Context(), "x", SubscribeOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("Subscribe: got %v; want ErrClosed", err)
	}
	if _, err := p.PeerEvents("x"); !errors.Is(err, ErrClosed) {
		t.Errorf("PeerEvents: got %v; want ErrClosed", err)
	}
	if got := p.Peers("x"); len(got) != 0 {
		t.Errorf("got peers %v; want none", got)
	}
	_, _ = s.Close(), e.Close()
}

// A host that stays open after its pubsub has no streams or goroutines of it.
func TestCloseLeavesNothing(t *testing.T) {
	a, b := newHost(t), newHost(t)
	connect(t, a, b)
	before := runtime.NumGoroutine()
	for range 3 {
		p, q := newPubSub(t, Config{Host: a}), newPubSub(t, Config{Host: b})
		subscribe(t, p, "x", SubscribeOptions{})
		subscribe(t, q, "x", SubscribeOptions{})
		meet(t, "x", p, q)
		publish(t, p, "x", "hello")
		_, _ = p.Close(), q.Close()
		for _, c := range a.Network().Conns() {
			for _, s := range c.GetStreams() {
				if strings.HasPrefix(string(s.Protocol()), "/meshsub/") {
					t.Errorf("a stream of %s is open", s.Protocol())
				}
			}
		}
	}
	eventually(t, "no more goroutines run than before", func() bool { return runtime.NumGoroutine() <= before })
}
