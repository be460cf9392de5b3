package blockstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall/js"
	"testing"
	"time"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/blockstore/internal/idb"
)

// failAt makes the browser's method fail, until the function it returns is
// called. how is "throw", or for commit "abort": the transaction fails later.
func failAt(class, method, how, exception string) (restore func()) {
	patch := evaluate(`((cls, method, how, name) => {
		const proto = globalThis[cls].prototype, own = proto[method]
		const exception = new DOMException('injected', name)
		proto[method] = function (...args) {
			if (how === 'throw') throw exception
			Object.defineProperty(this, 'error', {value: exception})
			this.abort()
		}
		return {restore() { proto[method] = own }}
	})`).Invoke(class, method, how, exception)
	return func() { patch.Call("restore") }
}

// sites are the calls into IndexedDB that a run makes, in order, and one of them
// can be made to fail. A method that is new here is met like the others.
type sites struct{ js js.Value }

func newSites(t *testing.T) sites {
	s := sites{evaluate(`(() => {
		const classes = [IDBFactory.prototype, IDBDatabase.prototype, IDBTransaction.prototype, IDBObjectStore.prototype,
			IDBIndex.prototype, IDBCursor.prototype, IDBKeyRange]
		const owns = []
		let last
		const s = {
			calls: [],
			begin(fail, how, name) { Object.assign(s, { calls: [], armed: true, fail, how, name }) },
			end() { s.armed = false; return s.calls },
			restore() { for (const [target, method, own] of owns) Object.defineProperty(target, method, own) }
		}
		const ways = {
			throw: () => { throw new DOMException('injected', s.name) },
			abort: tx => {
				Object.defineProperty(tx, 'error', { value: new DOMException('injected', s.name) })
				tx.abort()
			},
			hang: tx => { tx.oncomplete = tx.onabort = last.onsuccess = null }
		}
		for (const target of classes) {
			for (const [method, own] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
				if (typeof own.value !== 'function' || method === 'constructor' || method === 'prototype') continue
				owns.push([target, method, own])
				Object.defineProperty(target, method, { ...own, value(...args) {
					if (s.armed) {
						const at = s.calls.push((target[Symbol.toStringTag] ?? target.name) + '.' + method) - 1
						if (at === s.fail) return ways[s.how](this)
					}
					const result = own.value.apply(this, args)
					if (result instanceof IDBRequest) last = result
					return result
				} })
			}
		}
		return s
	})()`)}
	t.Cleanup(func() { s.js.Call("restore") })
	return s
}

// run runs f with the call of that number failing, or none if it is -1, and
// returns the calls made.
func (s sites) run(fail int, how, exception string, f func() error) (calls []string, err error) {
	s.js.Call("begin", fail, how, exception)
	err = f()
	made := s.js.Call("end")
	for i := range made.Length() {
		calls = append(calls, made.Index(i).String())
	}
	return calls, err
}

// faultyOps are what a store can be asked, on one with the block "there" and the
// record "/there". They write the block "small" and the record "/fresh".
func faultyOps(ctx context.Context, store *Store) map[string]func() error {
	bs, records := store.Blocks(), store.Datastore()
	there, small, large := blocks.NewBlock([]byte("there")), blocks.NewBlock([]byte("small")), blocks.NewBlock(make([]byte, checkFrom))
	key, fresh := ds.NewKey("/there"), ds.NewKey("/fresh")
	only := func(_ any, err error) error { return err }
	return map[string]func() error{
		"put":       func() error { return bs.PutMany(ctx, []blocks.Block{small, blocks.NewBlock([]byte("another"))}) },
		"put large": func() error { return bs.Put(ctx, large) },
		"get":       func() error { return only(bs.Get(ctx, there.Cid())) },
		"has":       func() error { return only(bs.Has(ctx, there.Cid())) },
		"delete":    func() error { return bs.DeleteBlock(ctx, there.Cid()) },
		"list":      func() error { return bs.AllSizes(ctx, func(cid.Cid, int) error { return nil }) },
		"count": func() error {
			_, _, err := newStore(store.engine).Blocks().Stat(ctx)
			return err
		},
		"put record":    func() error { return records.Put(ctx, fresh, []byte("fresh")) },
		"get record":    func() error { return only(records.Get(ctx, key)) },
		"delete record": func() error { return records.Delete(ctx, key) },
		"query": func() error {
			results, err := records.Query(ctx, query.Query{})
			if err != nil {
				return err
			}
			return only(results.Rest())
		},
	}
}

// newFaultyStore opens a store of those.
func newFaultyStore(t *testing.T, name string) *Store {
	t.Helper()
	store := mustOpen(t, name, Options{})
	fillFaultyStore(t, store)
	return store
}

