package servertest

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// BlockPut implements server.Blocks.
func (b *Backend) BlockPut(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (nodeapi.BlockStat, error) {
	done, err := b.enter(ctx, nodeapi.MethodBlockPut)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	defer done()
	codec := uint64(cid.Raw)
	if opts.Format != "" {
		if codec, err = codecOf(opts.Format); err != nil {
			return nodeapi.BlockStat{}, err
		}
	}
	c := sum(codec, data)
	if opts.Cid != nil && *opts.Cid != c {
		return nodeapi.BlockStat{}, nodeapi.Errorf(nodeapi.CodeInvalidBlock,
			map[string]any{"cid": opts.Cid.String()}, "the bytes do not hash to %s", opts.Cid)
	}
	b.put(c, bytes.Clone(data))
	if opts.Pin {
		b.pin(ctx, nodeapi.Pin{Cid: c, Type: "recursive"})
	}
	return nodeapi.BlockStat{Cid: c, Size: uint64(len(data))}, nil
}

// BlockGet implements server.Blocks.
func (b *Backend) BlockGet(ctx context.Context, c cid.Cid) ([]byte, error) {
	done, err := b.enter(ctx, nodeapi.MethodBlockGet)
	if err != nil {
		return nil, err
	}
	defer done()
	data, err := b.get(c)
	if err != nil && !nodeapi.IsOffline(ctx) {
		if data, found := b.askSources(ctx, c); found {
			return data, nil
		}
	}
	return data, err
}

// BlockStat implements server.Blocks.
func (b *Backend) BlockStat(ctx context.Context, c cid.Cid) (nodeapi.BlockStat, error) {
	done, err := b.enter(ctx, nodeapi.MethodBlockStat)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	defer done()
	data, err := b.get(c)
	return nodeapi.BlockStat{Cid: c, Size: uint64(len(data))}, err
}

// BlockRemove implements server.Blocks.
func (b *Backend) BlockRemove(ctx context.Context, req nodeapi.BlockRemoveRequest) iter.Seq2[nodeapi.CIDOutcome, error] {
	return sequence(ctx, b, nodeapi.MethodBlockRemove, func(yield func(nodeapi.CIDOutcome) bool) error {
		for _, c := range req.Cids {
			outcome := b.remove(c, req.Force)
			if req.Quiet && outcome.Error == "" {
				continue
			}
			if !yield(outcome) {
				return nil
			}
		}
		return nil
	})
}

func (b *Backend) remove(c cid.Cid, force bool) nodeapi.CIDOutcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch _, have := b.blocks[c]; {
	case !have && !force:
		return nodeapi.CIDOutcome{Cid: c, Code: nodeapi.CodeNotFound, Error: "no such block"}
	case b.pinned(c):
		return nodeapi.CIDOutcome{Cid: c, Code: nodeapi.CodePinned, Error: "it is pinned"}
	}
	delete(b.blocks, c)
	return nodeapi.CIDOutcome{Cid: c}
}

// DAGPut implements server.DAG. It takes the codecs raw, json and dag-cbor, and
// stores the bytes as they are.
func (b *Backend) DAGPut(ctx context.Context, node []byte, opts nodeapi.DAGPutOptions) (cid.Cid, error) {
	done, err := b.enter(ctx, nodeapi.MethodDAGPut)
	if err != nil {
		return cid.Undef, err
	}
	defer done()
	codec := uint64(cid.DagCBOR)
	if opts.StoreCodec != "" {
		if codec, err = codecOf(opts.StoreCodec); err != nil {
			return cid.Undef, err
		}
	}
	c := sum(codec, node)
	b.put(c, bytes.Clone(node))
	return c, nil
}

// DAGResolve implements server.DAG.
func (b *Backend) DAGResolve(ctx context.Context, path string) (nodeapi.DAGResolved, error) {
	done, err := b.enter(ctx, nodeapi.MethodDAGResolve)
	if err != nil {
		return nodeapi.DAGResolved{}, err
	}
	defer done()
	c, rest, err := b.resolve(path)
	return nodeapi.DAGResolved{Cid: c, RemainderPath: rest}, err
}

func (b *Backend) cids() []cid.Cid {
	b.mu.Lock()
	defer b.mu.Unlock()
	cids := make([]cid.Cid, 0, len(b.blocks))
	for c := range b.blocks {
		cids = append(cids, c)
	}
	slices.SortFunc(cids, func(c, d cid.Cid) int { return strings.Compare(c.KeyString(), d.KeyString()) })
	return cids
}

func (b *Backend) put(c cid.Cid, data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.blocks == nil {
		b.blocks = make(map[cid.Cid][]byte)
	}
	b.blocks[c] = data
}

func (b *Backend) get(c cid.Cid) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.blocks[c]
	if !ok {
		return nil, nodeapi.Errorf(nodeapi.CodeNotFound, map[string]any{"cid": c.String()}, "no block %s", c)
	}
	return data, nil
}

func sum(codec uint64, data []byte) cid.Cid {
	hash, err := multihash.Sum(data, multihash.SHA2_256, -1)
	if err != nil {
		panic(err) // sha2-256 is always there
	}
	return cid.NewCidV1(codec, hash)
}

func codecOf(name string) (uint64, error) {
	codecs := map[string]uint64{"raw": cid.Raw, "json": jsonCodec, "dag-cbor": cid.DagCBOR}
	if codec, ok := codecs[name]; ok {
		return codec, nil
	}
	return 0, nodeapi.Errorf(nodeapi.CodeUnknownCodec, map[string]any{"value": name}, "no codec %q", name)
}

const jsonCodec = 0x0200
