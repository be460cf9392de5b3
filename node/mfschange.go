package node

import (
	"context"
	"errors"
	"os"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/mfs"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An mfsView is the tree under one root, as boxo's mfs has it, made for one
// operation and thrown away with it: of boxo's caches and locks nothing is shared
// between operations, and one that fails leaves nothing behind. What is changed
// in it stays in memory until it is written.
type mfsView struct {
	ctx  context.Context
	dag  *mfsDAG
	root *mfs.Root
}

func (t *mfsTree) view(ctx context.Context, root cid.Cid) (*mfsView, error) {
	v := &mfsView{ctx: ctx, dag: &mfsDAG{store: t.node.store, added: map[cid.Cid]*addedNode{}}}
	nd, err := v.dag.Get(ctx, root)
	if err != nil {
		return v, err
	}
	pb, ok := nd.(*merkledag.ProtoNode)
	if !ok {
		return v, corrupt(errors.New("the root of the files is no directory"))
	}
	v.root, err = mfs.NewRoot(ctx, v.dag, pb, nil, nil, mfs.WithFetchTimeout(0))
	return v, err
}

// change has f change the tree. What f did is seen by others, all of it at once,
// if f returns nil; with flush, or nil for it, it has been kept then too.
//
// f has the turn, and only what the repo has: f runs again, without what it did,
// after a block that it missed has been fetched.
func (t *mfsTree) change(ctx context.Context, flush *bool, f func(*mfsView) error) error {
	lease := t.node.store.guard.lease()
	defer lease.release()
	return t.fetching(ctx, func(ctx context.Context) (*mfsDAG, error) {
		give, err := t.take(ctx)
		if err != nil {
			return nil, err
		}
		defer give()
		root, err := t.open(ctx)
		if err != nil {
			return nil, err
		}
		v, err := t.view(ctx, root)
		if err == nil {
			err = f(v)
		}
		if err != nil {
			return v.dag, err
		}
		next, err := v.write(lease)
		if err != nil {
			return v.dag, err
		}
		if flush == nil || *flush {
			if err := t.keep(ctx, next); err != nil {
				return v.dag, err
			}
		}
		t.show(next)
		return v.dag, nil
	})
}

// look has f look at the tree as it is now.
func (t *mfsTree) look(ctx context.Context, f func(*mfsView) error) error {
	root, release, err := t.holdCurrent(ctx)
	if err != nil {
		return err
	}
	defer release()
	return t.fetching(ctx, func(ctx context.Context) (*mfsDAG, error) {
		v, err := t.view(ctx, root)
		if err == nil {
			err = f(v)
		}
		return v.dag, err
	})
}

// fetching calls f, whose context is of the repo alone, and again after the block
// that was missing has been fetched.
func (t *mfsTree) fetching(ctx context.Context, f func(context.Context) (*mfsDAG, error)) error {
	local := withoutFetcher(ctx)
	var last cid.Cid
	for {
		dag, err := f(local)
		if err == nil || ctx.Err() != nil || dag == nil || fetcherOf(ctx) == nil {
			return t.node.store.wrap(ctx, err)
		}
		missing := dag.firstMissing()
		if !missing.Defined() || missing == last {
			return t.node.store.wrap(ctx, err)
		}
		last = missing
		if err := t.node.store.need(ctx, missing); err != nil {
			return err
		}
	}
}

// child returns an entry of a directory whose path is p.
func (v *mfsView) child(dir *mfs.Directory, p mfsPath) (mfs.FSNode, error) {
	child, err := dir.Child(p.base())
	return child, v.explain(err, p)
}

// explain gives an error of boxo's about what is at p its code.
func (v *mfsView) explain(err error, p mfsPath) error {
	var coded *nodeapi.Error
	switch {
	case err == nil || errors.As(err, &coded) || v.ctx.Err() != nil:
		return err
	case errors.Is(err, os.ErrNotExist):
		return noEntry(p)
	case errors.Is(err, os.ErrExist), errors.Is(err, mfs.ErrDirExists):
		return alreadyExists(p)
	}
	return nodeapi.Errorf(nodeapi.CodeInvalidBlock, map[string]any{"path": p.String()}, "%q: %w", p, err)
}

// find returns what is at p.
func (v *mfsView) find(p mfsPath) (mfs.FSNode, error) {
	var at mfs.FSNode = v.root.GetDirectory()
	for i := range p.parts {
		dir, ok := at.(*mfs.Directory)
		if !ok {
			return nil, notADirectory(p.upTo(i - 1).String())
		}
		var err error
		if at, err = v.child(dir, p.upTo(i)); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// dir returns the directory at p.
func (v *mfsView) dir(p mfsPath) (*mfs.Directory, error) {
	at, err := v.find(p)
	if err != nil {
		return nil, err
	}
	dir, ok := at.(*mfs.Directory)
	if !ok {
		return nil, notADirectory(p.String())
	}
	return dir, nil
}

// write writes the blocks that the tree now has and did not have before, and
// returns its root.
func (v *mfsView) write(l *lease) (cid.Cid, error) {
	nd, err := v.root.GetDirectory().GetNode()
	if err != nil {
		return cid.Undef, err
	}
	root := nd.Cid()
	written := cid.NewSet()
	if charge := chargeOf(v.ctx); charge != nil {
		if err := v.writeOwn(l, charge.account.Origin, written); err != nil {
			return cid.Undef, err
		}
	}
	return root, v.dag.write(withoutCharge(v.ctx), l, root, written)
}

// writeOwn writes what is in the directory of the origin that pays for it. What is
// above that is everybody's.
func (v *mfsView) writeOwn(l *lease, origin string, written *cid.Set) error {
	p, err := originDirectory(origin)
	if err != nil {
		return err
	}
	own, err := v.cidAt(p)
	if isNoEntry(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return v.dag.write(v.ctx, l, own, written)
}
