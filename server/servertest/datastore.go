package servertest

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DatastoreHas implements server.Datastore.
func (b *Backend) DatastoreHas(ctx context.Context, key string) (bool, error) {
	done, err := b.enter(ctx, nodeapi.MethodDatastoreHas)
	if err != nil {
		return false, err
	}
	defer done()
	_, has := b.value(key)
	return has, nil
}

// DatastoreGet implements server.Datastore.
func (b *Backend) DatastoreGet(ctx context.Context, key string) ([]byte, error) {
	done, err := b.enter(ctx, nodeapi.MethodDatastoreGet)
	if err != nil {
		return nil, err
	}
	defer done()
	value, has := b.value(key)
	if !has {
		return nil, nodeapi.Errorf(nodeapi.CodeNoSuchRecord, map[string]any{"key": key}, "there is no record %q", key)
	}
	return value, nil
}

func (b *Backend) value(key string) (value []byte, has bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	value, has = b.values[key]
	return value, has
}

// DatastoreBatch implements server.Datastore.
func (b *Backend) DatastoreBatch(ctx context.Context, writes []nodeapi.DatastoreWrite) error {
	done, err := b.enter(ctx, nodeapi.MethodDatastoreBatch)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.values == nil {
		b.values = make(map[string][]byte)
	}
	for _, write := range writes {
		if write.Delete {
			delete(b.values, write.Key)
		} else {
			b.values[write.Key] = write.Value
		}
	}
	return nil
}

// DatastoreQuery implements server.Datastore.
func (b *Backend) DatastoreQuery(ctx context.Context, q nodeapi.DatastoreQuery) iter.Seq2[nodeapi.DatastoreEntry, error] {
	return sequence(ctx, b, nodeapi.MethodDatastoreQuery, func(yield func(nodeapi.DatastoreEntry) bool) error {
		b.mu.Lock()
		values := maps.Clone(b.values)
		b.mu.Unlock()
		for _, key := range slices.Sorted(maps.Keys(values)) {
			entry := nodeapi.DatastoreEntry{Key: key}
			if !q.KeysOnly {
				entry.Value = values[key]
			}
			if strings.HasPrefix(key, q.Prefix) && !yield(entry) {
				return nil
			}
		}
		return nil
	})
}
