package client

import (
	"context"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
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

// Stat returns how large the DAGs are that paths name, each by itself and all
// together.
func (d DAG) Stat(ctx context.Context, paths ...string) (nodeapi.DAGStat, error) {
	return invoke[nodeapi.DAGStat](ctx, d.c, nodeapi.MethodDAGStat,
		nodeapi.DAGStatRequest{Paths: paths, Offline: nodeapi.IsOffline(ctx)})
}

// Export returns the block in which path ends and all that is under it as a CAR
// of version 1. The reader is as that of Client.Cat.
func (d DAG) Export(ctx context.Context, path string) (io.ReadCloser, error) {
	return d.c.download(ctx, nodeapi.MethodDAGExport, pathRequest(ctx, path))
}

// Import is ImportAll of one CAR.
func (d DAG) Import(ctx context.Context, car io.Reader, opts nodeapi.DAGImportOptions) ([]nodeapi.ImportedRoot, nodeapi.DAGImported, error) {
	one := func(yield func(nodeapi.CAR, error) bool) { yield(nodeapi.CAR{Content: car}, nil) }
	return d.ImportAll(ctx, one, opts)
}

// ImportAll takes CARs, of version 1 or 2, into the repo and pins the roots that
// they name. It returns these roots, with why those are not pinned that are not,
// and none if opts.PinRoots says so.
//
// cars is run as the source of Client.AddAll is, and its error ends the import
// likewise. An import that does not come to its end pins nothing; what it took in
// until then is garbage.
func (d DAG) ImportAll(ctx context.Context, cars iter.Seq2[nodeapi.CAR, error], opts nodeapi.DAGImportOptions) ([]nodeapi.ImportedRoot, nodeapi.DAGImported, error) {
	var roots []nodeapi.ImportedRoot
	var imported nodeapi.DAGImported
	send := func(call *messageport.ClientCall) error { return sendCARs(call, cars) }
	err := d.c.exchange(ctx, nodeapi.MethodDAGImport, opts, send, func(call *messageport.ClientCall) error {
		err := receive(call, func(root nodeapi.ImportedRoot) error {
			roots = append(roots, root)
			return nil
		})
		if err != nil {
			return err
		}
		return call.Result(&imported)
	})
	return roots, imported, publicError(err)
}

func sendCARs(call *messageport.ClientCall, cars iter.Seq2[nodeapi.CAR, error]) error {
	for car, err := range cars {
		if err != nil {
			return err
		}
		if err := call.WriteItem(car.CARHeader); err != nil {
			return err
		}
		if err := sendContent(call, car.Content); err != nil {
			return err
		}
	}
	return call.CloseWrite()
}
