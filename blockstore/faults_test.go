package blockstore

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

var errFault = errors.New("fault")

// faulty is an engine that fails at one kind of call, and can hold writes back.
type faulty struct {
	memory

	mu    sync.Mutex // guards following
	fails string     // "write", "read" or "list"
	hold  chan struct{}
}

func (f *faulty) failing(site string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails == site {
		return errFault
	}
	return nil
}

func (f *faulty) set(fails string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = fails
}

func (f *faulty) write(t table, changes []change) func() error {
	if err := f.failing("write"); err != nil {
		return settled(err)
	}
	f.mu.Lock()
	hold := f.hold
	f.mu.Unlock()
	if hold == nil {
		return f.memory.write(t, changes)
	}
	return func() error {
		<-hold
		return f.memory.write(t, changes)()
	}
}

func (f *faulty) read(t table, lookups []*lookup) func() error {
	if err := f.failing("read"); err != nil {
		return settled(err)
	}
	return f.memory.read(t, lookups)
}

func (f *faulty) list(t table, s span, limit int, withValues bool) (page, error) {
	if err := f.failing("list"); err != nil {
		return page{}, err
	}
	return f.memory.list(t, s, limit, withValues)
}

// TestFaults: a failure of the engine is the error of each call that met it,
// and leaves everything as it was.
func TestFaults(t *testing.T) {
	engine := &faulty{}
	store := newStore(engine)
	defer store.Close()
	bs, records := store.Blocks(), store.Datastore()
	there, fresh := blocks.NewBlock(make([]byte, checkFrom)), blocks.NewBlock(make([]byte, checkFrom+1))
	key := ds.NewKey("/there")
	if err := errors.Join(bs.Put(t.Context(), there), records.Put(t.Context(), key, []byte("v"))); err != nil {
		t.Fatal(err)
	}
	only := func(_ any, err error) error { return err }
	for _, tc := range []struct {
		site string
		op   string
		run  func() error
	}{
		{"read", "Get", func() error { return only(bs.Get(t.Context(), there.Cid())) }},
		{"read", "GetMany", func() error { return only(bs.GetMany(t.Context(), []cid.Cid{there.Cid()})) }},
		{"read", "Has", func() error { return only(bs.Has(t.Context(), there.Cid())) }},
		{"read", "GetSize", func() error { return only(bs.GetSize(t.Context(), there.Cid())) }},
		{"read", "Put", func() error { return bs.Put(t.Context(), fresh) }},
		{"write", "Put", func() error { return bs.Put(t.Context(), fresh) }},
		{"write", "PutMany", func() error { return bs.PutMany(t.Context(), []blocks.Block{fresh}) }},
		{"write", "DeleteBlock", func() error { return bs.DeleteBlock(t.Context(), there.Cid()) }},
		{"list", "AllKeysChan", func() error {
			keys, outcome, err := bs.AllKeysChanWithErr(t.Context())
			if err != nil {
				return err
			}
			for range keys {
				t.Error("AllKeysChan: got a key")
			}
			return errors.Join(outcome(), outcome())
		}},
		{"list", "AllSizes", func() error {
			return bs.AllSizes(t.Context(), func(cid.Cid, int) error { return nil })
		}},
		{"list", "Stat", func() error {
			_, _, err := newStore(engine).Blocks().Stat(t.Context()) // the first
			return err
		}},
		{"read", "records.Get", func() error { return only(records.Get(t.Context(), key)) }},
		{"read", "records.Has", func() error { return only(records.Has(t.Context(), key)) }},
		{"read", "records.GetSize", func() error { return only(records.GetSize(t.Context(), key)) }},
		{"write", "records.Put", func() error { return records.Put(t.Context(), ds.NewKey("/fresh"), nil) }},
		{"write", "records.Delete", func() error { return records.Delete(t.Context(), key) }},
		{"write", "Commit", func() error {
			b, err := records.Batch(t.Context())
			if err != nil {
				return err
			}
			return errors.Join(b.Put(t.Context(), ds.NewKey("/fresh"), nil), b.Delete(t.Context(), key), b.Commit(t.Context()))
		}},
		{"list", "Query", func() error {
			results, err := records.Query(t.Context(), query.Query{})
			if err != nil {
				return err
			}
			_, err = results.Rest()
			return err
		}},
	} {
		t.Run(tc.op+" failing to "+tc.site, func(t *testing.T) {
			engine.set(tc.site)
			if err := tc.run(); !errors.Is(err, errFault) {
				t.Errorf("got %v; want the engine's error", err)
			}
			engine.set("")
			count, size, err := bs.Stat(t.Context())
			if count != 1 || size != checkFrom || err != nil {
				t.Errorf("afterwards got %d blocks of %d bytes, %v; want what was there", count, size, err)
			}
			has, err := records.Has(t.Context(), ds.NewKey("/fresh"))
			if has || err != nil {
				t.Errorf("afterwards got a record that failed to be written, %v", err)
			}
			if v, err := records.Get(t.Context(), key); string(v) != "v" || err != nil {
				t.Errorf("afterwards got record %q, %v; want what was there", v, err)
			}
		})
	}
}

// TestPutBehindDelete: a put does not rely on a block that a delete called
// earlier is about to remove.
func TestPutBehindDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &faulty{}
		store := newStore(engine)
		defer store.Close()
		store.lanes[blockTable].writes.flights = 1 // held ones settle in no order
		bs, b := store.Blocks(), blocks.NewBlock(make([]byte, checkFrom))
		if err := bs.Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		engine.hold = make(chan struct{})
		done := make(chan error, 2)
		go func() { done <- bs.DeleteBlock(t.Context(), b.Cid()) }()
		synctest.Wait()
		go func() { done <- bs.Put(t.Context(), b) }()
		synctest.Wait()
		close(engine.hold)
		if err := errors.Join(<-done, <-done); err != nil {
			t.Fatal(err)
		}
		if has, err := bs.Has(t.Context(), b.Cid()); !has || err != nil {
			t.Errorf("got %v, %v; want the block that was put after the delete", has, err)
		}
	})
}

// TestPutOfWhatIsThere: a large block that is there is not written again.
func TestPutOfWhatIsThere(t *testing.T) {
	engine := &faulty{}
	store := newStore(engine)
	defer store.Close()
	small, large := blocks.NewBlock(make([]byte, checkFrom-1)), blocks.NewBlock(make([]byte, checkFrom))
	for range 2 {
		if err := store.Blocks().PutMany(t.Context(), []blocks.Block{large}); err != nil {
			t.Errorf("Put of a large block: %v", err)
		}
		engine.set("write")
	}
	if err := store.Blocks().Put(t.Context(), small); !errors.Is(err, errFault) {
		t.Errorf("Put of a small block: got %v; want it to be written", err)
	}
}