// fillFaultyStore also has the store count its blocks, so that writes look at
// what they replace.
func fillFaultyStore(t *testing.T, store *Store) {
	t.Helper()
	if err := errors.Join(
		store.Blocks().Put(t.Context(), blocks.NewBlock([]byte("there"))),
		store.Datastore().Put(t.Context(), ds.NewKey("/there"), []byte("v")),
	); err != nil {
		t.Fatal(err)
	}
	wantUntouched(t, store)
}

// wantUntouched wants what newFaultyStore wrote, and nothing else.
func wantUntouched(t *testing.T, store *Store) {
	t.Helper()
	count, size, err := store.Blocks().Stat(t.Context())
	if count != 1 || size != uint64(len("there")) || err != nil {
		t.Errorf("afterwards got %d blocks of %d bytes, %v; want what was there", count, size, err)
	}
	wantTotals(t, store.Blocks())
	if v, err := store.Datastore().Get(t.Context(), ds.NewKey("/there")); string(v) != "v" || err != nil {
		t.Errorf("afterwards got record %q, %v; want what was there", v, err)
	}
	if has, err := store.Datastore().Has(t.Context(), ds.NewKey("/fresh")); has || err != nil {
		t.Errorf("afterwards got a record that failed to be written, %v", err)
	}
}

// exceptions are those that IndexedDB has, and what they become.
var exceptions = map[string]error{
	"QuotaExceededError":       ErrFull,
	"InvalidStateError":        ErrClosed,
	"AbortError":               &idb.Exception{Name: "AbortError"},
	"UnknownError":             &idb.Exception{Name: "UnknownError"},
	"TransactionInactiveError": &idb.Exception{Name: "TransactionInactiveError"},
	"DataError":                &idb.Exception{Name: "DataError"},
}

// TestBrowserFaults has every call that a store makes to the browser fail in
// every way. That is the error of what met it, and leaves all as it was.
func TestBrowserFaults(t *testing.T) {
	var (
		s    = newSites(t)
		name = freshName(t)
		met  = map[string]bool{}
	)
	for op := range faultyOps(t.Context(), NewMemory()) {
		store := newFaultyStore(t, freshName(t))
		calls, err := s.run(-1, "", "", faultyOps(t.Context(), store)[op])
		store.Close()
		if err != nil || len(calls) < 3 {
			t.Fatalf("%s: got %v, with the calls %q", op, err, calls)
		}
		store = newFaultyStore(t, name)
		for at, site := range calls {
			met[site] = true
			for exception, want := range exceptions {
				hows := []string{"throw"}
				if site == "IDBTransaction.commit" {
					hows = append(hows, "abort")
				}
				for _, how := range hows {
					closed := make(chan error, 1)
					if exception == "InvalidStateError" {
						store.Close()
						store = mustOpen(t, name, Options{OnClose: func(reason error) { closed <- reason }})
						_, _, _ = store.Blocks().Stat(t.Context())
					}
					what := fmt.Sprintf("%s, call %d, %s, %s %s", op, at, site, how, exception)
					_, err := s.run(at, how, exception, faultyOps(t.Context(), store)[op])
					if !errors.Is(err, want) {
						t.Errorf("%s: got %v; want %v", what, err, want)
					}
					if exception == "InvalidStateError" {
						// The connection is lost, and the store with it.
						if reason := <-closed; !errors.Is(reason, ErrCleared) {
							t.Errorf("%s: closed for %v", what, reason)
						}
						store = mustOpen(t, name, Options{})
					}
					if wantUntouched(t, store); t.Failed() {
						t.Fatal(what)
					}
				}
			}
		}
		store.Close()
	}
	// Should this list change, so that a new call can go wrong in a new way.
	want := []string{
		"IDBDatabase.transaction", "IDBKeyRange.bound", "IDBKeyRange.lowerBound", "IDBObjectStore.delete", "IDBObjectStore.get",
		"IDBObjectStore.getAll", "IDBObjectStore.getAllKeys", "IDBObjectStore.getKey", "IDBObjectStore.put",
		"IDBTransaction.commit", "IDBTransaction.objectStore",
	}
	if got := slices.Sorted(maps.Keys(met)); !slices.Equal(got, want) {
		t.Errorf("met the calls %q; want %q", got, want)
	}
}

