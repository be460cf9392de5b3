package node

import (
	"context"
	"sync"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// walkCost is what a look at a block costs beside its bytes, as nodeapi.Spend
// counts it.
const walkCost = 4 << 10

// lookCost is walkCost where it is enough that the block is there, and keyCost
// that of a key in a list of keys.
const (
	lookCost = 1 << 10
	keyCost  = 128
)

// walkers is how many blocks a walk has the store look for at a time.
const walkers = 16

// A dagWalk visits blocks and all that is under them.
type dagWalk struct {
	store *store
	// enter is called with each CID met, before its block is looked at. It says
	// whether to go on there: once for each block, to end soon. It is not called
	// concurrently.
	enter func(c cid.Cid) (bool, error)
	// leaves says that blocks which can have no links must be there too.
	// Otherwise they are not looked at.
	leaves bool
	// sized, if set, is called with the size of each block that is looked at. It is
	// not called concurrently.
	sized func(c cid.Cid, size int)
	// partial passes over blocks that are missing, or cannot be read, with all that
	// is under them.
	partial bool

	mu      sync.Mutex // guards following
	changed *sync.Cond // pending or busy or err
	pending []cid.Cid  // a stack, so that it stays small
	busy    int        // goroutines that may push to it
	err     error
}

// run visits roots and what is under them. It returns the first error, that of a
// missing block included.
func (w *dagWalk) run(ctx context.Context, roots ...cid.Cid) error {
	w.changed = sync.NewCond(&w.mu)
	stop := context.AfterFunc(ctx, func() { w.fail(context.Cause(ctx)) })
	defer stop()
	w.push(roots)
	if len(w.pending) == 0 {
		return w.failure()
	}
	var workers sync.WaitGroup
	for range walkers {
		workers.Go(func() { w.work(ctx) })
	}
	workers.Wait()
	return w.failure()
}

func (w *dagWalk) work(ctx context.Context) {
	for {
		c, more := w.pop()
		if !more {
			return
		}
		links, err := w.look(ctx, c)
		if err != nil && !w.passesOver(err) {
			w.fail(err)
		}
		w.push(links)
		w.done()
	}
}

// passesOver reports whether an error of a block is none of the walk.
func (w *dagWalk) passesOver(err error) bool {
	switch nodeapi.CodeOf(err) {
	case nodeapi.CodeNotFound, nodeapi.CodeInvalidBlock, nodeapi.CodeUnknownCodec, nodeapi.CodeUnknownHash:
		return w.partial
	}
	return false
}

// look returns what is under c.
func (w *dagWalk) look(ctx context.Context, c cid.Cid) ([]cid.Cid, error) {
	inner, err := canHaveLinks(c)
	if err != nil {
		return nil, err
	}
	if !inner {
		return nil, w.leaf(ctx, c)
	}
	b, err := w.store.get(ctx, c)
	if err != nil {
		return nil, err
	}
	w.tell(c, len(b.RawData()))
	nodeapi.Spend(ctx, walkCost+len(b.RawData()))
	return linksOf(b)
}

// leaf looks at a block that has no links, without loading it.
func (w *dagWalk) leaf(ctx context.Context, c cid.Cid) error {
	if w.sized == nil {
		nodeapi.Spend(ctx, lookCost)
		return w.store.need(ctx, c)
	}
	size, err := w.store.size(ctx, c)
	if err != nil {
		return err
	}
	w.tell(c, size)
	nodeapi.Spend(ctx, walkCost)
	return nil
}

func (w *dagWalk) tell(c cid.Cid, size int) {
	if w.sized == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sized(c, size)
}

// push enters CIDs and keeps those that must be looked at.
func (w *dagWalk) push(cids []cid.Cid) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range cids {
		if w.err != nil {
			return
		}
		inner, err := canHaveLinks(c)
		if err != nil && w.passesOver(err) {
			inner, err = false, nil
		}
		goOn := false
		if err == nil {
			goOn, err = w.enter(c)
		}
		if err != nil {
			w.err = err
			w.changed.Broadcast()
			return
		}
		if goOn && (inner || w.leaves) {
			w.pending = append(w.pending, c)
			w.changed.Signal()
		}
	}
}

// pop waits for a CID to look at. There is none left when nobody can push one.
func (w *dagWalk) pop() (cid.Cid, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil && len(w.pending) == 0 && w.busy > 0 {
		w.changed.Wait()
	}
	if w.err != nil || len(w.pending) == 0 {
		return cid.Undef, false
	}
	last := len(w.pending) - 1
	c := w.pending[last]
	w.pending = w.pending[:last]
	w.busy++
	return c, true
}

func (w *dagWalk) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	if w.busy == 0 {
		w.changed.Broadcast()
	}
}

func (w *dagWalk) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.changed.Broadcast()
}

func (w *dagWalk) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
