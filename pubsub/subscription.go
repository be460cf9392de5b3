package pubsub

import (
	"context"
	"sync"
)

const (
	defaultQueue = 256
	maxQueue     = 4096
	// queueBytes bounds the data that a queue holds. It takes at least one
	// message of any size.
	queueBytes = 4 << 20
)

// SubscribeOptions are the options of Subscribe.
type SubscribeOptions struct {
	// Queue is how many messages are kept for a subscriber who does not read;
	// more are dropped and counted, the oldest first. Default 256, at most 4096.
	// They hold no more than 4 MiB of data together.
	Queue int
}

// Subscription is one subscriber's place at a topic.
type Subscription struct {
	topic *topic
	ready chan struct{} // holds a token while there may be something to read
	done  chan struct{} // closed by Close
	once  sync.Once

	mu      sync.Mutex // guards following
	ring    []*Message // grows up to limit
	limit   int
	first   int // the oldest message's place in ring
	count   int
	bytes   int
	dropped uint64
}

func newSubscription(t *topic, opts SubscribeOptions) *Subscription {
	limit := opts.Queue
	if limit <= 0 {
		limit = defaultQueue
	}
	return &Subscription{
		topic: t,
		ready: make(chan struct{}, 1),
		done:  make(chan struct{}),
		limit: min(limit, maxQueue),
	}
}

// Topic returns the topic's name.
func (s *Subscription) Topic() string { return s.topic.name }

// Next waits for the next message. Its error is ctx's or ErrClosed.
func (s *Subscription) Next(ctx context.Context) (Delivery, error) {
	for {
		if d, ok := s.pop(); ok {
			return d, nil
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
			return Delivery{}, ctx.Err()
		case <-s.done:
			return Delivery{}, ErrClosed
		case <-s.topic.pubsub.closed.Done():
			return Delivery{}, ErrClosed
		}
	}
}

// Close ends the subscription, and a Next that waits.
func (s *Subscription) Close() error {
	s.once.Do(func() {
		close(s.done)
		s.topic.remove(s)
		s.mu.Lock()
		s.ring, s.count, s.bytes = nil, 0, 0
		s.limit = 0
		s.mu.Unlock()
		s.topic.pubsub.release(s.topic)
	})
	return nil
}

// push queues m, and drops what no longer has room. It never waits.
func (s *Subscription) push(m *Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limit == 0 { // closed
		return
	}
	for s.count == s.limit || s.count > 0 && s.bytes+len(m.Data) > queueBytes {
		s.take()
		s.dropped++
	}
	if s.count == len(s.ring) {
		s.grow()
	}
	s.ring[(s.first+s.count)%len(s.ring)] = m
	s.count++
	s.bytes += len(m.Data)
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

func (s *Subscription) pop() (Delivery, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == 0 {
		return Delivery{}, false
	}
	d := Delivery{Message: s.take(), Dropped: s.dropped}
	s.dropped = 0
	return d, true
}

// take removes the oldest message. The caller has the lock.
func (s *Subscription) take() *Message {
	m := s.ring[s.first]
	s.ring[s.first] = nil
	s.first = (s.first + 1) % len(s.ring)
	s.count--
	s.bytes -= len(m.Data)
	return m
}

// grow makes room for more messages. The caller has the lock.
func (s *Subscription) grow() {
	ring := make([]*Message, min(max(8, 2*len(s.ring)), s.limit))
	for i := range s.count {
		ring[i] = s.ring[(s.first+i)%len(s.ring)]
	}
	s.ring, s.first = ring, 0
}
