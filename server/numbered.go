package server

import "sync"

// numbered holds what a session names by number. A number is of that session
// alone, and never given twice.
type numbered[T any] struct {
	mu    sync.Mutex // guards following
	last  uint64
	held  map[uint64]T
	ended bool
}

// add returns the number of item, or 0 if there are as many as limit already,
// or after end.
func (n *numbered[T]) add(item T, limit int) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended || len(n.held) >= limit {
		return 0
	}
	if n.held == nil {
		n.held = make(map[uint64]T)
	}
	n.last++
	n.held[n.last] = item
	return n.last
}

func (n *numbered[T]) get(number uint64) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	item, ok := n.held[number]
	return item, ok
}

// remove returns what had the number.
func (n *numbered[T]) remove(number uint64) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	item, ok := n.held[number]
	delete(n.held, number)
	return item, ok
}

// end returns all that is held, and lets nothing more in.
func (n *numbered[T]) end() map[uint64]T {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ended = true
	held := n.held
	n.held = nil
	return held
}
