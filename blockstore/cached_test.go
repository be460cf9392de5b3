package blockstore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// TestCachedReads: what was read, and what was written and is small, is had
// without the engine from then on, until it is deleted.
func TestCachedReads(t *testing.T) {
	engine := &faulty{}
	store := newStore(engine)
	defer store.Close()
	bs := NewCached(store.Blocks(), 1<<20)
	small, large := blocks.NewBlock([]byte("small")), blocks.NewBlock(make([]byte, keptOnPut+1))
	if err := bs.PutMany(t.Context(), []blocks.Block{small, large}); err != nil {
		t.Fatal(err)
	}
	engine.set("read")
	get := func(b blocks.Block) error {
		got, err := bs.Get(t.Context(), b.Cid())
		if err == nil && !bytes.Equal(got.RawData(), b.RawData()) {
			t.Errorf("got %d other bytes", len(got.RawData()))
		}
		return err
	}
	if err := get(small); err != nil {
		t.Errorf("a small block that was written: %v", err)
	}
	if err := get(large); err == nil {
		t.Error("a large block that was written is kept")
	}
	if _, err := bs.GetStored(t.Context(), small.Cid()); err == nil {
		t.Error("GetStored did not read")
	}
	engine.set("")
	if err := get(large); err != nil {
		t.Fatal(err)
	}
	engine.set("read")
	v0 := cid.NewCidV0(large.Cid().Hash())
	if got, err := bs.Get(t.Context(), v0); err != nil || got.Cid() != v0 {
		t.Errorf("by its other CID: got %v, %v", got, err)
	}
	if has, err := bs.Has(t.Context(), large.Cid()); err != nil || !has {
		t.Errorf("Has: got %v, %v", has, err)
	}
	if size, err := bs.GetSize(t.Context(), large.Cid()); err != nil || size != keptOnPut+1 {
		t.Errorf("GetSize: got %d, %v", size, err)
	}
	if many, err := bs.GetMany(t.Context(), []cid.Cid{large.Cid(), small.Cid()}); err != nil || len(many) != 2 || many[1].Cid() != small.Cid() {
		t.Errorf("GetMany: got %v, %v", many, err)
	}
	engine.set("")
	if err := bs.DeleteMany(t.Context(), []cid.Cid{large.Cid(), small.Cid()}); err != nil {
		t.Fatal(err)
	}
	for _, b := range []blocks.Block{small, large} {
		if err := get(b); !ipld.IsNotFound(err) {
			t.Errorf("deleted: got %v; want it not found", err)
		}
	}
}

// slowReads is an engine whose reads wait, after they have read, to be let go.
type slowReads struct {
	memory
	hold chan struct{}
}

func (s *slowReads) read(t table, lookups []*lookup) func() error {
	wait := s.memory.read(t, lookups)
	return func() error {
		<-s.hold
		return wait()
	}
}

// TestCachedReadBeforeDelete: a block that was read before it was deleted, but
// arrives later, is not kept.
func TestCachedReadBeforeDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &slowReads{hold: make(chan struct{})}
		store := newStore(engine)
		defer store.Close()
		b := blocks.NewBlock([]byte("b"))
		if err := store.Blocks().Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		bs := NewCached(store.Blocks(), 1<<20)
		read := make(chan error)
		go func() {
			_, err := bs.Get(t.Context(), b.Cid())
			read <- err
		}()
		synctest.Wait()
		if err := bs.DeleteBlock(t.Context(), b.Cid()); err != nil {
			t.Fatal(err)
		}
		close(engine.hold)
		if err := <-read; err != nil {
			t.Fatal(err)
		}
		if _, err := bs.Get(t.Context(), b.Cid()); !ipld.IsNotFound(err) {
			t.Errorf("got %v; want it not found", err)
		}
	})
}

// TestRecentBounds: what is kept stays within its bound, and what was asked for
// again outlasts any number of blocks that were not.
func TestRecentBounds(t *testing.T) {
	const limit = 64 << 10
	r := newRecent(limit)
	rng := rand.New(rand.NewPCG(1, 2))
	check := func() {
		t.Helper()
		sum := 0
		for _, s := range []segment{r.once, r.again} {
			bytes := 0
			for _, hash := range s.Keys() {
				data, _ := s.Peek(hash)
				bytes += costOf(hash, data)
			}
			if bytes != s.bytes {
				t.Fatalf("got %d bytes by the count; want %d", s.bytes, bytes)
			}
			sum += bytes
		}
		if sum > limit {
			t.Fatalf("%d bytes are kept; want at most %d", sum, limit)
		}
	}
	r.add(r.begin(), "often", make([]byte, 1<<10))
	if _, ok := r.get("often"); !ok {
		t.Fatal("a block that was just added is not there")
	}
	for n := range 1000 {
		hash := fmt.Sprint(n)
		r.add(r.begin(), hash, make([]byte, rng.IntN(limit/4)))
		check()
		if n%3 == 0 && n < 100 {
			r.get(fmt.Sprint(1 + rng.IntN(n+1)))
			check()
			r.get("often")
		}
	}
	if _, ok := r.get("often"); !ok {
		t.Error("what was asked for again was pushed out by what was not")
	}
	if _, ok := r.get("0"); ok {
		t.Error("the first of a thousand is still there")
	}
	r.add(r.begin(), "huge", make([]byte, limit))
	if _, ok := r.size("huge"); ok {
		t.Error("a block over the limit is kept")
	}
	check()
}
