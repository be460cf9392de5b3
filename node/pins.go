package node

import (
	"context"
	"iter"
	"sync"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/boxo/pinning/pinner/dspinner"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxPinName is the most bytes of a pin's name, as elsewhere.
const maxPinName = 255

// The types of pins as the API names them.
const (
	pinRecursive = "recursive"
	pinDirect    = "direct"
	pinIndirect  = "indirect"
	pinAll       = "all"
)

// pins keeps the pins, by way of boxo's pinner.
type pins struct {
	store *pinStore

	mu     sync.Mutex // held while a change is made, not while it is written
	pinner pin.Pinner
}

func openPins(ctx context.Context, d ds.Batching, blocks *store) (*pins, error) {
	s := newPinStore(d)
	p, err := dspinner.New(ctx, s, dagReader{blocks})
	if err != nil {
		return nil, err
	}
	p.SetAutosync(false) // the pinStore sees to it
	return &pins{store: s, pinner: p}, nil
}

// change makes a change and returns once it is durable.
func (p *pins) change(ctx context.Context, f func(pin.Pinner) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.mu.Lock()
	settled, err := p.store.do(ctx, func() error { return f(p.pinner) })
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return settled()
}

// add pins blocks, all or none. Whether they are there is the caller's part, and
// that they stay there until this returns.
func (p *pins) add(ctx context.Context, mode pin.Mode, name string, cids ...cid.Cid) error {
	return p.change(ctx, func(pp pin.Pinner) error {
		for _, c := range cids {
			if err := p.addOne(ctx, pp, mode, name, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *pins) addOne(ctx context.Context, pp pin.Pinner, mode pin.Mode, name string, c cid.Cid) error {
	if added, err := p.store.addNew(ctx, c, mode, name); added || err != nil {
		return err
	}
	if there, pinned, err := p.find(ctx, c, mode); err != nil || pinned && there.Name == name {
		return err
	}
	if mode == pin.Direct {
		_, recursive, err := pp.IsPinnedWithType(ctx, c, pin.Recursive)
		if err != nil {
			return err
		}
		if recursive {
			return pinnedError(nodeapi.Pin{Cid: c, Type: pinRecursive})
		}
	}
	return pp.PinWithMode(ctx, c, mode, name)
}

// remove unpins a block: with recursive either kind of pin, else a direct one.
func (p *pins) remove(ctx context.Context, c cid.Cid, recursive bool) error {
	return p.change(ctx, func(pp pin.Pinner) error {
		kind := pinDirect
		_, pinned, err := pp.IsPinnedWithType(ctx, c, pin.Direct)
		if err == nil && !pinned && recursive {
			kind = pinAll
			_, pinned, err = pp.IsPinnedWithType(ctx, c, pin.Recursive)
		}
		if err != nil {
			return err
		}
		if !pinned {
			return notPinned(c, kind)
		}
		return pp.Unpin(ctx, c, recursive)
	})
}

// notPinned says that a block is not pinned in the way that was asked for.
func notPinned(c cid.Cid, kind string) error {
	details := map[string]any{"cid": c.String()}
	if kind == pinAll {
		return nodeapi.Errorf(nodeapi.CodeNotPinned, details, "%s is not pinned, or only under another block", c)
	}
	return nodeapi.Errorf(nodeapi.CodeNotPinned, details, "%s is not pinned (%s)", c, kind)
}

// pinnedError says which pin stands in the way.
func pinnedError(p nodeapi.Pin) error {
	details := map[string]any{"cid": p.Cid.String(), "type": p.Type}
	if p.Via == nil {
		return nodeapi.Errorf(nodeapi.CodePinned, details, "%s is pinned (%s)", p.Cid, p.Type)
	}
	details["via"] = p.Via.String()
	return nodeapi.Errorf(nodeapi.CodePinned, details, "%s is pinned under %s", p.Cid, p.Via)
}

// list yields the pins of a mode with their names.
func (p *pins) list(ctx context.Context, mode pin.Mode) iter.Seq2[nodeapi.Pin, error] {
	return func(yield func(nodeapi.Pin, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		keys := p.pinner.RecursiveKeys
		if mode == pin.Direct {
			keys = p.pinner.DirectKeys
		}
		kind, _ := pin.ModeToString(mode)
		for found := range keys(ctx, true) {
			if found.Err != nil {
				yield(nodeapi.Pin{}, found.Err)
				return
			}
			if !yield(nodeapi.Pin{Cid: found.Pin.Key, Type: kind, Name: found.Pin.Name}, nil) {
				return
			}
		}
		if ctx.Err() != nil {
			yield(nodeapi.Pin{}, context.Cause(ctx))
		}
	}
}

// held yields the blocks that pins of a mode are on, those included whose pin is
// just being removed.
func (p *pins) held(ctx context.Context, mode pin.Mode) iter.Seq2[cid.Cid, error] {
	if mode == pin.Direct {
		return p.store.held(ctx, pinIndexDirect)
	}
	return p.store.held(ctx, pinIndexRecursive)
}

// find returns how a block itself is pinned, if it is.
func (p *pins) find(ctx context.Context, c cid.Cid, mode pin.Mode) (nodeapi.Pin, bool, error) {
	found, err := p.pinner.CheckIfPinnedWithType(ctx, mode, true, c)
	if err != nil || len(found) == 0 || !found[0].Pinned() {
		return nodeapi.Pin{}, false, err
	}
	kind, _ := pin.ModeToString(mode)
	return nodeapi.Pin{Cid: c, Type: kind, Name: found[0].Name}, true, nil
}

func checkPinName(option, name string) error {
	if len(name) > maxPinName {
		return invalidOption(option, name, "a name of %d bytes; the most is %d", len(name), maxPinName)
	}
	return nil
}

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
	if err := l.hold(ctx, c.Hash()); err != nil {
		return cid.Undef, err
	}
	if err := n.store.need(ctx, c); err != nil {
		return cid.Undef, err
	}
	return c, n.store.wrap(ctx, n.pins.add(ctx, pin.Direct, req.Name, c))
}

// pinWhole pins a DAG, all of which it wants to be there.
func (n *Node) pinWhole(ctx context.Context, l *lease, root cid.Cid, name string) error {
	seen := fingerprints{}
	walk := dagWalk{
		store:  n.store,
		leaves: true,
		enter: func(c cid.Cid) (bool, error) {
			if !seen.add(fingerprintOf(c.Hash())) {
				return false, nil
			}
			return true, l.hold(ctx, c.Hash())
		},
	}
	if err := walk.run(ctx, root); err != nil {
		return err
	}
	return n.store.wrap(ctx, n.pins.add(ctx, pin.Recursive, name, root))
}

// PinRemove unpins what a path names. What it held stays until it is collected.
func (n *Node) PinRemove(ctx context.Context, req nodeapi.PinRemoveRequest) (cid.Cid, error) {
	ctx, end := n.begin(ctx)
	defer end()
	c, err := n.resolveBlock(ctx, req.Path)
	if err != nil {
		return cid.Undef, err
	}
	err = n.pins.remove(ctx, c, req.Recursive == nil || *req.Recursive)
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
	old, pinned, err := n.pins.find(ctx, from, pin.Recursive)
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
	if is, pinned, err := n.pins.find(ctx, to, pin.Recursive); err != nil || pinned {
		if err == nil {
			err = pinnedError(is) // as in Kubo: what would become of its name?
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
	err = n.pins.remove(ctx, from, true)
	n.store.guard.garbage.Add(1)
	if nodeapi.CodeOf(err) == nodeapi.CodeNotPinned {
		err = nil // another tab was quicker
	}
	return both, n.store.wrap(ctx, err)
}
