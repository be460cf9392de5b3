package client

import (
	"context"
	"errors"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Datastore is the group of the records of applications, which all tabs share.
// Keys are of the form "/a/b".
type Datastore struct{ c *Client }

// Datastore returns the group of records.
func (c *Client) Datastore() Datastore { return Datastore{c} }

// Has says whether there is a record.
func (d Datastore) Has(ctx context.Context, key string) (bool, error) {
	return invoke[bool](ctx, d.c, nodeapi.MethodDatastoreHas, nodeapi.DatastoreKey{Key: key})
}

// Get returns the value of a record, which an error of CodeNoSuchRecord says is
// not there.
func (d Datastore) Get(ctx context.Context, key string) ([]byte, error) {
	value, _, err := fetch[any](ctx, d.c, nodeapi.MethodDatastoreGet, nodeapi.DatastoreKey{Key: key})
	return value, err
}

// Put keeps a record.
func (d Datastore) Put(ctx context.Context, key string, value []byte) error {
	return d.Batch(ctx, []nodeapi.DatastoreWrite{{DatastoreChange: nodeapi.DatastoreChange{Key: key}, Value: value}})
}

// Delete removes a record, if there is one.
func (d Datastore) Delete(ctx context.Context, key string) error {
	return d.Batch(ctx, []nodeapi.DatastoreWrite{{DatastoreChange: nodeapi.DatastoreChange{Key: key, Delete: true}}})
}

// Batch makes changes, all of them or, if it fails, none. It takes
// nodeapi.MaxDatastoreChanges of them, and values of nodeapi.MaxDatastoreBatch
// bytes.
func (d Datastore) Batch(ctx context.Context, writes []nodeapi.DatastoreWrite) error {
	send := func(call *messageport.ClientCall) error {
		for _, write := range writes {
			if err := call.WriteItem(write.DatastoreChange); err != nil {
				return err
			}
			if write.Delete {
				continue
			}
			if _, err := call.Write(write.Value); err != nil {
				return err
			}
		}
		return call.CloseWrite()
	}
	return publicError(d.c.exchange(ctx, nodeapi.MethodDatastoreBatch, nil, send, func(call *messageport.ClientCall) error {
		return call.Result(nil)
	}))
}

// Query yields the records whose keys begin with a text, as they were when it
// began. Values are nil where keys alone are asked for.
func (d Datastore) Query(ctx context.Context, query nodeapi.DatastoreQuery) iter.Seq2[nodeapi.DatastoreEntry, error] {
	return func(yield func(nodeapi.DatastoreEntry, error) bool) {
		call, err := d.c.conn.Call(ctx, nodeapi.MethodDatastoreQuery, query, messageport.CallOptions{})
		if err != nil {
			yield(nodeapi.DatastoreEntry{}, publicError(err))
			return
		}
		defer call.Cancel(nil)
		err = receive(call, func(record nodeapi.DatastoreRecord) error {
			entry := nodeapi.DatastoreEntry{Key: record.Key}
			if !query.KeysOnly {
				if entry.Value, err = nextData(call, record.Size); err != nil {
					return err
				}
			}
			return unless(yield(entry, nil))
		})
		if err == nil {
			err = call.Result(nil)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nodeapi.DatastoreEntry{}, publicError(err))
		}
	}
}
