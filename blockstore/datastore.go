package blockstore

import (
	"bytes"
	"context"
	"fmt"

	ds "github.com/ipfs/go-datastore"
)

// Datastore is the go-datastore of a Store, for records: pins, roots, keys.
// Has reads no value. GetSize does: records are small and nothing asks for their
// sizes, while a size in the key, as blocks have it, more than doubles what a
// put costs, because a value of another size would have to be cleared first.
// An error from a write, or from a batch's Commit, means that none of it was
// written.
type Datastore struct {
	lanes *lanes
}

var _ ds.Batching = (*Datastore)(nil)

// Get returns the value of key, or ds.ErrNotFound. It belongs to the caller.
func (d *Datastore) Get(ctx context.Context, key ds.Key) ([]byte, error) {
	value, found, err := d.lanes.value(ctx, only(recordKey(key)))
	if err == nil && !found {
		err = ds.ErrNotFound
	}
	return value, err
}

// Has reports whether key has a value.
func (d *Datastore) Has(ctx context.Context, key ds.Key) (bool, error) {
	_, found, err := d.lanes.key(ctx, only(recordKey(key)))
	return found, err
}

// GetSize returns the size of key's value, or -1 and ds.ErrNotFound.
func (d *Datastore) GetSize(ctx context.Context, key ds.Key) (int, error) {
	value, err := d.Get(ctx, key)
	if err != nil {
		return -1, err
	}
	return len(value), nil
}

// Put sets the value of key. It keeps no reference to value.
func (d *Datastore) Put(ctx context.Context, key ds.Key, value []byte) error {
	c, err := putRecord(key, value)
	if err != nil {
		return err
	}
	return d.lanes.writes.do(ctx, c)
}

// Delete removes key. That it is not there is no error.
func (d *Datastore) Delete(ctx context.Context, key ds.Key) error {
	return d.lanes.writes.do(ctx, change{clear: only(recordKey(key))})
}

// Sync does nothing: a write that returned is as durable as the Store's
// durability makes it.
func (d *Datastore) Sync(ctx context.Context, _ ds.Key) error { return ctx.Err() }

// Close does nothing: the database belongs to the Store, which has a Close.
func (d *Datastore) Close() error { return nil }

// Batch returns a batch whose Commit is one transaction. Its calls must not be
// concurrent.
func (d *Datastore) Batch(ctx context.Context) (ds.Batch, error) {
	return &recordBatch{lanes: d.lanes}, ctx.Err()
}

// putRecord is the change that gives key its value.
func putRecord(key ds.Key, value []byte) (change, error) {
	if len(value) > MaxValue {
		return change{}, fmt.Errorf("%w: value of %s has %d bytes, the limit is %d", ErrTooLarge, key, len(value), MaxValue)
	}
	return change{key: recordKey(key), value: value}, nil
}

type recordBatch struct {
	lanes   *lanes
	changes []change
}

// Put takes a copy of value.
func (b *recordBatch) Put(ctx context.Context, key ds.Key, value []byte) error {
	c, err := putRecord(key, bytes.Clone(value))
	if err != nil {
		return err
	}
	b.changes = append(b.changes, c)
	return ctx.Err()
}

func (b *recordBatch) Delete(ctx context.Context, key ds.Key) error {
	b.changes = append(b.changes, change{clear: only(recordKey(key))})
	return ctx.Err()
}

// Commit makes the changes in the order they came, all or none.
func (b *recordBatch) Commit(ctx context.Context) error {
	return b.lanes.writes.do(ctx, b.changes...)
}
