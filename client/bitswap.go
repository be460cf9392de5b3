package client

import (
	"context"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Bitswap is the group of the exchange of blocks with peers.
type Bitswap struct{ c *Client }

// Bitswap returns the group of the exchange of blocks with peers.
func (c *Client) Bitswap() Bitswap { return Bitswap{c} }

// Stat returns the account of what was exchanged.
func (b Bitswap) Stat(ctx context.Context) (nodeapi.BitswapStat, error) {
	return invoke[nodeapi.BitswapStat](ctx, b.c, nodeapi.MethodBitswapStat, nil)
}

// Wantlist returns what the node wants or, if peer is not empty, what that peer
// wants of it.
func (b Bitswap) Wantlist(ctx context.Context, peer string) ([]cid.Cid, error) {
	results, err := collect[nodeapi.CIDResult](ctx, b.c, nodeapi.MethodBitswapWantlist, nodeapi.WantlistRequest{Peer: peer})
	cids := make([]cid.Cid, len(results))
	for i, result := range results {
		cids[i] = result.Cid
	}
	return cids, err
}
