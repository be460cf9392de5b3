package servertest

import (
	"context"
	"iter"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Warn has all who watch the backend told of something.
func (b *Backend) Warn(warning nodeapi.Warning) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, box := range b.watchers {
		box.put(warning, true)
	}
}

// Warnings implements server.Watched.
func (b *Backend) Warnings(ctx context.Context) iter.Seq[nodeapi.Warning] {
	return func(yield func(nodeapi.Warning) bool) {
		defer b.hold()()
		box := newMailbox[nodeapi.Warning](0)
		b.mu.Lock()
		b.watchers = append(b.watchers, box)
		b.mu.Unlock()
		defer b.unwatch(box)
		for {
			if err := b.step(ctx, nodeapi.MethodEvents); err != nil {
				return
			}
			warning, _, err := box.next(ctx)
			if err != nil || !yield(warning) {
				return
			}
		}
	}
}

func (b *Backend) unwatch(box *mailbox[nodeapi.Warning]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers = slices.DeleteFunc(b.watchers, func(other *mailbox[nodeapi.Warning]) bool { return other == box })
}

// Sample implements server.Watched. It is no method of the API, and the hook is
// not called.
func (b *Backend) Sample(_ context.Context, into *nodeapi.StatusSample) {
	b.mu.Lock()
	defer b.mu.Unlock()
	into.Peers = uint64(len(b.peers))
	into.Blocks = uint64(len(b.blocks))
	for _, data := range b.blocks {
		into.RepoSize += uint64(len(data))
	}
}
