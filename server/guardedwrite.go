package server

import (
	"context"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Add implements Files.
func (g *guarded) Add(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	b, err := innerGroup[Files](g, nodeapi.MethodAdd)
	if err != nil {
		return refused[nodeapi.AddEvent](err)
	}
	return b.Add(ctx, src, opts)
}

// pinning checks a call that may ask to pin what it puts. That has all fetched which
// lies under it, of whomever it is.
func (g *guarded) pinning(method string, pin bool) error {
	if !pin {
		return nil
	}
	return g.need(method, grantPin, " that pins")
}

// BlockPut implements Blocks.
func (g *guarded) BlockPut(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (nodeapi.BlockStat, error) {
	if err := g.pinning(nodeapi.MethodBlockPut, opts.Pin); err != nil {
		return nodeapi.BlockStat{}, err
	}
	b, err := innerGroup[Blocks](g, nodeapi.MethodBlockPut)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	return b.BlockPut(ctx, data, opts)
}

// DAGPut implements DAG.
func (g *guarded) DAGPut(ctx context.Context, node []byte, opts nodeapi.DAGPutOptions) (cid.Cid, error) {
	if err := g.pinning(nodeapi.MethodDAGPut, opts.Pin); err != nil {
		return cid.Undef, err
	}
	b, err := innerGroup[DAG](g, nodeapi.MethodDAGPut)
	if err != nil {
		return cid.Undef, err
	}
	return b.DAGPut(ctx, node, opts)
}

// DAGImport implements Archives. A root is pinned if the repo has what the CARs leave
// out, which is not told without a grant.
func (g *guarded) DAGImport(ctx context.Context, src iter.Seq2[nodeapi.CAR, error], opts nodeapi.DAGImportOptions,
	tell func(nodeapi.ImportedRoot) error,
) (nodeapi.DAGImported, error) {
	if opts.PinRoots == nil || *opts.PinRoots {
		if err := g.need(nodeapi.MethodDAGImport, grantList, " that pins roots"); err != nil {
			return nodeapi.DAGImported{}, err
		}
	}
	b, err := innerGroup[Archives](g, nodeapi.MethodDAGImport)
	if err != nil {
		return nodeapi.DAGImported{}, err
	}
	return b.DAGImport(ctx, src, opts, tell)
}

// pinPath checks the path of what is pinned. One that goes on below its CID is read;
// with held it is, but in the repo alone.
func (g *guarded) pinPath(method, path string, held bool) error {
	inside, err := checkContent(method, path)
	if err != nil || !inside {
		return err
	}
	if err := g.need(method, grantRead, " of what is below a CID"); err != nil || !held {
		return err
	}
	return g.need(method, grantList, " of what is below a CID")
}

// PinAdd implements Pins.
func (g *guarded) PinAdd(ctx context.Context, req nodeapi.PinAddRequest) (cid.Cid, error) {
	err := g.pinPath(nodeapi.MethodPinAdd, req.Path, false)
	if err == nil {
		err = g.offline(ctx, nodeapi.MethodPinAdd)
	}
	if err != nil {
		return cid.Undef, err
	}
	b, err := innerGroup[Pins](g, nodeapi.MethodPinAdd)
	if err != nil {
		return cid.Undef, err
	}
	return b.PinAdd(ctx, req)
}

// PinRemove implements Pins.
func (g *guarded) PinRemove(ctx context.Context, req nodeapi.PinRemoveRequest) (cid.Cid, error) {
	if err := g.pinPath(nodeapi.MethodPinRemove, req.Path, true); err != nil {
		return cid.Undef, err
	}
	b, err := innerGroup[Pins](g, nodeapi.MethodPinRemove)
	if err != nil {
		return cid.Undef, err
	}
	return b.PinRemove(ctx, req)
}

// PinUpdate implements Pins.
func (g *guarded) PinUpdate(ctx context.Context, req nodeapi.PinUpdateRequest) ([]cid.Cid, error) {
	err := g.pinPath(nodeapi.MethodPinUpdate, req.From, false)
	if err == nil {
		err = g.pinPath(nodeapi.MethodPinUpdate, req.To, false)
	}
	if err == nil {
		err = g.offline(ctx, nodeapi.MethodPinUpdate)
	}
	if err != nil {
		return nil, err
	}
	b, err := innerGroup[Pins](g, nodeapi.MethodPinUpdate)
	if err != nil {
		return nil, err
	}
	return b.PinUpdate(ctx, req)
}

// PinList implements Pins.
func (g *guarded) PinList(ctx context.Context, req nodeapi.PinListRequest) iter.Seq2[nodeapi.Pin, error] {
	for _, path := range req.Paths {
		if err := g.pinPath(nodeapi.MethodPinList, path, true); err != nil {
			return refused[nodeapi.Pin](err)
		}
	}
	b, err := innerGroup[Pins](g, nodeapi.MethodPinList)
	if err != nil {
		return refused[nodeapi.Pin](err)
	}
	return b.PinList(ctx, req)
}
