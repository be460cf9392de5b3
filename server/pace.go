package server

import (
	"context"
	"sync"
	"time"
)

// burst is how far the calls of an origin may run ahead of their rate.
const burst = time.Second

// A pace spreads the calls of an origin, of all its ports together, over time.
type pace struct {
	mu  sync.Mutex // guards following
	due time.Time  // of the next call, if it is not early
}

// wait waits until one more call may begin, of so many per second.
func (p *pace) wait(ctx context.Context, rate uint32) error {
	share := time.Second / time.Duration(rate)
	early := p.take(time.Now(), share)
	if early <= 0 {
		return nil
	}
	timer := time.NewTimer(early)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		p.giveBack(share)
		return context.Cause(ctx)
	}
}

// take returns how long the call has to wait.
func (p *pace) take(now time.Time, share time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if earliest := now.Add(-burst); p.due.Before(earliest) {
		p.due = earliest
	}
	p.due = p.due.Add(share)
	return p.due.Sub(now)
}

func (p *pace) giveBack(share time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = p.due.Add(-share)
}
