package news

import "sync"

// News wakes all who wait for it. The zero value is ready.
type News struct {
	mu   sync.Mutex // guards following
	next chan struct{}
}

// Wait returns what is closed when Tell is called next.
func (n *News) Wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// Tell wakes all who wait. It is cheap if nobody does.
func (n *News) Tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
