package p2p

import (
	"context"
	"sync"
	"time"
)

// clockTick is how often the clock is looked at, and clockJump how much it must
// gain meanwhile to say that the device slept.
const (
	clockTick = 15 * time.Second
	clockJump = 30 * time.Second
)

// presence says whether the device is online, and tells when it comes back:
// from being offline, or from sleep.
type presence struct {
	back func()           // must not block
	wall func() time.Time // the wall clock, which does not stop in sleep
	stop func()           // asks the platform no more

	mu     sync.Mutex // guards following
	online bool
	change chan struct{} // closed when online turns true
}

// newPresence takes note at once of what the platform tells; watch must be called.
func newPresence(back func()) *presence {
	p := &presence{
		back:   back,
		wall:   func() time.Time { return time.Now().Round(0) },
		online: true,
		change: make(chan struct{}),
	}
	p.stop = watchOnline(p.set)
	return p
}

// watch looks for sleep until ctx ends, and with it all else ends.
func (p *presence) watch(ctx context.Context) {
	defer p.stop()
	ticker := time.NewTicker(clockTick)
	defer ticker.Stop()
	last := p.wall()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := p.wall()
		if now.Sub(last) > clockTick+clockJump {
			p.back()
		}
		last = now
	}
}

// set takes note of what the platform tells.
func (p *presence) set(online bool) {
	p.mu.Lock()
	returned := online && !p.online
	p.online = online
	if returned {
		close(p.change)
		p.change = make(chan struct{})
	}
	p.mu.Unlock()
	if returned {
		p.back()
	}
}

func (p *presence) isOnline() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.online
}

// wait waits until the device is online, and reports false if ctx ends first.
func (p *presence) wait(ctx context.Context) bool {
	for {
		p.mu.Lock()
		online, change := p.online, p.change
		p.mu.Unlock()
		if ctx.Err() != nil || online {
			return ctx.Err() == nil
		}
		select {
		case <-change:
		case <-ctx.Done():
		}
	}
}
