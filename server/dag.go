package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxNode bounds the bytes of a node in its input codec. JSON takes more than
// the block that is made of it; whether that is too large the backend says.
const maxNode = 2 * maxBlock

func dagPut(ctx context.Context, b DAG, call *messageport.ServerCall) (any, error) {
	opts, err := decode[nodeapi.DAGPutOptions](call)
	if err != nil {
		return nil, err
	}
	node, err := receiveBlock(call, maxNode)
	if err != nil {
		return nil, err
	}
	c, err := b.DAGPut(ctx, node, opts)
	return nodeapi.CIDResult{Cid: c}, err
}

// dagBlocks is what dag.get needs.
type dagBlocks interface {
	DAG
	Blocks
}

func dagGet(ctx context.Context, b dagBlocks, call *messageport.ServerCall) (any, error) {
	ctx, path, err := decodePath(ctx, call)
	if err != nil {
		return nil, err
	}
	resolved, err := b.DAGResolve(ctx, path)
	if err != nil {
		return nil, err
	}
	data, err := b.BlockGet(ctx, resolved.Cid)
	if err != nil {
		return nil, err
	}
	_, err = call.Write(data)
	return resolved, err
}

func dagResolve(ctx context.Context, b DAG, call *messageport.ServerCall) (any, error) {
	ctx, path, err := decodePath(ctx, call)
	if err != nil {
		return nil, err
	}
	return b.DAGResolve(ctx, path)
}
