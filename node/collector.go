package node

import (
	"context"
	"sync"

	"github.com/ipfs/go-cid"
)

// A collector sees to it that one collection runs at a time, and knows whether
// another could find anything.
type collector struct {
	running chan struct{} // full while one runs

	mu       sync.Mutex // guards following
	finished uint64     // how many came to their end
	seen     uint64     // the guard's garbage when the last of those began
}

func newCollector() *collector { return &collector{running: make(chan struct{}, 1)} }

// finish notes the end of a collection.
func (c *collector) finish(garbage uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished++
	c.seen = garbage
}

func (c *collector) state() (finished, seen uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finished, c.seen
}

// watchStorage starts to watch how full the storage is. With a watermark, writes
// that find no room have garbage collected.
func (n *Node) watchStorage() {
	n.storage = newStorageWatch(n.cfg, n.store, n.warnings)
	n.storage.collect = func(ctx context.Context) error { return n.collectGarbage(ctx, func([]cid.Cid) {}) }
	n.store.watch = n.storage
	if n.cfg.StorageGCWatermark > 0 {
		n.store.room = collectingRoom{n}
	}
	n.running.Go(func() { n.storage.run(n.stopped) })
}

// collectingRoom makes room by collecting garbage.
type collectingRoom struct{ node *Node }

// prepare returns how many collections are over.
func (r collectingRoom) prepare() uint64 {
	finished, _ := r.node.collector.state()
	return finished
}

// makeRoom collects unless another did since prepare. If nothing has become
// garbage since the last collection there is none: a repo full of what is pinned
// is not searched for each write.
func (r collectingRoom) makeRoom(ctx context.Context, before uint64) bool {
	n := r.node
	end, err := n.startCollection(ctx)
	if err != nil {
		return false
	}
	defer end()
	finished, seen := n.collector.state()
	if finished != before {
		return true
	}
	if finished > 0 && seen == n.store.guard.garbage.Load() {
		return false
	}
	ctx = withoutFetcher(ctx) // a pinned block that is missing is no reason to get it
	if err := n.sweep(ctx, func([]cid.Cid) {}); err != nil {
		n.storage.warn(ctx, "garbage could not be collected", err)
		return false
	}
	return true
}
