package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func bitswapStat(ctx context.Context, b Bitswap, _ *messageport.ServerCall) (any, error) {
	return b.BitswapStat(ctx)
}

func bitswapWantlist(ctx context.Context, b Bitswap, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.WantlistRequest](call)
	if err != nil {
		return nil, err
	}
	if req.Peer != "" {
		if err := checkPeer(req.Peer); err != nil {
			return nil, err
		}
	}
	cids, err := b.BitswapWantlist(ctx, req.Peer)
	if err != nil {
		return nil, err
	}
	for _, c := range cids {
		if err := call.WriteItem(nodeapi.CIDResult{Cid: c}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
