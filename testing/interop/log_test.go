package interop

import (
	"sync"

	"github.com/sharednode/sharednode/testing/interop/peers"
)

// A log keeps events. The zero value is ready.
type log struct {
	mu     sync.Mutex // guards following
	events []peers.Event
}

// tell notes an event of a topic that came from a peer.
func (l *log) tell(event, topic, peer string, data []byte, direct bool) {
	e := peers.Event{Event: event, Topic: topic, Data: data, Direct: direct}
	if event == "message" {
		e.From = peer
	} else {
		e.Peer = peer
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
}

// Events returns the events so far.
func (l *log) Events() []peers.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]peers.Event(nil), l.events...)
}
