package node

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxWarnings is how many warnings wait for a reader.
const maxWarnings = 16

// warnings carries warnings to all who read them.
type warnings struct {
	mu       sync.Mutex // guards following
	standing map[string]nodeapi.Warning
	readers  map[*warningReader]struct{}
}

type warningReader struct {
	changed chan struct{}     // 1 slot
	waiting []nodeapi.Warning // guarded by warnings.mu
}

func newWarnings() *warnings {
	return &warnings{standing: map[string]nodeapi.Warning{}, readers: map[*warningReader]struct{}{}}
}

// stand tells of something that lasts: who begins to read later is told of it
// too, until it is over or another stands in its place.
func (w *warnings) stand(what string, warning nodeapi.Warning) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.standing[what] = warning
	for r := range w.readers {
		r.add(warning)
	}
}

// over ends what stands.
func (w *warnings) over(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.standing, what)
}

func (w *warnings) read() *warningReader {
	r := &warningReader{changed: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(w.standing)) {
		r.add(w.standing[what])
	}
	w.readers[r] = struct{}{}
	return r
}

func (w *warnings) stop(r *warningReader) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.readers, r)
}

// add is called with the mu of warnings held.
func (r *warningReader) add(warning nodeapi.Warning) {
	if len(r.waiting) == maxWarnings {
		r.waiting = r.waiting[1:]
	}
	r.waiting = append(r.waiting, warning)
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (w *warnings) take(r *warningReader) []nodeapi.Warning {
	w.mu.Lock()
	defer w.mu.Unlock()
	waiting := r.waiting
	r.waiting = nil
	return waiting
}

// Warnings yields the warnings that hold, and those to come until ctx or the
// node ends. It holds up nobody: of a reader that is late the newest are kept.
func (n *Node) Warnings(ctx context.Context) iter.Seq[nodeapi.Warning] {
	return func(yield func(nodeapi.Warning) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		r := n.warnings.read()
		defer n.warnings.stop(r)
		for {
			select {
			case <-r.changed:
			case <-ctx.Done():
				return
			}
			for _, warning := range n.warnings.take(r) {
				if !yield(warning) {
					return
				}
			}
		}
	}
}
