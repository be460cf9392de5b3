package node

import (
	"context"
	"errors"
	"iter"
	"strings"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/namespace"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// applications keeps the records of applications apart from the node's own.
var applications = ds.NewKey("/applications")

func newRecords(d ds.Batching) ds.Batching { return namespace.Wrap(d, applications) }

// DatastoreHas says whether there is a record of an application's.
func (n *Node) DatastoreHas(ctx context.Context, key string) (bool, error) {
	ctx, end := n.begin(ctx)
	defer end()
	has, err := n.records.Has(ctx, ds.RawKey(key))
	return has, n.store.wrap(ctx, err)
}

// DatastoreGet returns a record of an application's.
func (n *Node) DatastoreGet(ctx context.Context, key string) ([]byte, error) {
	ctx, end := n.begin(ctx)
	defer end()
	value, err := n.records.Get(ctx, ds.RawKey(key))
	if errors.Is(err, ds.ErrNotFound) {
		return nil, nodeapi.Errorf(nodeapi.CodeNoSuchRecord, map[string]any{"key": key}, "there is no record %q", key)
	}
	return value, n.store.wrap(ctx, err)
}

// DatastoreBatch changes records of applications, all at once.
func (n *Node) DatastoreBatch(ctx context.Context, writes []nodeapi.DatastoreWrite) error {
	ctx, end := n.begin(ctx)
	defer end()
	return n.store.wrap(ctx, n.writeRecords(ctx, writes))
}

func (n *Node) writeRecords(ctx context.Context, writes []nodeapi.DatastoreWrite) error {
	batch, err := n.records.Batch(ctx)
	if err != nil {
		return err
	}
	for _, write := range writes {
		key := ds.RawKey(write.Key)
		if write.Delete {
			err = batch.Delete(ctx, key)
		} else {
			err = batch.Put(ctx, key, write.Value)
		}
		if err != nil {
			return err
		}
	}
	return batch.Commit(ctx)
}

// DatastoreQuery yields the records of applications that a query is for.
func (n *Node) DatastoreQuery(ctx context.Context, q nodeapi.DatastoreQuery) iter.Seq2[nodeapi.DatastoreEntry, error] {
	return func(yield func(nodeapi.DatastoreEntry, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		if err := n.queryRecords(ctx, q, yield); err != nil {
			yield(nodeapi.DatastoreEntry{}, n.store.wrap(ctx, err))
		}
	}
}

// queryRecords asks the datastore for what is below the last whole part of the
// prefix: its own prefixes end where a part does.
func (n *Node) queryRecords(ctx context.Context, q nodeapi.DatastoreQuery, yield func(nodeapi.DatastoreEntry, error) bool) error {
	below := q.Prefix[:strings.LastIndex(q.Prefix, "/")+1]
	results, err := n.records.Query(ctx, query.Query{Prefix: below, KeysOnly: q.KeysOnly})
	if err != nil {
		return err
	}
	defer results.Close()
	for result := range results.Next() {
		if result.Error != nil {
			return result.Error
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if strings.HasPrefix(result.Key, q.Prefix) && !yield(nodeapi.DatastoreEntry{Key: result.Key, Value: result.Value}, nil) {
			return nil
		}
	}
	return nil
}
