package blockstoretest

import (
	"context"
	"sync"
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// many is more blocks than any store lists at a time.
const many = 2500

func testList(t *testing.T, s bstore.Blockstore) {
	wantListed(t, s, nil)
	made := randomBlocks(t, many, 20)
	put(t, s, made...)
	wantListed(t, s, made)
}

// startList lists with the outcome where the store tells it.
func startList(ctx context.Context, s bstore.Blockstore) (<-chan cid.Cid, func() error, error) {
	if e, ok := s.(bstore.AllKeysChanWithErrer); ok {
		return e.AllKeysChanWithErr(ctx)
	}
	keys, err := s.AllKeysChan(ctx)
	return keys, ctx.Err, err
}

// list drains a listing.
func list(ctx context.Context, s bstore.Blockstore) (listed []cid.Cid, outcome error) {
	keys, result, err := startList(ctx, s)
	if err != nil {
		return nil, err
	}
	for c := range keys {
		listed = append(listed, c)
	}
	return listed, result()
}

// wantListed checks that want are listed, once each, and nothing else.
func wantListed(t *testing.T, s bstore.Blockstore, want []blocks.Block) {
	t.Helper()
	listed, err := list(t.Context(), s)
	if err != nil {
		t.Errorf("listing: %v", err)
	}
	counts := countListed(t, listed)
	for _, b := range want {
		if n := counts[string(b.Cid().Hash())]; n != 1 {
			t.Errorf("listing: got %s %d times; want it once", b.Cid(), n)
		}
	}
	if len(counts) != len(want) {
		t.Errorf("listing: got %d blocks; want %d", len(counts), len(want))
	}
}

// countListed counts CIDs by multihash.
func countListed(t *testing.T, listed []cid.Cid) map[string]int {
	t.Helper()
	counts := make(map[string]int, len(listed))
	for _, c := range listed {
		if c.Version() != 1 || c.Type() != cid.Raw {
			t.Errorf("listing: got %s; want version 1 and codec raw, as the real ones are not kept", c)
		}
		counts[string(c.Hash())]++
	}
	return counts
}

func testListDuringWrites(t *testing.T, s bstore.Blockstore) {
	stay := randomBlocks(t, many, 20)
	put(t, s, stay...)
	leave := randomBlocks(t, 50, 20)
	put(t, s, leave...)
	come := randomBlocks(t, 50, 20)

	var writers sync.WaitGroup
	writers.Go(func() {
		for i := range come {
			if err := s.Put(t.Context(), come[i]); err != nil {
				t.Errorf("Put during a listing: %v", err)
			}
			if err := s.DeleteBlock(t.Context(), leave[i].Cid()); err != nil {
				t.Errorf("DeleteBlock during a listing: %v", err)
			}
		}
	})
	for range 3 {
		listed, err := list(t.Context(), s)
		if err != nil {
			t.Errorf("listing during writes: %v", err)
		}
		counts := countListed(t, listed)
		for _, b := range stay {
			if n := counts[string(b.Cid().Hash())]; n != 1 {
				t.Fatalf("listing during writes: got %s %d times; want what is there all the time once", b.Cid(), n)
			}
		}
	}
	writers.Wait()
	wantListed(t, s, append(stay, come...))
}

func testListCancelled(t *testing.T, s bstore.Blockstore) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	total := 0
	for _, more := range []int{500, many} {
		put(t, s, randomBlocks(t, more, 20)...)
		total += more
		if _, err := list(ended, s); err == nil {
			t.Error("listing with an ended context: got no error; want to be told that it is not whole")
		}
		if n := listCancelledAtFirst(t, s); n == total {
			t.Errorf("listing cancelled at its first block: got all %d", n)
		}
	}
}

// listCancelledAtFirst counts what a listing gives whose context ends with its
// first block.
func listCancelledAtFirst(t *testing.T, s bstore.Blockstore) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	keys, outcome, err := startList(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range keys { // a channel that stays open hangs here
		n++
		cancel()
	}
	if err := outcome(); err == nil {
		t.Error("listing cancelled at its first block: got no error; want to be told that it is not whole")
	}
	return n
}
