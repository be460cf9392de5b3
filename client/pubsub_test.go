package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

func (f *fixture) subscribe(c *client.Client, topic string, opts client.SubscribeOptions) *client.Subscription {
	f.Helper()
	s, err := c.PubSub().Subscribe(f.Context(), topic, opts)
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func TestPubSub(t *testing.T) {
	run(t, func(f *fixture) {
		other := f.open(client.Options{})
		defer other.Close()
		mine := f.subscribe(f.Client, "t", client.SubscribeOptions{})
		defer mine.Close()
		theirs := f.subscribe(other, "t", client.SubscribeOptions{})
		for i, text := range []string{"first", "", strings.Repeat("x", 300<<10)} {
			if err := f.PubSub().Publish(f.Context(), "t", []byte(text)); err != nil {
				f.Fatal(err)
			}
			for _, s := range []*client.Subscription{mine, theirs} {
				m, err := s.Next()
				if err != nil || string(m.Data) != text || m.From != servertest.PeerID || m.Topic != "t" || m.SequenceNumber != uint64(i+1) {
					f.Errorf("got %+v, %v", m.PubSubMessage, err)
				}
			}
		}
		if topics, err := f.PubSub().Topics(f.Context()); err != nil || !slices.Equal(topics, []string{"t"}) {
			f.Errorf("got topics %q, %v", topics, err)
		}
		if err := f.Swarm().Connect(f.Context(), "/memory/2/p2p/somebody"); err != nil {
			f.Fatal(err)
		}
		if peers, err := f.PubSub().Peers(f.Context(), "t"); err != nil || !slices.Equal(peers, []string{"somebody"}) {
			f.Errorf("got peers %q, %v", peers, err)
		}
		_, err := f.PubSub().Subscribe(f.Context(), "", client.SubscribeOptions{})
		f.wantCode(err, nodeapi.CodeInvalidTopic)
		f.wantCode(f.PubSub().Publish(f.Context(), "t", make([]byte, 2<<20)), nodeapi.CodeMessageTooLarge)
	})
}

func TestDroppedMessagesAreCounted(t *testing.T) {
	run(t, func(f *fixture) {
		const sent = 3000
		s := f.subscribe(f.Client, "t", client.SubscribeOptions{Queue: 5})
		for range sent {
			if err := f.PubSub().Publish(f.Context(), "t", make([]byte, 1<<10)); err != nil {
				f.Fatal(err)
			}
		}
		var received, dropped uint64
		for m, err := range s.Messages() {
			if err != nil {
				f.Fatal(err)
			}
			received++
			dropped += m.Dropped
			if m.SequenceNumber != received+dropped {
				f.Fatalf("message %d is the one after %d, %d of them dropped", m.SequenceNumber, received+dropped-1, dropped)
			}
			if received+dropped == sent {
				break
			}
		}
		if dropped == 0 {
			f.Error("no message was dropped")
		}
		_ = s.Close()
	})
}

func TestSubscriptionEnds(t *testing.T) {
	endings := map[string]struct {
		end  func(f *fixture, s *client.Subscription)
		want nodeapi.Code // of the error that the iterator yields; none if empty
	}{
		"with Close":       {func(_ *fixture, s *client.Subscription) { _ = s.Close() }, ""},
		"with the session": {func(f *fixture, _ *client.Subscription) { _ = f.Close() }, "disconnected"},
	}
	for name, ending := range endings {
		t.Run(name, func(t *testing.T) {
			run(t, func(f *fixture) {
				s := f.subscribe(f.Client, "t", client.SubscribeOptions{})
				ended := make(chan error, 1)
				go func() {
					var last error
					for _, err := range s.Messages() {
						last = err
					}
					ended <- last
				}()
				synctest.Wait()
				ending.end(f, s)
				if err := <-ended; ending.want != "" {
					f.wantCode(err, ending.want)
				} else if err != nil {
					f.Errorf("got %v; want no error", err)
				}
				if _, err := s.Next(); err == nil {
					f.Error("Next has a message after the end")
				}
				synctest.Wait()
				if n := f.backend.Held(); n != 0 {
					f.Errorf("the backend still holds %d", n)
				}
			})
		})
	}
}

// The context of Subscribe ends the waiting, but not what has begun.
func TestSubscribeContext(t *testing.T) {
	run(t, func(f *fixture) {
		var hold atomic.Bool
		f.hook(nodeapi.MethodPubSubSubscribe, func(ctx context.Context) error {
			if hold.Load() {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		ctx, cancel := context.WithCancel(f.Context())
		s, err := f.PubSub().Subscribe(ctx, "t", client.SubscribeOptions{})
		if err != nil {
			f.Fatal(err)
		}
		synctest.Wait()
		hold.Store(true)
		refused := make(chan error)
		go func() {
			_, err := f.PubSub().Subscribe(ctx, "t", client.SubscribeOptions{})
			refused <- err
		}()
		synctest.Wait()
		hold.Store(false)
		cancel()
		if err := <-refused; !errors.Is(err, context.Canceled) {
			f.Errorf("got %v; want the context's error", err)
		}
		if err := f.PubSub().Publish(f.Context(), "t", []byte("x")); err != nil {
			f.Fatal(err)
		}
		if m, err := s.Next(); err != nil || string(m.Data) != "x" {
			f.Errorf("got %q, %v from the subscription that had begun", m.Data, err)
		}
		_ = s.Close()
	})
}
