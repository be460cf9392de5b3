package node

import (
	"context"
	"path"
	"strings"
	"sync"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

// Keys of boxo's pinner.
var (
	pinsKey     = ds.NewKey("/pins")
	pinDirtyKey = ds.NewKey("/pins/state/dirty")
)

// A pinStore is the datastore under boxo's pinner. The pinner makes several
// writes and some lookups for each pin, one after the other under a lock; made
// straight to a store with a transaction each, that is a few hundred pins a
// second. Here the writes of one change are gathered and take effect together,
// and the changes of many callers share a transaction; lookups of pins that are
// not there never reach the store.
//
// As a change is written whole or not at all, indexes never fall behind. So the
// pinner's mark for that case is left out.
type pinStore struct {
	stored ds.Batching

	mu      sync.RWMutex // guards following
	change  pinWrites    // of the change being made
	batch   *pinBatch    // changes made that no transaction has yet; nil if none
	writing *pinBatch    // the transaction under way; nil if none
	// indexed has the directories of all keys in the pinner's indexes, and maybe
	// of some that are gone. It is nil until the first change.
	indexed *fingerprints
	aheads  map[string]*ahead // by directory of an index
}

// A pinBatch is a transaction's worth of changes.
type pinBatch struct {
	writes pinWrites
	done   chan struct{}
	err    error // once done is closed
}

func newPinStore(stored ds.Batching) *pinStore {
	return &pinStore{stored: stored, aheads: map[string]*ahead{}}
}

var _ ds.Datastore = (*pinStore)(nil)

// do makes a change: what f writes takes effect if f returns nil, and is durable
// when do does. Changes must not be made concurrently; waiting for them to
// become durable may be: that is what settled does.
func (s *pinStore) do(ctx context.Context, f func() error) (settled func() error, err error) {
	if err := s.loadIndex(ctx); err != nil {
		return nil, err
	}
	err = f()
	s.mu.Lock()
	defer s.mu.Unlock()
	change := s.change
	s.change = pinWrites{}
	if err != nil || len(change.values) == 0 {
		return func() error { return nil }, err
	}
	return s.enqueue(change), nil
}

// enqueue is called with mu held.
func (s *pinStore) enqueue(change pinWrites) (settled func() error) {
	if s.batch == nil {
		s.batch = &pinBatch{done: make(chan struct{})}
		if s.writing == nil {
			go s.write()
		}
	}
	b := s.batch
	for key, value := range change.values {
		b.writes.set(key, value)
	}
	return func() error {
		<-b.done
		return b.err
	}
}

// write makes transactions until there is nothing to write.
func (s *pinStore) write() {
	for {
		s.mu.Lock()
		b := s.batch
		s.batch, s.writing = nil, b
		s.mu.Unlock()
		if b == nil {
			return
		}
		// No context: those who wait would not know what became of their pins.
		b.err = s.commit(context.Background(), b.writes)
		if b.err != nil {
			s.mu.Lock()
			s.writing = &pinBatch{} // it came to nothing
			s.mu.Unlock()
		}
		close(b.done)
	}
}

func (s *pinStore) commit(ctx context.Context, writes pinWrites) error {
	batch, err := s.stored.Batch(ctx)
	if err != nil {
		return err
	}
	for key, value := range writes.values {
		if value == nil {
			err = batch.Delete(ctx, key)
		} else {
			err = batch.Put(ctx, key, value)
		}
		if err != nil {
			return err
		}
	}
	if err := batch.Commit(ctx); err != nil {
		return err
	}
	return s.stored.Sync(ctx, pinsKey)
}

// loadIndex reads the keys of the pinner's indexes once.
func (s *pinStore) loadIndex(ctx context.Context) error {
	s.mu.RLock()
	loaded := s.indexed != nil
	s.mu.RUnlock()
	if loaded {
		return nil
	}
	results, err := s.stored.Query(ctx, query.Query{Prefix: pinIndex, KeysOnly: true})
	if err != nil {
		return err
	}
	defer results.Close()
	indexed := &fingerprints{}
	for {
		r, more := results.NextSync()
		if !more {
			break
		}
		if r.Error != nil {
			return r.Error
		}
		indexed.add(fingerprintOfKey(path.Dir(r.Key)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexed = indexed
	return nil
}

// Put is part of a change.
func (s *pinStore) Put(_ context.Context, key ds.Key, value []byte) error {
	if key == pinDirtyKey {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasPrefix(key.String(), pinIndex) {
		dir := path.Dir(key.String())
		s.indexed.add(fingerprintOfKey(dir))
		s.forgetAhead(dir)
	}
	s.change.set(key, append([]byte{}, value...))
	return nil
}

// Delete is part of a change.
func (s *pinStore) Delete(_ context.Context, key ds.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetAhead(path.Dir(key.String()))
	s.change.set(key, nil)
	return nil
}

// Sync has nothing to do: do sees to it.
func (s *pinStore) Sync(context.Context, ds.Key) error { return nil }

// Close leaves the datastore beneath open.
func (s *pinStore) Close() error { return nil }

// unwritten returns what the changes not yet written say of a key.
func (s *pinStore) unwritten(key ds.Key) (value []byte, said bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, writes := range s.layers() {
		if value, said := writes.values[key]; said {
			return value, true
		}
	}
	return nil, false
}

// layers are the writes not yet in the store, newest first. It is called with
// mu held.
func (s *pinStore) layers() []pinWrites {
	layers := []pinWrites{s.change}
	for _, b := range []*pinBatch{s.batch, s.writing} {
		if b != nil {
			layers = append(layers, b.writes)
		}
	}
	return layers
}

// Get returns a value as it is or is about to be.
func (s *pinStore) Get(ctx context.Context, key ds.Key) ([]byte, error) {
	if value, ok := s.recordAhead(key); ok {
		return value, nil
	}
	value, said := s.unwritten(key)
	switch {
	case !said:
		return s.stored.Get(ctx, key)
	case value == nil:
		return nil, ds.ErrNotFound
	}
	return value, nil
}

// Has reports whether there is a value.
func (s *pinStore) Has(ctx context.Context, key ds.Key) (bool, error) {
	if value, said := s.unwritten(key); said {
		return value != nil, nil
	}
	return s.stored.Has(ctx, key)
}

// GetSize returns a value's size.
func (s *pinStore) GetSize(ctx context.Context, key ds.Key) (int, error) {
	value, said := s.unwritten(key)
	switch {
	case !said:
		return s.stored.GetSize(ctx, key)
	case value == nil:
		return -1, ds.ErrNotFound
	}
	return len(value), nil
}
