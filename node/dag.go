package node

import (
	"bytes"
	"context"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DAGPut stores a node. Its bytes are decoded by the input codec and encoded
// anew by the store codec even if that is the same, so that what is stored is
// in the codec's one proper form.
func (n *Node) DAGPut(ctx context.Context, data []byte, opts nodeapi.DAGPutOptions) (cid.Cid, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	b, err := n.encodeNode(ctx, data, opts)
	if err != nil {
		return cid.Undef, err
	}
	if opts.OnlyHash {
		return b.Cid(), nil
	}
	l := n.store.guard.lease()
	defer l.release()
	if err := n.store.put(ctx, l, b); err != nil {
		return cid.Undef, err
	}
	if opts.Pin {
		if err := n.pinWhole(ctx, l, b.Cid(), ""); err != nil {
			return cid.Undef, err
		}
	}
	return b.Cid(), nil
}

// encodeNode makes the block that a DAGPut stores.
func (n *Node) encodeNode(ctx context.Context, data []byte, opts nodeapi.DAGPutOptions) (blocks.Block, error) {
	_, input, err := readCodec(opts.InputCodec, cid.DagCBOR)
	if err != nil {
		return nil, err
	}
	code, output, err := readCodec(opts.StoreCodec, cid.DagCBOR)
	if err != nil {
		return nil, err
	}
	hash, err := hashCode(opts.HashAlg)
	if err != nil {
		return nil, err
	}
	prefix, err := cidPrefix("version", opts.CidVersion, code, hash)
	if err != nil {
		return nil, err
	}
	encoded, err := transcode(data, input, output)
	if err != nil {
		return nil, nodeapi.Errorf(nodeapi.CodeInvalidBlock, nil, "%w", err)
	}
	if len(encoded) > maxBlockSize {
		return nil, blockTooLarge(len(encoded))
	}
	c, err := sum(ctx, n.cfg.Hasher, prefix, encoded)
	if err != nil {
		return nil, err
	}
	return blocks.NewBlockWithCid(encoded, c)
}

func transcode(data []byte, from, to codec) ([]byte, error) {
	nd, err := from.decodeBytes(data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := to.encode(nd, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
