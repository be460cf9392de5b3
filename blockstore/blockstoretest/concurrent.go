package blockstoretest

import (
	"bytes"
	"io"
	"sync"
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	ipld "github.com/ipfs/go-ipld-format"
)

// testConcurrent has goroutines that each see their own writes, while all of
// them write and read the same few blocks besides.
func testConcurrent(t *testing.T, s bstore.Blockstore) {
	shared := randomBlocks(t, 4, 5<<10)
	var all sync.WaitGroup
	for i := range 16 {
		own := randomBlocks(t, 5, 1<<(8+i%8))
		all.Go(func() {
			for n, b := range own {
				put(t, s, b)
				wantBlock(t, s, b.Cid(), b.RawData())
				stir(t, s, shared[(i+n)%len(shared)], n)
				if n%2 == 0 {
					remove(t, s, b.Cid())
					wantMissing(t, s, b.Cid())
				} else {
					wantBlock(t, s, b.Cid(), b.RawData())
				}
			}
		})
	}
	all.Wait()
}

// stir writes, reads and deletes a block that others do the same to.
func stir(t *testing.T, s bstore.Blockstore, b blocks.Block, n int) {
	t.Helper()
	if n%3 == 2 {
		remove(t, s, b.Cid())
	} else {
		put(t, s, b)
	}
	got, err := s.Get(t.Context(), b.Cid())
	switch {
	case ipld.IsNotFound(err):
	case err != nil:
		t.Errorf("Get of a block that comes and goes: %v", err)
	case !bytes.Equal(got.RawData(), b.RawData()):
		t.Errorf("Get of a block that comes and goes: got other bytes")
	}
}

// testPutAfterDelete: the last to touch a block each time is a put, so that it
// is there in the end.
func testPutAfterDelete(t *testing.T, s bstore.Blockstore) {
	for _, size := range []int{100, 20 << 10} {
		b := randomBlock(t, size)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 10 {
					remove(t, s, b.Cid())
					put(t, s, b)
				}
			})
		}
		all.Wait()
		wantBlock(t, s, b.Cid(), b.RawData())
	}
}

// testClose: calls that Close meets end, with their result or an error; calls
// after it fail.
func testClose(t *testing.T, s bstore.Blockstore) {
	closer, ok := s.(io.Closer)
	if !ok {
		t.Skip("the store is no io.Closer")
	}
	there := randomBlock(t, 1000)
	put(t, s, there)
	var all sync.WaitGroup
	for range 8 {
		fresh := randomBlocks(t, 20, 10<<10)
		all.Go(func() {
			for _, b := range fresh {
				_ = s.Put(t.Context(), b)
				if got, err := s.Get(t.Context(), there.Cid()); err == nil && !bytes.Equal(got.RawData(), there.RawData()) {
					t.Error("Get during Close: got other bytes")
				} else if ipld.IsNotFound(err) {
					t.Error("Get during Close: got not found; want the block or another error")
				}
				_, _ = list(t.Context(), s)
			}
		})
	}
	for range 2 {
		if err := closer.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	all.Wait()
	if err := s.Put(t.Context(), randomBlock(t, 10)); err == nil {
		t.Error("Put after Close: got no error")
	}
	if _, err := s.Get(t.Context(), there.Cid()); err == nil || ipld.IsNotFound(err) {
		t.Errorf("Get after Close: got %v; want an error that says so", err)
	}
	if _, err := s.Has(t.Context(), there.Cid()); err == nil {
		t.Error("Has after Close: got no error")
	}
	if _, err := list(t.Context(), s); err == nil {
		t.Error("listing after Close: got no error")
	}
}
