package blockstore

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// TestLose: a store that is taken away says why, once.
func TestLose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &faulty{hold: make(chan struct{})}
		store := newStore(engine)
		b := blocks.NewBlock([]byte("under way"))
		put := make(chan error, 1)
		go func() { put <- store.Blocks().Put(t.Context(), b) }()
		synctest.Wait()

		var reasons []error
		note := func(reason error) { reasons = append(reasons, reason) }
		store.shut(ErrSuperseded, note)
		store.shut(ErrCleared, note)
		synctest.Wait()
		if len(reasons) != 0 {
			t.Error("told of the end with a write under way")
		}
		_, err := store.Blocks().Has(t.Context(), b.Cid())
		if !errors.Is(err, ErrClosed) || !errors.Is(err, ErrSuperseded) {
			t.Errorf("got %v; want ErrClosed and ErrSuperseded", err)
		}
		close(engine.hold)
		if err := <-put; err != nil {
			t.Errorf("the write under way: got %v; want it to end well", err)
		}
		synctest.Wait()
		if len(reasons) != 1 || !errors.Is(reasons[0], ErrSuperseded) {
			t.Errorf("got reasons %v; want ErrSuperseded, once", reasons)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if _, _, err := store.Blocks().Stat(t.Context()); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrSuperseded) {
			t.Errorf("a listing: got %v; want ErrClosed and ErrSuperseded", err)
		}
	})
}

func TestCloseIsNoLoss(t *testing.T) {
	store := NewMemory()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store.shut(ErrCleared, func(error) { t.Error("told of the end after Close") })
	if err := store.Blocks().DeleteBlock(t.Context(), blocks.NewBlock(nil).Cid()); err != ErrClosed {
		t.Errorf("got %v; want ErrClosed alone", err)
	}
}

func TestBlocksAreNotShared(t *testing.T) { testBlocksAreNotShared(t, NewMemory()) }

// testBlocksAreNotShared: what goes in and what comes out are copies.
func testBlocksAreNotShared(t *testing.T, store *Store) {
	defer store.Close()
	data := bytes.Repeat([]byte{1}, 1000)
	b := blocks.NewBlock(data)
	if err := store.Blocks().Put(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	clear(data)
	for range 2 {
		got, err := store.Blocks().Get(t.Context(), b.Cid())
		if err != nil || !bytes.Equal(got.RawData(), bytes.Repeat([]byte{1}, 1000)) {
			t.Fatalf("got %v, %v; want what was put", got, err)
		}
		clear(got.RawData())
	}
}

func TestPutRefuses(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	fine := blocks.NewBlock([]byte("fine"))
	undefined, err := blocks.NewBlockWithCid([]byte("x"), cid.Undef)
	if err != nil {
		t.Fatal(err)
	}
	tooLarge, err := blocks.NewBlockWithCid(make([]byte, MaxValue+1), blocks.NewBlock(nil).Cid())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		bad  blocks.Block
		want error
	}{
		{"no CID", undefined, ErrInvalidCID},
		{"too large", tooLarge, ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := store.Blocks().PutMany(t.Context(), []blocks.Block{fine, tc.bad}); !errors.Is(err, tc.want) {
				t.Errorf("got %v; want %v", err, tc.want)
			}
			if has, _ := store.Blocks().Has(t.Context(), fine.Cid()); has {
				t.Error("a block beside the bad one was written")
			}
		})
	}
}

// TestPutsOf: a repetition within one call is written once.
func TestPutsOf(t *testing.T) {
	a, b := blocks.NewBlock([]byte("a")), blocks.NewBlock([]byte("b"))
	again, err := blocks.NewBlockWithCid(a.RawData(), cid.NewCidV1(cid.Raw, a.Cid().Hash()))
	if err != nil {
		t.Fatal(err)
	}
	puts, err := putsOf([]blocks.Block{a, b, again, b})
	if err != nil || len(puts) != 2 {
		t.Errorf("got %d to put, %v; want 2", len(puts), err)
	}
}

func TestLocate(t *testing.T) {
	b := NewMemory().Blocks()
	if database, table := b.Location(); database+table != "" {
		t.Errorf("blocks in memory are said to be in %q, %q", database, table)
	}
	block := blocks.NewBlock([]byte("hello world"))
	if key := b.Locate(block.Cid(), 11); len(key) != len(block.Cid().Hash())+4 {
		t.Errorf("got key %x", key)
	}
	identity, err := cid.V1Builder{Codec: cid.Raw, MhType: multihash.IDENTITY}.Sum([]byte("in the CID"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{-1, MaxValue + 1} {
		if key := b.Locate(block.Cid(), size); key != nil {
			t.Errorf("%d bytes: got key %x; want none", size, key)
		}
	}
	if key := b.Locate(identity, 10); key != nil {
		t.Errorf("a block that is never stored: got key %x; want none", key)
	}
}
