package p2p

import (
	"errors"
	"sync"
)

// maxUnread bounds what a WebSocket brought and nobody has read yet. A browser
// cannot be told to stop receiving. Peers that keep to yamux's windows do not
// come near.
const maxUnread = 32 << 20

var errFlooded = errors.New("p2p: the peer sent more than was read")

// chunk is a message received, left where it is until it is read.
type chunk interface {
	Len() int
	// CopyTo copies from an offset on, as much as fits, and returns how much.
	CopyTo(p []byte, offset int) int
}

// inbox makes messages into a stream of bytes.
type inbox struct {
	ready chan struct{} // 1 slot

	mu     sync.Mutex // guards following
	queue  []chunk
	offset int // in the first
	unread int // bytes
	end    error
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// put adds a message. It never blocks. It reports false if there are too many,
// which ends the inbox.
func (b *inbox) put(c chunk) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil || c.Len() == 0 {
		return true
	}
	if b.unread+c.Len() > maxUnread {
		b.endLocked(errFlooded)
		b.queue, b.unread = nil, 0
		return false
	}
	b.queue = append(b.queue, c)
	b.unread += c.Len()
	signal(b.ready)
	return true
}

// close has err returned once all is read.
func (b *inbox) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.endLocked(err)
}

func (b *inbox) endLocked(err error) {
	if b.end == nil {
		b.end = err
	}
	signal(b.ready)
}

// read waits for bytes until the deadline.
func (b *inbox) read(p []byte, d *deadline) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if err := d.err(); err != nil {
			return 0, err
		}
		if n, err := b.take(p); n > 0 || err != nil {
			return n, err
		}
		select {
		case <-b.ready:
		case <-d.wait():
		}
	}
}

// take returns 0 and nil if there is nothing yet.
func (b *inbox) take(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for n < len(p) && len(b.queue) > 0 {
		c := b.queue[0].CopyTo(p[n:], b.offset)
		n += c
		b.offset += c
		if b.offset == b.queue[0].Len() {
			b.queue[0] = nil
			b.queue, b.offset = b.queue[1:], 0
		}
	}
	b.unread -= n
	if n > 0 {
		return n, nil
	}
	if b.end != nil {
		signal(b.ready) // for others who wait
	}
	return 0, b.end
}
