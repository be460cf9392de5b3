package node

import (
	"context"
	"errors"
	"iter"
	"strings"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// errStop ends a walk or a list that has found enough.
var errStop = errors.New("node: enough")

// PinList lists pins, or tells how given paths are pinned. A block that is
// pinned itself is not listed as pinned under another one.
func (n *Node) PinList(ctx context.Context, req nodeapi.PinListRequest) iter.Seq2[nodeapi.Pin, error] {
	return func(yield func(nodeapi.Pin, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		err := n.listPins(ctx, req, func(p nodeapi.Pin) error {
			if strings.Contains(p.Name, req.Name) && !yield(p, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nodeapi.Pin{}, n.store.wrap(ctx, err))
		}
	}
}

// A pinLister lists the pins of who asks.
type pinLister struct {
	*Node

	pins *pins
}

func (n *Node) listPins(ctx context.Context, req nodeapi.PinListRequest, tell func(nodeapi.Pin) error) error {
	kind := req.Type
	switch kind {
	case "":
		kind = pinAll
	case pinAll, pinRecursive, pinDirect, pinIndirect:
	default:
		return invalidOption("type", kind, "type %q is not known", kind)
	}
	p, err := n.pinsFor(ctx)
	if err != nil {
		return err
	}
	l := pinLister{n, p}
	if len(req.Paths) > 0 {
		return l.listPaths(ctx, req.Paths, kind, tell)
	}
	return l.listAll(ctx, kind, tell)
}

func (l pinLister) listAll(ctx context.Context, kind string, tell func(nodeapi.Pin) error) error {
	for _, mode := range []pin.Mode{pin.Recursive, pin.Direct} {
		if name, _ := pin.ModeToString(mode); kind != pinAll && kind != name {
			continue
		}
		for p, err := range l.pins.list(ctx, mode) {
			if err == nil {
				err = tell(p)
			}
			if err != nil {
				return err
			}
		}
	}
	if kind != pinAll && kind != pinIndirect {
		return nil
	}
	var pinned fingerprints
	for _, mode := range []pin.Mode{pin.Recursive, pin.Direct} {
		for c, err := range l.pins.held(ctx, mode) {
			if err != nil {
				return err
			}
			pinned.add(fingerprintOf(c.Hash()))
		}
	}
	return l.eachIndirect(ctx, l.pins.held(ctx, pin.Recursive), func(p nodeapi.Pin) error {
		if pinned.has(fingerprintOf(p.Cid.Hash())) {
			return nil
		}
		return tell(p)
	})
}

// listPaths tells how each of the paths is pinned: by itself, if it is, or else
// under another block.
func (l pinLister) listPaths(ctx context.Context, paths []string, kind string, tell func(nodeapi.Pin) error) error {
	under := map[fingerprint]cid.Cid{} // those to be found under others
	for _, path := range paths {
		c, err := l.resolveBlock(ctx, path)
		if err != nil {
			return err
		}
		p, pinned, err := l.findPin(ctx, c, kind)
		switch {
		case err != nil:
			return err
		case pinned:
			if err := tell(p); err != nil {
				return err
			}
		case kind == pinAll || kind == pinIndirect:
			under[fingerprintOf(c.Hash())] = c
		default:
			return notPinned(c, kind)
		}
	}
	if len(under) == 0 {
		return nil
	}
	err := l.eachIndirect(ctx, l.pins.held(ctx, pin.Recursive), func(p nodeapi.Pin) error {
		k := fingerprintOf(p.Cid.Hash())
		asked, wanted := under[k]
		if !wanted {
			return nil
		}
		delete(under, k)
		p.Cid = asked
		if err := tell(p); err != nil || len(under) > 0 {
			return err
		}
		return errStop
	})
	if err != nil {
		return err
	}
	for _, c := range under {
		return notPinned(c, kind)
	}
	return nil
}

// findPin returns how a block itself is pinned.
func (l pinLister) findPin(ctx context.Context, c cid.Cid, kind string) (nodeapi.Pin, bool, error) {
	for _, mode := range []pin.Mode{pin.Recursive, pin.Direct} {
		if name, _ := pin.ModeToString(mode); kind != pinAll && kind != name {
			continue
		}
		p, pinned, err := l.pins.find(ctx, c, mode)
		if err != nil || pinned {
			return p, pinned, err
		}
	}
	return nodeapi.Pin{}, false, nil
}

// eachIndirect calls tell with each block under one of the recursive pins, once, with the
// first pin that it was found under. The pins themselves are left out where they
// begin the walk.
func (n *Node) eachIndirect(ctx context.Context, pins iter.Seq2[cid.Cid, error], tell func(nodeapi.Pin) error) error {
	seen := fingerprints{}
	for via, err := range pins {
		if err != nil {
			return err
		}
		walk := dagWalk{store: n.store, enter: func(c cid.Cid) (bool, error) {
			if !seen.add(fingerprintOf(c.Hash())) {
				return false, nil
			}
			if c == via {
				return true, nil
			}
			return true, tell(nodeapi.Pin{Cid: c, Type: pinIndirect, Via: &via})
		}}
		if err := walk.run(ctx, via); err != nil {
			return err
		}
	}
	return nil
}
