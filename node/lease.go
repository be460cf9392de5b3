package node

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// A guard keeps garbage collection from removing what someone counts on. Its
// rules:
//
//   - An operation holds a block on its lease before it looks whether the block
//     is there or puts it, and until what it pins is pinned.
//   - A sweep names the blocks that it is about to delete before it deletes
//     them, and names none that is on a lease. Who wants to hold one of those
//     waits until that batch is over.
//   - What was on a lease at any time since a collection began is not removed by
//     that collection: it may have been pinned after the pins were read.
//
// The mutex is held for a few map operations, never while a store works.
type guard struct {
	// writes counts the writes of blocks, and garbage whatever may have left some
	// since the node started: leases under which something was written, and pins
	// removed.
	writes, garbage atomic.Uint64

	mu         sync.Mutex // guards following
	leases     map[*lease]struct{}
	collecting bool
	released   fingerprints  // while collecting: what was on leases that ended
	deleting   fingerprints  // the batch being deleted
	deleted    chan struct{} // closed when that batch is over
}

// A lease is an operation's claim on blocks.
type lease struct {
	guard  *guard
	writes uint64       // the guard's when it began
	held   fingerprints // guarded by guard.mu
}

func newGuard() *guard {
	return &guard{leases: map[*lease]struct{}{}}
}

// lease starts a lease; release must be called on it.
func (g *guard) lease() *lease {
	l := &lease{guard: g, writes: g.writes.Load()}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leases[l] = struct{}{}
	return l
}

// release ends the lease.
func (l *lease) release() {
	g := l.guard
	if g.writes.Load() != l.writes {
		g.garbage.Add(1)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.leases, l)
	if g.collecting {
		for k := range l.held.all() {
			g.released.add(k)
		}
	}
	l.held = fingerprints{}
}

// hold puts blocks on the lease, after waiting for the end of a deletion of any
// of them.
func (l *lease) hold(ctx context.Context, mhs ...multihash.Multihash) error {
	keys := make([]fingerprint, len(mhs))
	for i, mh := range mhs {
		keys[i] = fingerprintOf(mh)
	}
	for {
		wait := l.tryHold(keys)
		if wait == nil {
			return nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tryHold returns nil, or what to wait for before trying again.
func (l *lease) tryHold(keys []fingerprint) <-chan struct{} {
	g := l.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range keys {
		if g.deleting.has(k) {
			return g.deleted
		}
	}
	for _, k := range keys {
		l.held.add(k)
	}
	return nil
}

// collect begins a collection and returns what ends it. Only one may run at a
// time.
func (g *guard) collect() (end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.collecting = true
	g.released = fingerprints{}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.collecting = false
		g.released = fingerprints{}
	}
}

// isCollecting reports whether a collection is under way.
func (g *guard) isCollecting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.collecting
}

// delete has remove delete those of the blocks that nobody counts on, and
// returns them: all or, with an error, none. Only the collection may call it.
func (g *guard) delete(cids []cid.Cid, remove func([]cid.Cid) error) ([]cid.Cid, error) {
	free := g.startDeleting(cids)
	defer g.endDeleting()
	if len(free) == 0 {
		return nil, nil
	}
	if err := remove(free); err != nil {
		return nil, err
	}
	return free, nil
}

func (g *guard) startDeleting(cids []cid.Cid) []cid.Cid {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deleting = fingerprints{}
	g.deleted = make(chan struct{})
	var free []cid.Cid
	for _, c := range cids {
		k := fingerprintOf(c.Hash())
		if !g.inUse(k) {
			g.deleting.add(k)
			free = append(free, c)
		}
	}
	return free
}

func (g *guard) endDeleting() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.deleted)
	g.deleting, g.deleted = fingerprints{}, nil
}

// isDeleting reports whether a block is about to be deleted.
func (g *guard) isDeleting(c cid.Cid) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.deleting.has(fingerprintOf(c.Hash()))
}

// inUse is called with mu held.
func (g *guard) inUse(k fingerprint) bool {
	if g.released.has(k) {
		return true
	}
	for l := range g.leases {
		if l.held.has(k) {
			return true
		}
	}
	return false
}
