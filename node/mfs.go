package node

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
)

// mfsRootKey holds the CID, in binary, of the tree's root directory.
var mfsRootKey = ds.NewKey("/local/filesroot")

// An mfsTree is the Mutable File System: a UnixFS directory whose CID changes.
// Nothing of it is looked at before it is first used.
//
// Who reads takes the root of the moment and needs no lock: what is under it
// never changes. Changes are made one at a time: each builds a new root out of
// the one that there is, writes its blocks, has the root kept, and only then
// shows it. See change.
type mfsTree struct {
	node    *Node
	turn    chan struct{} // has an element while somebody changes the tree
	writing keyedLocks    // by path, of who puts bytes into a file

	mu   sync.Mutex // guards following
	root cid.Cid    // as all see it; undefined until it is first used
	kept cid.Cid    // as the datastore has it; undefined if that has none
	// doubted are roots that the datastore may have although it said that it
	// could not keep them.
	doubted []cid.Cid
	held    map[cid.Cid]*mfsHold
}

// An mfsHold keeps a DAG that was in the tree, or is about to be, from being
// collected.
type mfsHold struct {
	holders   int
	respected bool // a collection counted on it
}

func newMFSTree(n *Node) *mfsTree {
	return &mfsTree{node: n, turn: make(chan struct{}, 1), held: map[cid.Cid]*mfsHold{}}
}

// take waits for the turn to change the tree, which ends with give. Who has it
// waits neither for a client nor for the network.
func (t *mfsTree) take(ctx context.Context) (give func(), err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	select {
	case t.turn <- struct{}{}:
		return func() { <-t.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// current returns the root.
func (t *mfsTree) current(ctx context.Context) (cid.Cid, error) {
	if root, _ := t.seen(); root.Defined() {
		return root, nil
	}
	give, err := t.take(ctx)
	if err != nil {
		return cid.Undef, err
	}
	defer give()
	return t.open(ctx)
}

func (t *mfsTree) seen() (root, kept cid.Cid) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.root, t.kept
}

// open is current for who has the turn.
func (t *mfsTree) open(ctx context.Context) (cid.Cid, error) {
	if root, _ := t.seen(); root.Defined() {
		return root, nil
	}
	kept, err := t.stored(ctx)
	if err != nil {
		return cid.Undef, err
	}
	root := kept
	if !kept.Defined() {
		if root, err = t.makeEmpty(ctx); err != nil {
			return cid.Undef, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.root, t.kept = root, kept
	return root, nil
}

// stored reads the root that the datastore has, undefined if it has none.
func (t *mfsTree) stored(ctx context.Context) (cid.Cid, error) {
	value, err := t.node.cfg.Datastore.Get(ctx, mfsRootKey)
	if errors.Is(err, ds.ErrNotFound) {
		return cid.Undef, nil
	}
	if err != nil {
		return cid.Undef, t.node.store.wrap(ctx, fmt.Errorf("reading the root of the files: %w", err))
	}
	root, err := cid.Cast(value)
	if err != nil {
		return cid.Undef, corrupt(fmt.Errorf("the root of the files cannot be read: %w", err))
	}
	return root, nil
}

// makeEmpty puts an empty directory.
func (t *mfsTree) makeEmpty(ctx context.Context) (cid.Cid, error) {
	lease := t.node.store.guard.lease()
	defer lease.release()
	empty := unixfs.EmptyDirNode()
	return empty.Cid(), t.node.store.put(ctx, lease, empty)
}

// show makes root the one that all see. It is for who has the turn, and for a
// root whose blocks have been written.
func (t *mfsTree) show(root cid.Cid) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.root = root
}

// keep has the datastore keep a root. It is for who has the turn.
func (t *mfsTree) keep(ctx context.Context, root cid.Cid) error {
	t.mu.Lock()
	same := root == t.kept && len(t.doubted) == 0
	if !same {
		t.doubted = append(t.doubted, root)
	}
	t.mu.Unlock()
	if same {
		return nil
	}
	// To its end: nobody would know which root a write given up has left behind.
	uncut := context.WithoutCancel(ctx)
	err := putDurably(uncut, t.node.cfg.Datastore, mfsRootKey, root.Bytes())
	has := root
	if err != nil {
		err = t.node.store.wrap(uncut, fmt.Errorf("keeping the root of the files: %w", err))
		var unknown error
		if has, unknown = t.stored(uncut); unknown != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept, t.doubted = has, nil
	return err
}

// close keeps what is not kept yet. An empty tree is what there is without one.
func (t *mfsTree) close(ctx context.Context) error {
	root, kept := t.seen()
	if !root.Defined() || !kept.Defined() && root == unixfs.EmptyDirNode().Cid() {
		return nil
	}
	give, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	return t.keep(ctx, root)
}

// hold keeps a DAG from being collected, what the repo has of it, by any
// collection that has not begun yet.
func (t *mfsTree) hold(c cid.Cid) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.held[c]
	if h == nil {
		h = &mfsHold{}
		t.held[c] = h
	}
	h.holders++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		h.holders--
		if h.holders > 0 {
			return
		}
		delete(t.held, c)
		if h.respected {
			t.node.store.guard.garbage.Add(1)
		}
	})
}

// holdCurrent is hold for the root of the moment.
func (t *mfsTree) holdCurrent(ctx context.Context) (root cid.Cid, release func(), err error) {
	if _, err := t.current(ctx); err != nil {
		return cid.Undef, nil, err
	}
	for {
		root, _ := t.seen()
		release := t.hold(root)
		if again, _ := t.seen(); again == root {
			return root, release, nil
		}
		release() // it may have gone before it was held
	}
}

// roots are those of all that no collection may remove.
func (t *mfsTree) roots(ctx context.Context) ([]cid.Cid, error) {
	roots := t.inMemory()
	if root, _ := t.seen(); root.Defined() {
		return roots, nil
	}
	kept, err := t.stored(ctx)
	if err != nil || !kept.Defined() {
		return roots, err
	}
	return append(roots, kept), nil
}

func (t *mfsTree) inMemory() []cid.Cid {
	t.mu.Lock()
	defer t.mu.Unlock()
	roots := append([]cid.Cid(nil), t.doubted...)
	for _, c := range []cid.Cid{t.root, t.kept} {
		if c.Defined() {
			roots = append(roots, c)
		}
	}
	for c, h := range t.held {
		h.respected = true
		roots = append(roots, c)
	}
	return roots
}
