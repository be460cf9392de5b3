package pubsub

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"unsafe"

	ds "github.com/ipfs/go-datastore"
	gossip "github.com/libp2p/go-libp2p-pubsub"
)

// numberBlock is how many sequence numbers are reserved at once.
const numberBlock = 1 << 16

var numbersKey = ds.NewKey("/pubsub/reserved")

// numbers sees to it that the sequence numbers of this node's messages grow,
// over restarts as well: peers drop those that do not.
//
// Gossipsub counts up from the clock's nanoseconds at its start. That is enough
// unless the clock was set back since the numbers before were used. So the
// datastore has a number that is higher than all that were ever used, written
// ahead of use for a whole block of them, and gossipsub's counter is raised to
// it if it starts lower. The first publish waits for a read and a write; those
// after it only if half a block is used up before the write for the next is done.
//
// The caller sees to it that one call at a time is made.
type numbers struct {
	store   ds.Datastore
	counter *uint64 // gossipsub's own, of the number used last

	reserved uint64       // numbers up to this one may be used; 0 before the first call
	writing  chan written // the reservation under way, or nil
}

// written is how a reservation ended.
type written struct {
	reserved uint64
	err      error
}

func newNumbers(store ds.Datastore, g *gossip.PubSub) (*numbers, error) {
	counter, err := counterOf(g)
	if err != nil {
		return nil, err
	}
	return &numbers{store: store, counter: counter}, nil
}

// counterOf returns gossipsub's counter of sequence numbers. It has no setter:
// gossipsub offers no way to give numbers of one's own to messages that it
// signs. The field is found by its name and type, so that a version that counts
// otherwise is an error at the start and not a number in the wrong place.
func counterOf(g *gossip.PubSub) (*uint64, error) {
	field := reflect.ValueOf(g).Elem().FieldByName("counter")
	if !field.IsValid() || field.Kind() != reflect.Uint64 {
		return nil, errors.New("pubsub: this go-libp2p-pubsub has no counter of sequence numbers")
	}
	return (*uint64)(unsafe.Pointer(field.UnsafeAddr())), nil
}

// next returns once the next message may be numbered.
func (n *numbers) next(ctx context.Context) error {
	if n.reserved == 0 {
		if err := n.raise(ctx); err != nil {
			return err
		}
	}
	used := atomic.LoadUint64(n.counter)
	if n.writing == nil && n.reserved-used < numberBlock/2 {
		n.reserve(ctx, used+numberBlock)
	}
	if n.writing == nil {
		return nil
	}
	if used < n.reserved {
		select {
		case w := <-n.writing:
			_ = n.done(w) // there are numbers left, and the next message tries again
		default:
		}
		return nil
	}
	select {
	case w := <-n.writing:
		return n.done(w)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done takes note of a reservation that is over. After one that failed the next
// message starts another.
func (n *numbers) done(w written) error {
	n.writing = nil
	if w.err != nil {
		return fmt.Errorf("pubsub: keeping the sequence number: %w", w.err)
	}
	n.reserved = w.reserved
	return nil
}

// close waits for the datastore.
func (n *numbers) close() {
	if n.writing != nil {
		_ = n.done(<-n.writing)
	}
}

// raise lifts the counter above all numbers that were ever reserved.
func (n *numbers) raise(ctx context.Context) error {
	last, err := n.load(ctx)
	if err != nil {
		return fmt.Errorf("pubsub: reading the last sequence number: %w", err)
	}
	if used := atomic.LoadUint64(n.counter); used < last {
		atomic.StoreUint64(n.counter, last)
	}
	n.reserved = atomic.LoadUint64(n.counter)
	return nil
}

func (n *numbers) load(ctx context.Context) (uint64, error) {
	b, err := n.store.Get(ctx, numbersKey)
	if errors.Is(err, ds.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("%d bytes instead of 8", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

// reserve starts to write that the numbers up to reserved may be used.
func (n *numbers) reserve(ctx context.Context, reserved uint64) {
	over := make(chan written, 1)
	n.writing = over
	ctx = context.WithoutCancel(ctx)
	go func() {
		err := n.store.Put(ctx, numbersKey, binary.BigEndian.AppendUint64(nil, reserved))
		if err == nil {
			err = n.store.Sync(ctx, numbersKey)
		}
		over <- written{reserved, err}
	}()
}
