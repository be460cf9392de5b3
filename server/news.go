package server

import "sync"

// news wakes all who wait for it.
type news struct {
	mu   sync.Mutex // guards following
	next chan struct{}
}

// wait returns what is closed when tell is called next.
func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
