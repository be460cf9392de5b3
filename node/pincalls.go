package node

import (
	"context"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// PinAdd pins what a path names, once it has seen that all of it is there, to
// the last leaf.
func (n *Node) PinAdd(ctx context.Context, req nodeapi.PinAddRequest) (cid.Cid, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	if err := checkPinName("name", req.Name); err != nil {
		return cid.Undef, err
	}
	c, err := n.resolveBlock(ctx, req.Path)
	if err != nil {
		return cid.Undef, err
	}
	l := n.store.guard.lease()
	defer l.release()
	if req.Recursive == nil || *req.Recursive {
		return c, n.pinWhole(ctx, l, c, req.Name)
	}
	return c, n.pinBlock(ctx, l, c, req.Name)
}

// pinBlock pins a block and not what is under it.
func (n *Node) pinBlock(ctx context.Context, l *lease, c cid.Cid, name string) error {
	if err := l.hold(ctx, c.Hash()); err != nil {
		return err
	}
	if err := n.store.need(ctx, c); err != nil {
		return err
	}
	pins, charge, err := n.pinning(ctx, c, pin.Direct)
	if err != nil {
		return err
	}
	var bytes uint64
	if charge != nil && stored(c) && !charge.isPaid(c) {
		size, err := n.store.size(ctx, c)
		if err != nil {
			return err
		}
		bytes = uint64(size)
	}
	err = charge.pinned(ctx, 1, bytes, func() error { return pins.add(ctx, pin.Direct, name, c) })
	return n.store.wrap(ctx, err)
}

// pinning returns the pins of who makes a call, and the charge if there is one and
// it has not paid for such a pin before.
func (n *Node) pinning(ctx context.Context, c cid.Cid, mode pin.Mode) (*pins, *charge, error) {
	pins, err := n.pinsFor(ctx)
	charge := chargeOf(ctx)
	if err != nil || charge == nil {
		return pins, nil, err
	}
	_, pinned, err := pins.find(ctx, c, mode)
	if pinned {
		charge = nil
	}
	return pins, charge, n.store.wrap(ctx, err)
}

// pinWhole pins a DAG, all of which it wants to be there.
func (n *Node) pinWhole(ctx context.Context, l *lease, root cid.Cid, name string) error {
	pins, charge, err := n.pinning(ctx, root, pin.Recursive)
	if err != nil {
		return err
	}
	before, _ := n.collector.state()
	bytes, err := n.holdWhole(ctx, l, root, charge)
	if nodeapi.CodeOf(err) == nodeapi.CodeQuotaExceeded && n.origins.collect(ctx, before) {
		bytes, err = n.holdWhole(ctx, l, root, charge)
	}
	if err != nil {
		return err
	}
	err = charge.pinned(ctx, 1, bytes, func() error { return pins.add(ctx, pin.Recursive, name, root) })
	return n.store.wrap(ctx, err)
}

// holdWhole puts a DAG on the lease, all of which it wants to be there. It returns
// how many bytes of it the charge, unless nil, has not paid for yet, and goes no
// further than that can.
func (n *Node) holdWhole(ctx context.Context, l *lease, root cid.Cid, charge *charge) (bytes uint64, err error) {
	seen := fingerprints{}
	var over error
	walk := dagWalk{
		store:  n.store,
		leaves: true,
		enter: func(c cid.Cid) (bool, error) {
			if over != nil || !seen.add(fingerprintOf(c.Hash())) {
				return false, over
			}
			return true, l.hold(ctx, c.Hash())
		},
	}
	if charge != nil {
		walk.sized = func(c cid.Cid, size int) {
			if over == nil && stored(c) && !charge.isPaid(c) {
				bytes += uint64(size)
				over = charge.fits(ctx, bytes)
			}
		}
	}
	if err := walk.run(ctx, root); err != nil {
		return 0, err
	}
	return bytes, over
}

// PinRemove unpins what a path names. What it held stays until it is collected.
func (n *Node) PinRemove(ctx context.Context, req nodeapi.PinRemoveRequest) (cid.Cid, error) {
	ctx, end := n.begin(ctx)
	defer end()
	c, err := n.resolveBlock(ctx, req.Path)
	if err != nil {
		return cid.Undef, err
	}
	pins, err := n.pinsFor(ctx)
	if err != nil {
		return cid.Undef, err
	}
	err = pins.remove(ctx, c, req.Recursive == nil || *req.Recursive)
	n.store.guard.garbage.Add(1)
	return c, n.store.wrap(ctx, err)
}

// PinUpdate pins what one path names in the place of another one, under the
// name of that pin. All of it must be there; what is the same in both is looked
// at, not fetched again.
func (n *Node) PinUpdate(ctx context.Context, req nodeapi.PinUpdateRequest) ([]cid.Cid, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	from, err := n.resolveBlock(ctx, req.From)
	if err != nil {
		return nil, err
	}
	to, err := n.resolveBlock(ctx, req.To)
	if err != nil {
		return nil, err
	}
	pins, err := n.pinsFor(ctx)
	if err != nil {
		return nil, err
	}
	old, pinned, err := pins.find(ctx, from, pin.Recursive)
	if err != nil {
		return nil, n.store.wrap(ctx, err)
	}
	if !pinned {
		return nil, notPinned(from, pinRecursive)
	}
	both := []cid.Cid{from, to}
	if from.Equals(to) {
		return both, nil
	}
	if is, pinned, err := pins.find(ctx, to, pin.Recursive); err != nil || pinned {
		if err == nil {
			err = pinnedError(is, "") // as in Kubo: what would become of its name?
		}
		return nil, n.store.wrap(ctx, err)
	}
	l := n.store.guard.lease()
	defer l.release()
	if err := n.pinWhole(ctx, l, to, old.Name); err != nil {
		return nil, err
	}
	if req.Unpin != nil && !*req.Unpin {
		return both, nil
	}
	err = pins.remove(ctx, from, true)
	n.store.guard.garbage.Add(1)
	if nodeapi.CodeOf(err) == nodeapi.CodeNotPinned {
		err = nil // another tab was quicker
	}
	return both, n.store.wrap(ctx, err)
}
