package server

import (
	"context"
	"reflect"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxWarnings is how many warnings wait for a session that does not read them.
const maxWarnings = 32

// warnings are those that a session has not read yet, the newest of them.
type warnings struct {
	ready chan struct{} // one slot: there is something to take

	mu      sync.Mutex // guards following
	waiting []nodeapi.Warning
	dropped uint64
}

// add never waits: the oldest makes room.
func (w *warnings) add(warning nodeapi.Warning) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == maxWarnings {
		w.waiting = w.waiting[1:]
		w.dropped++
	}
	w.waiting = append(w.waiting, warning)
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

func (w *warnings) take() (nodeapi.NodeEvent, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		return nodeapi.NodeEvent{}, false
	}
	warning, dropped := w.waiting[0], w.dropped
	w.waiting, w.dropped = w.waiting[1:], 0
	return nodeapi.NodeEvent{Warning: &warning, Dropped: dropped}, true
}

// events tells a session of the configuration and of warnings. While it does
// not read, only the newest of both are kept for it.
func events(ctx context.Context, s *session, b Backend, call *messageport.ServerCall) (any, error) {
	unread := &warnings{ready: make(chan struct{}, 1)}
	if watched, ok := b.(Watched); ok {
		defer s.watchWarnings(ctx, watched, call, unread)()
	}
	var told *nodeapi.Config
	for {
		changed := s.server.configChanged.Wait()
		if config := b.Config(); told == nil || !reflect.DeepEqual(config, *told) {
			if err := call.WriteItem(nodeapi.NodeEvent{Config: &config}); err != nil {
				return nil, err
			}
			told = &config
		}
		for event, ok := unread.take(); ok; event, ok = unread.take() {
			if err := call.WriteItem(event); err != nil {
				return nil, err
			}
		}
		select {
		case <-changed:
		case <-unread.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// watchWarnings collects what the backend warns of until stop is called.
func (s *session) watchWarnings(ctx context.Context, b Watched, call *messageport.ServerCall, unread *warnings) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := caught(s.log, call.Method, func() error {
			for warning := range b.Warnings(ctx) {
				unread.add(warning)
			}
			return nil
		})
		if err != nil {
			call.Cancel(err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
