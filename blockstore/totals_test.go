package blockstore

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// numbered is a block for each n, some of 1 and some of 30 bytes and more.
func numbered(n int) blocks.Block {
	data := binary.AppendUvarint(nil, uint64(n))
	return blocks.NewBlock(append(data, make([]byte, n%30)...))
}

// wantTotals compares Stat with what is there.
func wantTotals(t *testing.T, bs *Blocks) {
	t.Helper()
	var wantCount, wantSize uint64
	if err := bs.AllSizes(t.Context(), func(_ cid.Cid, size int) error {
		wantCount++
		wantSize += uint64(size)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	count, size, err := bs.Stat(t.Context())
	if err != nil || count != wantCount || size != wantSize {
		t.Errorf("got %d blocks of %d bytes, %v; want %d of %d", count, size, err, wantCount, wantSize)
	}
}

// putNumbered puts blocks in batches.
func putNumbered(t *testing.T, bs *Blocks, from, to int) {
	t.Helper()
	var all []blocks.Block
	for n := from; n < to; n++ {
		all = append(all, numbered(n))
	}
	if err := bs.PutMany(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

// TestTotals changes blocks while they are counted and after.
func TestTotals(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	bs := store.Blocks()
	const there = 3*listPage + 10
	putNumbered(t, bs, 0, there)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				var err error
				b := numbered(rand.IntN(2 * there))
				switch rand.IntN(3) {
				case 0:
					err = bs.DeleteMany(t.Context(), []cid.Cid{b.Cid(), numbered(rand.IntN(there)).Cid(), b.Cid()})
				case 1:
					err = bs.PutMany(t.Context(), []blocks.Block{b, numbered(rand.IntN(there))})
				default:
					_, _, err = bs.Stat(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	wantTotals(t, bs)
	putNumbered(t, bs, 0, 10)
	putNumbered(t, bs, 5, 20)
	wantTotals(t, bs)
}

// listHook is an engine that calls a hook with what a page holds, before it
// gives the page.
type listHook struct {
	faulty

	hook func(page)
}

func (l *listHook) list(t table, s span, limit int, withValues bool) (page, error) {
	p, err := l.faulty.list(t, s, limit, withValues)
	if l.hook != nil {
		l.hook(p)
	}
	return p, err
}

// TestTotalsOfWriteBesidePage: a write that is asked for while a page is read is
// counted once, wherever it falls.
func TestTotalsOfWriteBesidePage(t *testing.T) {
	engine := &listHook{}
	store := newStore(engine)
	defer store.Close()
	bs := store.Blocks()
	const there = 2*listPage + 10
	putNumbered(t, bs, 0, there)
	var writes sync.WaitGroup
	fresh := there
	engine.hook = func(page) {
		put, gone := numbered(fresh), numbered(fresh-there)
		fresh++
		writes.Go(func() {
			if err := errors.Join(bs.Put(t.Context(), put), bs.DeleteBlock(t.Context(), gone.Cid())); err != nil {
				t.Error(err)
			}
		})
		for range 1000 {
			runtime.Gosched() // so that it has started, if it can
		}
	}
	if _, _, err := bs.Stat(t.Context()); err != nil {
		t.Error(err)
	}
	writes.Wait()
	engine.hook = nil
	wantTotals(t, bs)
}

// TestTotalsAfterFaults: a write that failed does not count, and a count that
// failed goes on.
func TestTotalsAfterFaults(t *testing.T) {
	engine := &listHook{}
	store := newStore(engine)
	defer store.Close()
	bs := store.Blocks()
	putNumbered(t, bs, 0, 2*listPage)
	engine.hook = func(page) { engine.set("list") }
	if _, _, err := bs.Stat(t.Context()); !errors.Is(err, errFault) {
		t.Errorf("the count got %v; want the engine's error", err)
	}
	engine.hook = nil
	engine.set("")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := bs.Stat(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context got %v", err)
	}
	wantTotals(t, bs)
	engine.set("write")
	if err := bs.Put(t.Context(), numbered(1<<20)); !errors.Is(err, errFault) {
		t.Errorf("put: got %v", err)
	}
	if err := bs.DeleteBlock(t.Context(), numbered(1).Cid()); !errors.Is(err, errFault) {
		t.Errorf("delete: got %v", err)
	}
	engine.set("")
	wantTotals(t, bs)
}
