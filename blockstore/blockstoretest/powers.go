package blockstoretest

import (
	"bytes"
	"errors"
	"testing"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/blockstore"
)

// power finds an optional power of s, or skips the test.
func power[T any](t *testing.T, s bstore.Blockstore) T {
	t.Helper()
	p, ok := s.(T)
	if !ok {
		t.Skipf("the store is no %T", &p)
	}
	return p
}

func testGetMany(t *testing.T, s bstore.Blockstore) {
	getter := power[blockstore.ManyGetter](t, s)
	made := randomBlocks(t, 70, 400)
	put(t, s, made...)
	asked := cidsOf(made)
	asked[3] = randomBlock(t, 400).Cid() // missing
	asked[4] = asked[5]
	got, err := getter.GetMany(t.Context(), asked)
	if err != nil || len(got) != len(asked) {
		t.Fatalf("GetMany: got %d blocks, %v; want %d", len(got), err, len(asked))
	}
	if got[3] != nil {
		t.Errorf("GetMany: got %v in place of a missing block; want nil", got[3])
	}
	made[4] = made[5]
	for i, b := range got {
		if i == 3 {
			continue
		}
		if b == nil || b.Cid() != asked[i] || !bytes.Equal(b.RawData(), made[i].RawData()) {
			t.Errorf("GetMany: got %v at %d; want block %s", b, i, asked[i])
		}
	}
}

func testDeleteMany(t *testing.T, s bstore.Blockstore) {
	deleter := power[blockstore.ManyDeleter](t, s)
	made := randomBlocks(t, 60, 400)
	put(t, s, made...)
	gone := append(cidsOf(made[:40]), randomBlock(t, 10).Cid(), made[0].Cid())
	if err := deleter.DeleteMany(t.Context(), gone); err != nil {
		t.Fatalf("DeleteMany: %v", err)
	}
	wantListed(t, s, made[40:])
}

func testAllSizes(t *testing.T, s bstore.Blockstore) {
	sizer := power[blockstore.Sizer](t, s)
	want := make(map[string]int)
	var made []blocks.Block
	for i := range many {
		made = append(made, randomBlock(t, 10+i%50))
		want[string(made[i].Cid().Hash())] = 10 + i%50
	}
	put(t, s, made...)
	visited := 0
	err := sizer.AllSizes(t.Context(), func(c cid.Cid, size int) error {
		visited++
		if want[string(c.Hash())] != size {
			t.Errorf("AllSizes: got %d for %s; want %d", size, c, want[string(c.Hash())])
		}
		if visited%500 == 0 { // a visitor may use the store
			remove(t, s, c)
		}
		return nil
	})
	if err != nil || visited != many {
		t.Errorf("AllSizes: visited %d, %v; want %d", visited, err, many)
	}
	enough := errors.New("enough")
	if err := sizer.AllSizes(t.Context(), func(cid.Cid, int) error { return enough }); err != enough {
		t.Errorf("AllSizes: got %v; want the visitor's error", err)
	}
}

func testStat(t *testing.T, s bstore.Blockstore) {
	stater := power[blockstore.Stater](t, s)
	check := func(wantCount, wantBytes uint64) {
		t.Helper()
		count, size, err := stater.Stat(t.Context())
		if err != nil || count != wantCount || size != wantBytes {
			t.Errorf("Stat: got %d blocks of %d bytes, %v; want %d of %d", count, size, err, wantCount, wantBytes)
		}
	}
	check(0, 0)
	a, b := randomBlock(t, 100), randomBlock(t, 90<<10)
	put(t, s, a, b, randomBlock(t, 0))
	put(t, s, a, b)
	check(3, 100+(90<<10))
	remove(t, s, b.Cid())
	check(2, 100)
}
