//go:build !js

package pubsub

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
)

func queue(limit int) *Subscription {
	p := &PubSub{closed: context.Background()}
	return newSubscription(&topic{pubsub: p, name: "x"}, SubscribeOptions{Queue: limit})
}

func TestQueueDropsTheOldest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		limit, size, pushed int
		first               int // the message that is read first
	}{
		{"with room", 4, 1, 4, 0},
		{"one too many", 4, 1, 5, 1},
		{"many times over", 4, 1, 103, 99},
		{"one place", 1, 1, 3, 2},
		{"default", 0, 1, defaultQueue + 2, 2},
		{"at most", 1 << 20, 1, maxQueue + 2, 2},
		{"in bytes", 100, queueBytes / 4, 6, 2},
		{"one of any size", 100, queueBytes + 1, 3, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := queue(tt.limit)
			data := make([]byte, tt.size)
			for i := range tt.pushed {
				s.push(&Message{Seqno: uint64(i), Data: data})
			}
			for i := tt.first; i < tt.pushed; i++ {
				d, err := s.Next(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				dropped := 0
				if i == tt.first {
					dropped = tt.first
				}
				if d.Message.Seqno != uint64(i) || d.Dropped != uint64(dropped) {
					t.Fatalf("got message %d with %d dropped; want %d with %d", d.Message.Seqno, d.Dropped, i, dropped)
				}
			}
			if _, ok := s.pop(); ok || s.bytes != 0 {
				t.Errorf("%d bytes are left; want none", s.bytes)
			}
		})
	}
}

func TestQueueInterleaved(t *testing.T) {
	t.Parallel()
	s := queue(5)
	next := uint64(0)
	for i := range uint64(1000) {
		s.push(&Message{Seqno: i})
		if i%3 == 0 {
			continue
		}
		d, _ := s.pop()
		if next += d.Dropped; d.Message.Seqno != next {
			t.Fatalf("got message %d; want %d", d.Message.Seqno, next)
		}
		next++
	}
}

func TestNextWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := queue(4)
		got := make(chan string)
		go func() {
			for {
				d, err := s.Next(t.Context())
				if err != nil {
					got <- fmt.Sprint(err)
					return
				}
				got <- string(d.Message.Data)
			}
		}()
		synctest.Wait()
		s.push(&Message{Data: []byte("a")})
		s.push(&Message{Data: []byte("b")})
		if a, b := <-got, <-got; a != "a" || b != "b" {
			t.Errorf("got %q, %q; want a, b", a, b)
		}
		synctest.Wait()
		close(s.done)
		if got := <-got; got != ErrClosed.Error() {
			t.Errorf("got %q; want ErrClosed", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := queue(1).Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v; want context.Canceled", err)
		}
	})
}

// A subscriber who never reads loses its own messages and delays nobody.
func TestFrozenSubscriber(t *testing.T) {
	t.Parallel()
	p := newPubSub(t, Config{})
	frozen := subscribe(t, p, "x", SubscribeOptions{Queue: 10})
	live := subscribe(t, p, "x", SubscribeOptions{})
	const n = 500
	for i := range n {
		publish(t, p, "x", fmt.Sprint(i))
		if d := nextData(t, live, fmt.Sprint(i)); d.Dropped != 0 {
			t.Fatalf("%d messages were dropped; want none", d.Dropped)
		}
	}
	if d := nextData(t, frozen, fmt.Sprint(n-10)); d.Dropped != n-10 {
		t.Errorf("%d messages were dropped; want %d", d.Dropped, n-10)
	}
}
