package messageport

import (
	"context"
	"sync"
)

// queue holds messages on their way to one receiver.
type queue struct {
	limit int           // of bytes; 0 for none
	ready chan struct{} // one slot: there is something to see

	mu    sync.Mutex // guards following
	msgs  [][]byte
	bytes int
	err   error // what comes after msgs
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, ready: make(chan struct{}, 1)}
}

// push appends a message. It never waits.
func (q *queue) push(msg []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return ErrClosed
	}
	if q.limit > 0 && q.bytes+len(msg) > q.limit {
		return Errorf(CodeQueueLimit, nil, "more than %d bytes of messages left unread", q.limit)
	}
	q.msgs = append(q.msgs, msg)
	q.bytes += len(msg)
	notify(q.ready)
	return nil
}

// pop returns the next message, waiting for it, and after the last of an ended
// queue the error.
func (q *queue) pop(ctx context.Context) ([]byte, error) {
	for {
		if msg, ok, err := q.take(); ok || err != nil {
			return msg, err
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (q *queue) take() (msg []byte, ok bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.msgs) == 0 {
		return nil, false, q.err
	}
	msg = q.msgs[0]
	q.msgs[0] = nil
	q.msgs = q.msgs[1:]
	q.bytes -= len(msg)
	return msg, true, nil
}

// fail ends the queue: after what it holds comes err.
func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
	}
	notify(q.ready)
}

// drop ends the queue at once, from its reader's side: what it holds is lost.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.msgs, q.bytes, q.err = nil, 0, ErrClosed
	notify(q.ready)
}

// notify puts a token into a channel of one slot, where there is none yet.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
