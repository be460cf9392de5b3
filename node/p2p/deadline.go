package p2p

import (
	"os"
	"sync"
	"time"
)

// deadline is a point in time that may be moved while others wait for it.
type deadline struct {
	mu      sync.Mutex // guards following
	timer   *time.Timer
	expired chan struct{} // closed when it is reached
}

func newDeadline() *deadline { return &deadline{expired: make(chan struct{})} }

// set moves it; the zero time is never reached.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.expired // the timer is about to close this one
	}
	d.timer = nil
	select {
	case <-d.expired:
		d.expired = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return
	}
	expired := d.expired
	if left := time.Until(t); left > 0 {
		d.timer = time.AfterFunc(left, func() { close(expired) })
		return
	}
	close(expired)
}

// wait returns a channel that is closed when the deadline is reached. It is to
// be asked for again once the deadline was moved.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.expired
}

func (d *deadline) err() error {
	select {
	case <-d.wait():
		return os.ErrDeadlineExceeded
	default:
		return nil
	}
}