// TestOpenFaults has every call fail that opening makes. The next Open gets over
// it.
func TestOpenFaults(t *testing.T) {
	s := newSites(t)
	open := func(name string) func() error {
		return func() error {
			store, err := Open(t.Context(), name, Options{})
			if err == nil {
				err = store.Close()
			}
			return err
		}
	}
	calls, err := s.run(-1, "", "", open(freshName(t)))
	if want := []string{
		"IDBFactory.open", "IDBDatabase.createObjectStore", "IDBDatabase.createObjectStore", "IDBDatabase.close",
	}; err != nil || !slices.Equal(calls, want) {
		t.Fatalf("got %v, with the calls %q; want %q", err, calls, want)
	}
	for at, site := range calls[:3] { // closing cannot fail
		for exception := range exceptions {
			name := freshName(t)
			_, err := s.run(at, "throw", exception, open(name))
			if err == nil || at == 0 && exception == "QuotaExceededError" && !errors.Is(err, ErrFull) {
				t.Errorf("%s, %s: got %v", site, exception, err)
			}
			if err := open(name)(); err != nil {
				t.Errorf("%s, %s: with the browser well again: %v", site, exception, err)
			}
		}
	}
}

// TestHungTransaction: a transaction that never ends does not hold up its caller
// for ever, nor those behind it.
func TestHungTransaction(t *testing.T) {
	s := newSites(t)
	for op := range faultyOps(t.Context(), NewMemory()) {
		closed := make(chan error, 1)
		store := mustOpen(t, freshName(t), Options{OnClose: func(reason error) { closed <- reason }})
		store.engine.(*database).dog.tick = 5 * time.Millisecond // before it is awake
		fillFaultyStore(t, store)
		run := faultyOps(t.Context(), store)[op]
		calls, _ := s.run(-1, "", "", run)
		_, err := s.run(slices.Index(calls, "IDBTransaction.commit"), "hang", "", run)
		if !errors.Is(err, ErrClosed) || !errors.Is(err, ErrStuck) {
			t.Errorf("%s: got %v; want ErrStuck", op, err)
		}
		if reason := <-closed; !errors.Is(reason, ErrStuck) {
			t.Errorf("%s: closed for %v", op, reason)
		}
		if err := run(); !errors.Is(err, ErrStuck) {
			t.Errorf("%s again: got %v; want ErrStuck", op, err)
		}
	}
}

// TestQuotaFailsAllThatShared: a transaction without room fails everyone in it
// and writes nothing of anyone.
func TestQuotaFailsAllThatShared(t *testing.T) {
	store := mustOpen(t, freshName(t), Options{})
	made := fakeBlocks(t, 32, 1000)
	restore := failAt("IDBTransaction", "commit", "abort", "QuotaExceededError")
	failed := 0
	eachOf(len(made), len(made), func(i int) {
		if err := store.Blocks().Put(t.Context(), made[i]); errors.Is(err, ErrFull) {
			failed++
		}
	})
	restore()
	if count, _, err := store.Blocks().Stat(t.Context()); failed != len(made) || count != 0 || err != nil {
		t.Errorf("got %d failures and %d blocks, %v; want all and none", failed, count, err)
	}
}

// TestStoredExactly: IndexedDB keeps the buffer behind what it is given, so
// that a value must not be a view.
func TestStoredExactly(t *testing.T) {
	name := freshName(t)
	store := mustOpen(t, name, Options{})
	for _, size := range []int{0, 1, 1000, 70000, 1 << 20, 5 << 20} {
		for _, b := range fakeBlocks(t, 2, size+8) { // the second takes a buffer used before
			if err := store.Blocks().Put(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			got, err := store.Blocks().Get(t.Context(), b.Cid())
			if err != nil || string(got.RawData()) != string(b.RawData()) {
				t.Fatalf("size %d: got other bytes, %v", size, err)
			}
		}
	}
	store.Close()
	db := openRaw(t, name, 1)
	defer db.Call("close")
	bad := settle(t, evaluate(`(async db => {
		const store = db.transaction('blocks').objectStore('blocks')
		const all = r => new Promise(resolve => { r.onsuccess = () => resolve(r.result) })
		const [keys, values] = await Promise.all([all(store.getAllKeys()), all(store.getAll())])
		if (values.length !== 12) return values.length + ' values'
		const bad = values.filter((v, i) => !(v instanceof Uint8Array) || v.byteLength !== v.buffer.byteLength ||
			v.byteLength !== new DataView(keys[i]).getUint32(34))
		return bad.length
	})`).Invoke(db))
	if bad.Type() != js.TypeNumber || bad.Int() != 0 {
		t.Errorf("got %v values that are not exactly as large as their keys say; want none", bad)
	}
}

func TestIndexedDBSharesNothing(t *testing.T) {
	testRecordsAreNotShared(t, mustOpen(t, freshName(t), Options{}))
	testBlocksAreNotShared(t, mustOpen(t, freshName(t), Options{}))
	testQueryPages(t, mustOpen(t, freshName(t), Options{}))
}
