package messageport

import (
	"context"
	"slices"
	"sync"
)

// Pipe returns the two ends of a channel in memory. Like a browser's MessagePort
// it has no bound of its own: a Send never waits.
func Pipe() (Port, Port) {
	ab, ba := newQueue(), newQueue()
	return &pipeEnd{in: ba, out: ab}, &pipeEnd{in: ab, out: ba}
}

type pipeEnd struct{ in, out *queue }

var _ Poster = (*pipeEnd)(nil)

func (p *pipeEnd) Post(msg []byte) error { return p.out.push(slices.Clone(msg)) }

func (p *pipeEnd) Send(_ context.Context, msg []byte) error { return p.Post(msg) }

func (p *pipeEnd) Receive(ctx context.Context) ([]byte, error) { return p.in.pop(ctx) }

func (p *pipeEnd) Close() error {
	p.in.close(true)
	p.out.close(false)
	return nil
}

// queue holds the messages on their way in one direction.
type queue struct {
	ready chan struct{} // one slot: something to see, for the one receiver

	mu     sync.Mutex // guards following
	msgs   [][]byte
	closed bool
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

func (q *queue) push(msg []byte) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.msgs = append(q.msgs, msg)
	q.mu.Unlock()
	notify(q.ready)
	return nil
}

// pop returns the next message, waiting for it. Of a closed queue it returns
// what is left first.
func (q *queue) pop(ctx context.Context) ([]byte, error) {
	for {
		q.mu.Lock()
		if len(q.msgs) > 0 {
			msg := q.msgs[0]
			q.msgs[0] = nil
			q.msgs = q.msgs[1:]
			q.mu.Unlock()
			return msg, nil
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return nil, ErrClosed
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// close ends the queue; drop says that nobody will take what it still holds.
func (q *queue) close(drop bool) {
	q.mu.Lock()
	q.closed = true
	if drop {
		q.msgs = nil
	}
	q.mu.Unlock()
	notify(q.ready)
}

// notify puts a token into a channel of one slot, where there is none yet.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
