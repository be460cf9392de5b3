package server

import (
	"context"
	"log/slog"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// boot is the way to a backend that may not be there yet. The first hello
// starts it with that hello's configuration; all that come meanwhile wait for
// the one attempt. A failure is told to each of them, and the next hello tries
// again.
type boot struct {
	open func(ctx context.Context, cfg nodeapi.Config) (Backend, error)
	log  *slog.Logger
	ctx  context.Context // of the server: the attempt outlives the hello that began it

	mu      sync.Mutex // guards following
	attempt *attempt   // the one under way or the one that succeeded
}

type attempt struct {
	done    chan struct{} // closed once the two below are set
	backend Backend
	err     error
}

// get returns the backend, opening it with cfg if nobody has begun to.
func (b *boot) get(ctx context.Context, cfg nodeapi.Config) (Backend, error) {
	b.mu.Lock()
	a := b.attempt
	if a == nil {
		a = &attempt{done: make(chan struct{})}
		b.attempt = a
		go b.run(a, cfg)
	}
	b.mu.Unlock()

	select {
	case <-a.done:
		return a.backend, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (b *boot) run(a *attempt, cfg nodeapi.Config) {
	a.err = caught(b.log, "the boot", func() (err error) {
		a.backend, err = b.open(b.ctx, cfg)
		return err
	})
	if a.err != nil {
		if closing := context.Cause(b.ctx); closing != nil {
			a.err = closing
		}
		b.mu.Lock()
		b.attempt = nil
		b.mu.Unlock()
	}
	close(a.done)
}

// booted returns the backend if it is there already.
func (b *boot) booted() Backend {
	b.mu.Lock()
	a := b.attempt
	b.mu.Unlock()
	if a == nil {
		return nil
	}
	select {
	case <-a.done:
		return a.backend
	default:
		return nil
	}
}

// wait waits for an attempt that is under way, and returns the backend if there
// is one.
func (b *boot) wait() Backend {
	b.mu.Lock()
	a := b.attempt
	b.mu.Unlock()
	if a == nil {
		return nil
	}
	<-a.done
	return a.backend
}
