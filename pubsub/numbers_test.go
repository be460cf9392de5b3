//go:build !js

package pubsub

import (
	"context"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	ds "github.com/ipfs/go-datastore"
)

func publishedNumber(t *testing.T, p *PubSub) uint64 {
	t.Helper()
	s := subscribe(t, p, "numbers", SubscribeOptions{})
	defer s.Close()
	publish(t, p, "numbers", "")
	return next(t, s).Message.Seqno
}

func TestNumbersGrowOverRestarts(t *testing.T) {
	t.Parallel()
	store, h := newDatastore(), newHost(t)
	var last uint64
	for i := range 3 {
		p := newPubSub(t, Config{Host: h, Datastore: store})
		if i == 1 { // as if the clock was set back by a day
			atomic.StoreUint64(p.numbers.counter, last-uint64(24*time.Hour))
		}
		for range 3 {
			got := publishedNumber(t, p)
			if got <= last {
				t.Fatalf("run %d: got number %d after %d", i, got, last)
			}
			last = got
		}
		_ = p.Close()
	}
}

func TestNumbersStartAtTheClock(t *testing.T) {
	t.Parallel()
	before := uint64(time.Now().UnixNano())
	got := publishedNumber(t, newPubSub(t, Config{}))
	if got <= before || got > uint64(time.Now().UnixNano()) {
		t.Errorf("got %d; want it between %d and now", got, before)
	}
}

// No number is used before it is reserved, whatever the store does.
func TestNumbersAreReservedAhead(t *testing.T) {
	t.Parallel()
	store := &stallingStore{Datastore: newDatastore(), writes: make(chan error, 1)}
	counter := uint64(1000)
	n := &numbers{store: store, counter: &counter}
	use := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		err := n.next(ctx)
		if err == nil {
			counter++
			if b, _ := store.Get(t.Context(), numbersKey); b == nil || counter > binary.BigEndian.Uint64(b) {
				t.Fatalf("number %d is used before it is reserved", counter)
			}
		}
		return err
	}
	if err := use(); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v; want the first to wait for the write", err)
	}
	full := errors.New("full")
	store.writes <- full
	eventually(t, "the failure is told", func() bool { return errors.Is(use(), full) })
	store.writes <- nil
	eventually(t, "a number is had once it is written", func() bool { return use() == nil })
	for counter < 1000+numberBlock {
		if err := use(); err != nil {
			t.Fatalf("number %d: got %v; want no wait within the block", counter, err)
		}
	}
	if err := use(); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v; want a wait at the block's end", err)
	}
	store.writes <- nil
	eventually(t, "the next block is had", func() bool { return use() == nil })
}

// stallingStore writes when it is told to.
type stallingStore struct {
	ds.Datastore

	writes chan error
}

func (s *stallingStore) Put(ctx context.Context, key ds.Key, value []byte) error {
	if err := <-s.writes; err != nil {
		return err
	}
	return s.Datastore.Put(ctx, key, value)
}

func TestBadReservationIsAnError(t *testing.T) {
	t.Parallel()
	store := newDatastore()
	if err := store.Put(t.Context(), numbersKey, []byte("short")); err != nil {
		t.Fatal(err)
	}
	p := newPubSub(t, Config{Datastore: store})
	if err := p.Publish(t.Context(), "x", nil); err == nil {
		t.Error("got no error; want one")
	}
}
