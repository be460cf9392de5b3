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

// list drains a listing.
func list(t *testing.T, ctx context.Context, s bstore.Blockstore) (listed []cid.Cid, outcome error) {
	t.Helper()
	if e, ok := s.(bstore.AllKeysChanWithErrer); ok {
		keys, result, err := e.AllKeysChanWithErr(ctx)
		if err != nil {
			return nil, err
		}
		for c := range keys {
			listed = append(listed, c)
		}
		return listed, result()
	}
	keys, err := s.AllKeysChan(ctx)
	if err != nil {
		return nil, err
	}
	for c := range keys {
		listed = append(listed, c)
	}
	return listed, ctx.Err()
}

// wantListed checks that want are listed, once each, and nothing else.
func wantListed(t *testing.T, s bstore.Blockstore, want []blocks.Block) {
	t.Helper()
	listed, err := list(t, t.Context(), s)
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
		listed, err := list(t, t.Context(), s)
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
	put(t, s, randomBlocks(t, many, 20)...)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := list(t, ended, s); err == nil {
		t.Error("listing with an ended context: got no error; want to be told that it is not whole")
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	keys, err := s.AllKeysChan(ctx)
	if err != nil {
		t.Fatal(err)
	}
	<-keys
	cancel()
	n := 1
	for range keys { // a channel that stays open hangs here
		n++
	}
	if n == many {
		t.Errorf("listing cancelled after its first block: got all %d", n)
	}
}
