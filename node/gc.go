package node

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// sweepBatch is how many blocks are deleted at a time. Who wants one of them
	// back waits for that long, and so does who reads or writes any other.
	sweepBatch = 64
	// markBatch is how many pins are walked together.
	markBatch = 1024
)

// RepoGC removes the blocks that neither a pin nor the Mutable File System holds,
// and yields those that it removed. It runs beside everything else, and does not
// wait for who takes what it yields: meanwhile it remembers up to a multihash for
// each block removed. A second collection waits for the first.
//
// If a pinned block is missing nothing is removed: what is under it cannot be
// told from garbage.
func (n *Node) RepoGC(ctx context.Context) iter.Seq2[nodeapi.CIDOutcome, error] {
	return func(yield func(nodeapi.CIDOutcome, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		ctx, cancel := context.WithCancel(ctx)
		queue := newRemovedQueue()
		var running sync.WaitGroup
		running.Go(func() { queue.close(n.collectGarbage(ctx, queue.push)) })
		defer running.Wait()
		defer cancel()
		for {
			removed, err := queue.pop()
			for _, c := range removed {
				if !yield(nodeapi.CIDOutcome{Cid: c}, nil) {
					return
				}
			}
			if errors.Is(err, errStop) {
				return
			}
			if err != nil {
				yield(nodeapi.CIDOutcome{}, n.store.wrap(ctx, err))
				return
			}
		}
	}
}

// startCollection waits until no other runs.
func (n *Node) startCollection(ctx context.Context) (end func(), err error) {
	select {
	case n.collector.running <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	endGuard := n.store.guard.collect()
	return func() {
		endGuard()
		<-n.collector.running
	}, nil
}

// collectGarbage tells of the blocks removed.
func (n *Node) collectGarbage(ctx context.Context, tell func([]cid.Cid)) error {
	end, err := n.startCollection(ctx)
	if err != nil {
		return err
	}
	defer end()
	return n.sweep(ctx, tell)
}

// sweep is collectGarbage of a collection that has been started.
func (n *Node) sweep(ctx context.Context, tell func([]cid.Cid)) error {
	garbage := n.store.guard.garbage.Load()
	counts, err := n.origins.beginCounts(ctx)
	if err != nil {
		return err
	}
	defer counts.end()
	marked, err := n.mark(ctx)
	if err != nil {
		return err
	}
	var batch []cid.Cid
	remove := func() error {
		began := time.Now()
		removed, err := n.store.remove(ctx, batch)
		batch = batch[:0]
		if len(removed) > 0 {
			tell(removed)
			nodeapi.Took(ctx, time.Since(began))
		}
		return err
	}
	err = n.store.each(ctx, func(c cid.Cid) error {
		if marked.has(fingerprintOf(c.Hash())) {
			return nil
		}
		batch = append(batch, c)
		if len(batch) < sweepBatch {
			return nil
		}
		return remove()
	})
	if err != nil {
		return err
	}
	if err := remove(); err != nil {
		return err
	}
	if err := n.origins.finish(ctx, counts); err != nil {
		return err
	}
	n.collector.finish(garbage)
	return nil
}

// mark returns all that the pins and the Mutable File System hold. What the
// latter holds need not be whole.
func (n *Node) mark(ctx context.Context) (*fingerprints, error) {
	marked := &fingerprints{}
	walk := func(roots []cid.Cid) error {
		w := dagWalk{store: n.store, enter: func(c cid.Cid) (bool, error) {
			return marked.add(fingerprintOf(c.Hash())), nil
		}}
		return w.run(ctx, roots...)
	}
	var roots []cid.Cid
	for root, err := range n.origins.held(ctx, pin.Recursive) {
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
		if len(roots) == markBatch {
			if err := walk(roots); err != nil {
				return nil, err
			}
			roots = roots[:0]
		}
	}
	if err := walk(roots); err != nil {
		return nil, err
	}
	err := n.walkFiles(ctx, func(c cid.Cid) (bool, error) { return marked.add(fingerprintOf(c.Hash())), nil })
	if err != nil {
		return nil, err
	}
	// After the walks, which do not go on at what is marked: a direct pin marks
	// its block and not what is under it.
	for c, err := range n.origins.held(ctx, pin.Direct) {
		if err != nil {
			return nil, err
		}
		marked.add(fingerprintOf(c.Hash()))
	}
	return marked, nil
}

// walkFiles goes through what the repo has of the Mutable File System, as far as enter
// lets it.
func (n *Node) walkFiles(ctx context.Context, enter func(cid.Cid) (bool, error)) error {
	roots, err := n.files.roots(ctx)
	if err != nil {
		return err
	}
	w := dagWalk{store: n.store, partial: true, enter: enter}
	return w.run(withoutFetcher(ctx), roots...)
}

// A removedQueue carries what a collection removed to who asked for it. It holds
// as much as there is: the collection must not wait.
type removedQueue struct {
	mu      sync.Mutex // guards following
	changed *sync.Cond
	removed []cid.Cid
	over    error // errStop when all went well
}

func newRemovedQueue() *removedQueue {
	q := &removedQueue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *removedQueue) push(cids []cid.Cid) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.removed = append(q.removed, cids...)
	q.changed.Signal()
}

func (q *removedQueue) close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = err
	if err == nil {
		q.over = errStop
	}
	q.changed.Signal()
}

// pop waits for something to tell of. What it returns with an error is the last.
func (q *removedQueue) pop() ([]cid.Cid, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.removed) == 0 && q.over == nil {
		q.changed.Wait()
	}
	removed := q.removed
	q.removed = nil
	return removed, q.over
}
