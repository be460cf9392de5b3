package servertest

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// mailbox holds what its reader has not read yet. Of what may be lost it keeps
// the newest, and counts the rest.
type mailbox[T any] struct {
	limit int           // of letters that may be lost
	ready chan struct{} // one slot: there is something to see

	mu      sync.Mutex // guards following
	letters []letter[T]
	lost    uint64
	closed  bool
}

type letter[T any] struct {
	content T
	sure    bool // is never lost
}

func newMailbox[T any](limit int) *mailbox[T] {
	return &mailbox[T]{limit: limit, ready: make(chan struct{}, 1)}
}

func (m *mailbox[T]) put(content T, sure bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, letter[T]{content, sure})
	unsure := 0
	for _, l := range m.letters {
		if !l.sure {
			unsure++
		}
	}
	if unsure > m.limit {
		oldest := slices.IndexFunc(m.letters, func(l letter[T]) bool { return !l.sure })
		m.letters = slices.Delete(m.letters, oldest, oldest+1)
		m.lost++
	}
	m.notify()
}

// next waits for what comes next, and tells how much was lost before it.
func (m *mailbox[T]) next(ctx context.Context) (content T, lost uint64, err error) {
	for {
		content, lost, ok, err := m.take()
		if ok || err != nil {
			return content, lost, err
		}
		select {
		case <-m.ready:
		case <-ctx.Done():
			return content, 0, ctx.Err()
		}
	}
}

func (m *mailbox[T]) take() (content T, lost uint64, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return content, 0, false, errors.New("servertest: Next after Close")
	}
	if len(m.letters) == 0 {
		return content, 0, false, nil
	}
	content, lost = m.letters[0].content, m.lost
	m.letters, m.lost = m.letters[1:], 0
	return content, lost, true, nil
}

func (m *mailbox[T]) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.notify()
}

func (m *mailbox[T]) notify() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}
