package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func blockPut(ctx context.Context, b Blocks, call *messageport.ServerCall) (any, error) {
	opts, err := decode[nodeapi.BlockPutOptions](call)
	if err != nil {
		return nil, err
	}
	if opts.Cid != nil {
		if err := checkCID("cid", *opts.Cid); err != nil {
			return nil, err
		}
	}
	data, err := receiveBlock(call, maxBlock)
	if err != nil {
		return nil, err
	}
	return b.BlockPut(ctx, data, opts)
}

func blockGet(ctx context.Context, b Blocks, call *messageport.ServerCall) (any, error) {
	ctx, c, err := decodeCID(ctx, call)
	if err != nil {
		return nil, err
	}
	data, err := b.BlockGet(ctx, c)
	if err != nil {
		return nil, err
	}
	_, err = call.Write(data)
	return nodeapi.BlockStat{Cid: c, Size: uint64(len(data))}, err
}

func blockStat(ctx context.Context, b Blocks, call *messageport.ServerCall) (any, error) {
	ctx, c, err := decodeCID(ctx, call)
	if err != nil {
		return nil, err
	}
	return b.BlockStat(ctx, c)
}

func blockRemove(ctx context.Context, b Blocks, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.BlockRemoveRequest](call)
	if err != nil {
		return nil, err
	}
	for _, c := range req.Cids {
		if err := checkCID("cids", c); err != nil {
			return nil, err
		}
	}
	return sendItems(call, b.BlockRemove(ctx, req))
}
