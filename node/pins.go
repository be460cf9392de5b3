package node

import (
	"context"
	"iter"
	"sync"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/boxo/pinning/pinner/dspinner"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"

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
	origin string // whose they are, "" for the node's own
	store  *pinStore

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
			return pinnedError(nodeapi.Pin{Cid: c, Type: pinRecursive}, "")
		}
	}
	return pp.PinWithMode(ctx, c, mode, name)
}

// remove unpins a block: with recursive either kind of pin, else a direct one.
func (p *pins) remove(ctx context.Context, c cid.Cid, recursive bool) error {
	defer p.store.lookAhead(ctx, c)()
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

// pinnedError says which pin stands in the way, and whose it is if an origin is
// given.
func pinnedError(p nodeapi.Pin, origin string) error {
	details := map[string]any{"cid": p.Cid.String(), "type": p.Type}
	by := ""
	if origin != "" {
		details["origin"] = origin
		by = ", by " + origin
	}
	if p.Via == nil {
		return nodeapi.Errorf(nodeapi.CodePinned, details, "%s is pinned (%s)%s", p.Cid, p.Type, by)
	}
	details["via"] = p.Via.String()
	return nodeapi.Errorf(nodeapi.CodePinned, details, "%s is pinned under %s%s", p.Cid, p.Via, by)
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

// removeAll unpins everything.
func (p *pins) removeAll(ctx context.Context) error {
	return p.change(ctx, func(pin.Pinner) error {
		results, err := p.store.Query(ctx, query.Query{Prefix: pinsKey.String(), KeysOnly: true})
		if err != nil {
			return err
		}
		entries, err := results.Rest()
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := p.store.Delete(ctx, ds.RawKey(e.Key)); err != nil {
				return err
			}
		}
		return nil
	})
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
