package blockstore

import (
	"errors"
	"sync"
	"syscall/js"
	"testing"
	"time"

	goidb "github.com/hack-pad/go-indexeddb/idb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// TestMakesWay: another connection's wish to upgrade or to delete the database
// closes this one, after what is under way, and it is told.
func TestMakesWay(t *testing.T) {
	for _, tc := range []struct {
		name string
		wish func(t *testing.T, database string)
	}{
		{"upgrade", func(t *testing.T, database string) {
			steps := append(schema[:len(schema):len(schema)], func(*goidb.Database) error { return nil })
			store, err := openSchema(t.Context(), database, Options{}, steps)
			if err != nil {
				t.Fatal(err)
			}
			store.Close()
		}},
		{"delete", func(t *testing.T, database string) { deleteDatabase(t, database) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			database, reasons := freshName(t), make(chan error, 2)
			store := mustOpen(t, database, Options{OnClose: func(reason error) { reasons <- reason }})
			written := writeUntilClosed(t, store)
			tc.wish(t, database)
			wantReason(t, store, reasons, ErrSuperseded)

			acknowledged := written()
			if tc.name == "delete" {
				return
			}
			again, err := openSchema(t.Context(), database, Options{}, append(schema[:len(schema):len(schema)], nil))
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			for _, c := range acknowledged {
				if has, err := again.Blocks().Has(t.Context(), c); !has || err != nil {
					t.Errorf("got %v, %v; want every block that was acknowledged", has, err)
				}
			}
		})
	}
}

// writeUntilClosed keeps putting blocks. The function it returns waits for the
// end and returns those acknowledged.
func writeUntilClosed(t *testing.T, store *Store) func() []cid.Cid {
	var (
		all          sync.WaitGroup
		acknowledged []cid.Cid
	)
	for range 4 {
		made := fakeBlocks(t, 2000, 500)
		all.Go(func() {
			for _, b := range made {
				if err := store.Blocks().Put(t.Context(), b); err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Errorf("Put of a store that closes: got %v; want ErrClosed", err)
					}
					return
				}
				acknowledged = append(acknowledged, b.Cid())
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	return func() []cid.Cid {
		all.Wait()
		if len(acknowledged) == 0 {
			t.Error("nothing was written")
		}
		return acknowledged
	}
}

// TestCleared: the browser closes the connection of a site whose data is
// cleared.
func TestCleared(t *testing.T) {
	reasons := make(chan error, 2)
	store := mustOpen(t, freshName(t), Options{OnClose: func(reason error) { reasons <- reason }})
	connection := connectionOf(t, store)
	connection.Call("dispatchEvent", js.Global().Get("Event").New("close"))
	wantReason(t, store, reasons, ErrCleared)
}

// connectionOf catches the IDBDatabase that store uses.
func connectionOf(t *testing.T, store *Store) js.Value {
	t.Helper()
	seen := evaluate(`(() => {
		const begin = IDBDatabase.prototype.transaction
		const seen = {restore() { IDBDatabase.prototype.transaction = begin }}
		IDBDatabase.prototype.transaction = function (...args) { seen.db = this; return begin.apply(this, args) }
		return seen
	})()`)
	_, err := store.Blocks().Has(t.Context(), blocks.NewBlock(nil).Cid())
	seen.Call("restore")
	if err != nil {
		t.Fatal(err)
	}
	return seen.Get("db")
}

// wantReason checks that store closes, and what it says then.
func wantReason(t *testing.T, store *Store, reasons <-chan error, want error) {
	t.Helper()
	select {
	case reason := <-reasons:
		if !errors.Is(reason, want) || !errors.Is(reason, ErrClosed) {
			t.Errorf("OnClose: got %v; want %v", reason, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("OnClose was not called")
	}
	if err := store.Blocks().Put(t.Context(), blocks.NewBlock(nil)); !errors.Is(err, want) || !errors.Is(err, ErrClosed) {
		t.Errorf("Put: got %v; want %v", err, want)
	}
	if _, _, err := store.Blocks().Stat(t.Context()); !errors.Is(err, want) {
		t.Errorf("Stat: got %v; want %v", err, want)
	}
	if err := store.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	select {
	case reason := <-reasons:
		t.Errorf("OnClose: called again with %v", reason)
	default:
	}
}
