package node

import (
	"context"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// BlockPut stores a block. It does not ask whether the bytes are what the codec
// would have: like other implementations it takes any, and who reads them as a
// DAG is told.
func (n *Node) BlockPut(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (nodeapi.BlockStat, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	if len(data) > maxBlockSize {
		return nodeapi.BlockStat{}, blockTooLarge(len(data))
	}
	c, err := n.blockCID(ctx, data, opts)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	b, err := blocks.NewBlockWithCid(data, c)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	l := n.store.guard.lease()
	defer l.release()
	if err := n.store.put(ctx, l, b); err != nil {
		return nodeapi.BlockStat{}, err
	}
	if opts.Pin {
		if err := n.pinWhole(ctx, l, c, ""); err != nil {
			return nodeapi.BlockStat{}, err
		}
	}
	return nodeapi.BlockStat{Cid: c, Size: uint64(len(data))}, nil
}

// blockCID returns the CID to store data under: the one expected, once data was
// seen to hash to it, or the one that the options make.
func (n *Node) blockCID(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (cid.Cid, error) {
	if opts.Cid != nil {
		return *opts.Cid, n.verify(ctx, *opts.Cid, data)
	}
	p, err := blockPrefix(opts)
	if err != nil {
		return cid.Undef, err
	}
	return sum(ctx, n.cfg.Hasher, p, data)
}

func blockPrefix(opts nodeapi.BlockPutOptions) (cid.Prefix, error) {
	codec, err := codecCode(opts.Format, cid.Raw)
	if err != nil {
		return cid.Prefix{}, err
	}
	hash, err := hashCode(opts.HashAlg)
	if err != nil {
		return cid.Prefix{}, err
	}
	return cidPrefix("version", opts.CidVersion, codec, hash)
}

// cidPrefix puts a prefix together; a nil version is 1. Version 0 exists for
// dag-pb with sha2-256 alone. option names the version in errors.
func cidPrefix(option string, version *int, codec, hash uint64) (cid.Prefix, error) {
	p := cid.Prefix{Version: 1, Codec: codec, MhType: hash, MhLength: -1}
	switch {
	case version == nil || *version == 1:
		return p, nil
	case *version != 0:
		return p, invalidOption(option, *version, "CID version %d; it is 0 or 1", *version)
	case codec != cid.DagProtobuf || hash != multihash.SHA2_256:
		return p, invalidOption(option, 0, "CID version 0 goes with dag-pb and sha2-256 alone")
	}
	p.Version = 0
	return p, nil
}

// verify checks that data hashes to c.
func (n *Node) verify(ctx context.Context, c cid.Cid, data []byte) error {
	if err := checkCID(c); err != nil {
		return err
	}
	got, err := sum(ctx, n.cfg.Hasher, c.Prefix(), data)
	if err != nil {
		return err
	}
	if !got.Equals(c) {
		return nodeapi.Errorf(nodeapi.CodeInvalidBlock, map[string]any{"cid": c.String()}, "the bytes hash to %s, not to %s", got, c)
	}
	return nil
}

// BlockGet returns a block's bytes, which the caller must not change.
func (n *Node) BlockGet(ctx context.Context, c cid.Cid) ([]byte, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	b, err := n.store.get(ctx, c)
	if err != nil {
		return nil, err
	}
	return b.RawData(), nil
}

// BlockStat returns a block's size without reading it.
func (n *Node) BlockStat(ctx context.Context, c cid.Cid) (nodeapi.BlockStat, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	size, err := n.store.size(ctx, c)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	return nodeapi.BlockStat{Cid: c, Size: uint64(size)}, nil
}
