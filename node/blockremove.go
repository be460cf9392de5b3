package node

import (
	"context"
	"errors"
	"iter"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// BlockRemove removes blocks, but none that anybody's pin or the tree of files holds, or
// that an operation under way counts on, and yields what became of each.
func (n *Node) BlockRemove(ctx context.Context, req nodeapi.BlockRemoveRequest) iter.Seq2[nodeapi.CIDOutcome, error] {
	return func(yield func(nodeapi.CIDOutcome, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		// Nothing is yielded before it is over: who takes it may be slow, and
		// collections wait.
		outcomes, err := n.removeBlocks(ctx, req)
		for _, o := range outcomes {
			if !yield(o, nil) {
				return
			}
		}
		if err != nil {
			yield(nodeapi.CIDOutcome{}, n.store.wrap(ctx, err))
		}
	}
}

func (n *Node) removeBlocks(ctx context.Context, req nodeapi.BlockRemoveRequest) ([]nodeapi.CIDOutcome, error) {
	end, err := n.startCollection(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	pinned, err := n.pinsOf(ctx, req.Cids)
	if err != nil {
		return nil, err
	}
	var outcomes []nodeapi.CIDOutcome
	for _, c := range req.Cids {
		err := n.removeBlock(ctx, c, pinned, req.Force)
		if ctx.Err() != nil {
			return outcomes, err
		}
		switch {
		case err != nil:
			outcomes = append(outcomes, nodeapi.CIDOutcome{Cid: c, Code: nodeapi.CodeOf(err), Error: err.Error(), Origin: originIn(err)})
		case !req.Quiet:
			outcomes = append(outcomes, nodeapi.CIDOutcome{Cid: c})
		}
	}
	return outcomes, nil
}

func (n *Node) removeBlock(ctx context.Context, c cid.Cid, pinned map[fingerprint]nodeapi.Pin, force bool) error {
	if err := checkCID(c); err != nil {
		return err
	}
	if p, is := pinned[fingerprintOf(c.Hash())]; is {
		if p.Type == pinFiles {
			return nodeapi.Errorf(nodeapi.CodePinned, map[string]any{"cid": c.String(), "type": pinFiles}, "%s is in the tree of files", c)
		}
		origin, err := n.origins.holder(ctx, p)
		if err != nil {
			return err
		}
		p.Cid = c
		return pinnedError(p, origin)
	}
	has, err := n.store.has(ctx, c)
	if err != nil {
		return err
	}
	if !has {
		if force {
			return nil
		}
		return notFound(c)
	}
	removed, err := n.store.remove(ctx, []cid.Cid{c})
	if err == nil && len(removed) == 0 {
		err = nodeapi.Errorf(nodeapi.CodePinned, map[string]any{"cid": c.String()}, "%s is in use by an operation under way", c)
	}
	return n.store.wrap(ctx, err)
}

// originIn returns the origin that an error names.
func originIn(err error) string {
	e, ok := errors.AsType[*nodeapi.Error](err)
	if !ok {
		return ""
	}
	origin, _ := e.Details["origin"].(string)
	return origin
}

// pinFiles is what holds the blocks of the tree of files, as if it was a type of pins.
const pinFiles = "files"

// pinsOf returns the pins, whoever's they are, that hold any of the blocks, and for
// those in the tree of files alone one of the type pinFiles.
func (n *Node) pinsOf(ctx context.Context, cids []cid.Cid) (map[fingerprint]nodeapi.Pin, error) {
	asked := fingerprints{}
	for _, c := range cids {
		asked.add(fingerprintOf(c.Hash()))
	}
	found := map[fingerprint]nodeapi.Pin{}
	note := func(p nodeapi.Pin) error {
		k := fingerprintOf(p.Cid.Hash())
		if _, again := found[k]; asked.has(k) && !again {
			found[k] = p
		}
		if len(found) == asked.count {
			return errStop
		}
		return nil
	}
	err := func() error {
		for _, mode := range []pin.Mode{pin.Recursive, pin.Direct} {
			kind, _ := pin.ModeToString(mode)
			for c, err := range n.origins.held(ctx, mode) {
				if err == nil {
					err = note(nodeapi.Pin{Cid: c, Type: kind})
				}
				if err != nil {
					return err
				}
			}
		}
		if err := n.eachIndirect(ctx, n.origins.held(ctx, pin.Recursive), note); err != nil {
			return err
		}
		seen := fingerprints{}
		return n.walkFiles(ctx, func(c cid.Cid) (bool, error) {
			return seen.add(fingerprintOf(c.Hash())), note(nodeapi.Pin{Cid: c, Type: pinFiles})
		})
	}()
	if err != nil && !errors.Is(err, errStop) {
		return nil, err
	}
	return found, nil
}
