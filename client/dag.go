package client

import (
	"context"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DAG is the group of IPLD nodes.
type DAG struct{ c *Client }

// DAG returns the group of IPLD nodes.
func (c *Client) DAG() DAG { return DAG{c} }

// Put stores a node given as the bytes of opts.InputCodec, and returns its CID.
func (d DAG) Put(ctx context.Context, node []byte, opts nodeapi.DAGPutOptions) (cid.Cid, error) {
	result, err := put[nodeapi.CIDResult](ctx, d.c, nodeapi.MethodDAGPut, opts, node)
	return result.Cid, err
}

// Get returns the block in which path ends, whose CID tells its codec, and what
// of the path is left inside it.
func (d DAG) Get(ctx context.Context, path string) ([]byte, nodeapi.DAGResolved, error) {
	return fetch[nodeapi.DAGResolved](ctx, d.c, nodeapi.MethodDAGGet, pathRequest(ctx, path))
}

// Resolve is Get without the block.
func (d DAG) Resolve(ctx context.Context, path string) (nodeapi.DAGResolved, error) {
	return invoke[nodeapi.DAGResolved](ctx, d.c, nodeapi.MethodDAGResolve, pathRequest(ctx, path))
}
