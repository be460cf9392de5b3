package server

import (
	"maps"
	"slices"
	"sync"
)

// names are what a session does something with now: topics, rooms, protocols.
type names struct {
	mu   sync.Mutex // guards following
	used map[string]int
}

// add counts a use of name in, until remove is called.
func (n *names) add(name string) (remove func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.used == nil {
		n.used = make(map[string]int)
	}
	n.used[name]++
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.used[name]--
		if n.used[name] == 0 {
			delete(n.used, name)
		}
	}
}

// list returns the names, sorted, each once.
func (n *names) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.used))
}
