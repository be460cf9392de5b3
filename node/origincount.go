package node

import (
	"context"
	"fmt"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/accounts"
)

// originCounts are the counts of what is kept for each origin that go with a
// collection. They begin before it: what is not found because it came later, or
// will be pinned later, is added.
type originCounts map[string]*accounts.Count

func (o *origins) beginCounts(ctx context.Context) (originCounts, error) {
	all, err := accounts.Origins(ctx, o.node.cfg.Datastore)
	if err != nil {
		return nil, err
	}
	counts := originCounts{}
	for _, origin := range all {
		account, err := o.ledger.Account(ctx, origin)
		if err != nil {
			counts.end()
			return nil, err
		}
		counts[origin] = account.BeginCount()
	}
	return counts, nil
}

// end ends those that were not finished.
func (c originCounts) end() {
	for _, count := range c {
		count.End()
	}
}

// finish counts.
func (o *origins) finish(ctx context.Context, counts originCounts) error {
	for origin, count := range counts {
		found, err := o.node.countOrigin(ctx, origin)
		if err != nil {
			return err
		}
		if err := count.Set(ctx, found); err != nil {
			return err
		}
	}
	return nil
}

// countOrigin counts the bytes of the blocks that an origin's pins and its files
// hold, as far as the repo has them, each once, and what the pins themselves cost.
func (n *Node) countOrigin(ctx context.Context, origin string) (uint64, error) {
	total, err := n.countHeld(withoutCharge(withoutFetcher(ctx)), origin)
	if err != nil {
		return 0, fmt.Errorf("counting what is kept for %s: %w", origin, err)
	}
	return total, nil
}

func (n *Node) countHeld(ctx context.Context, origin string) (total uint64, err error) {
	p, err := n.origins.pinsOf(ctx, origin)
	if err != nil {
		return 0, err
	}
	seen := fingerprints{}
	count := func(roots []cid.Cid) error {
		w := dagWalk{
			store: n.store, leaves: true, partial: true,
			enter: func(c cid.Cid) (bool, error) { return seen.add(fingerprintOf(c.Hash())), nil },
			sized: func(c cid.Cid, size int) {
				if stored(c) {
					total += uint64(size)
				}
			},
		}
		return w.run(ctx, roots...)
	}
	var roots []cid.Cid
	for root, err := range p.held(ctx, pin.Recursive) {
		if err != nil {
			return 0, err
		}
		total += pinCost
		if roots = append(roots, root); len(roots) == markBatch {
			if err := count(roots); err != nil {
				return 0, err
			}
			roots = roots[:0]
		}
	}
	dir, release, err := n.files.originFiles(ctx, origin)
	if err != nil {
		return 0, err
	}
	defer release()
	if dir.Defined() {
		roots = append(roots, dir)
	}
	if err := count(roots); err != nil {
		return 0, err
	}
	for c, err := range p.held(ctx, pin.Direct) {
		if err != nil {
			return 0, err
		}
		total += pinCost
		if !seen.add(fingerprintOf(c.Hash())) || !stored(c) {
			continue
		}
		size, err := n.store.size(ctx, c)
		if err != nil && nodeapi.CodeOf(err) != nodeapi.CodeNotFound {
			return 0, err
		}
		total += uint64(max(size, 0))
	}
	return total, nil
}

// originFiles returns the directory of an origin, undefined if it has none, and
// keeps it from being collected until release is called. It waits for nobody who
// changes the tree.
func (t *mfsTree) originFiles(ctx context.Context, origin string) (dir cid.Cid, release func(), err error) {
	release = func() {}
	p, err := originDirectory(origin)
	if err != nil {
		return cid.Undef, release, err
	}
	root, _ := t.seen()
	if !root.Defined() {
		if root, err = t.stored(ctx); err != nil || !root.Defined() {
			return cid.Undef, release, err
		}
	}
	release = t.hold(root)
	v, err := t.view(ctx, root)
	if err == nil {
		dir, err = v.cidAt(p)
	}
	switch nodeapi.CodeOf(err) {
	case nodeapi.CodeNoLink, nodeapi.CodeNotFound, nodeapi.CodeNotADirectory:
		return cid.Undef, release, nil
	}
	return dir, release, err
}

// cidAt returns the CID of what is at p.
func (v *mfsView) cidAt(p mfsPath) (cid.Cid, error) {
	at, err := v.find(p)
	if err != nil {
		return cid.Undef, err
	}
	nd, err := at.GetNode()
	if err != nil {
		return cid.Undef, v.explain(err, p)
	}
	return nd.Cid(), nil
}
