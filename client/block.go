package client

import (
	"context"
	"iter"
	"slices"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Block is the group of blocks.
type Block struct{ c *Client }

// Block returns the group of blocks.
func (c *Client) Block() Block { return Block{c} }

// Put stores a block.
func (b Block) Put(ctx context.Context, data []byte, opts nodeapi.BlockPutOptions) (nodeapi.BlockStat, error) {
	return put[nodeapi.BlockStat](ctx, b.c, nodeapi.MethodBlockPut, opts, data)
}

// Get returns a block's bytes.
func (b Block) Get(ctx context.Context, c cid.Cid) ([]byte, error) {
	data, _, err := fetch[nodeapi.BlockStat](ctx, b.c, nodeapi.MethodBlockGet, cidRequest(ctx, c))
	return data, err
}

// Stat returns a block's size.
func (b Block) Stat(ctx context.Context, c cid.Cid) (nodeapi.BlockStat, error) {
	return invoke[nodeapi.BlockStat](ctx, b.c, nodeapi.MethodBlockStat, cidRequest(ctx, c))
}

// BlockRemoveOptions say what is no error, or no news.
type BlockRemoveOptions struct {
	Force bool // a missing block is no error
	Quiet bool // tell only of errors
}

// removedAtOnce is how many blocks one call removes: a request has a bound.
const removedAtOnce = 1000

// Remove removes blocks from the repo, and yields what came of each.
func (b Block) Remove(ctx context.Context, cids []cid.Cid, opts BlockRemoveOptions) iter.Seq2[nodeapi.CIDOutcome, error] {
	return func(yield func(nodeapi.CIDOutcome, error) bool) {
		for some := range slices.Chunk(cids, removedAtOnce) {
			for outcome, err := range list[nodeapi.CIDOutcome](ctx, b.c, nodeapi.MethodBlockRemove,
				nodeapi.BlockRemoveRequest{Cids: some, Force: opts.Force, Quiet: opts.Quiet}) {
				if !yield(outcome, err) || err != nil {
					return
				}
			}
		}
	}
}
