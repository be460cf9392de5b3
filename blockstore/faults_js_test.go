package blockstore

import (
	"errors"
	"syscall/js"
	"testing"

	blocks "github.com/ipfs/go-block-format"
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

// TestBrowserFaults: whatever the browser throws, or fails with, is the error of
// the call that met it, and leaves everything as it was.
func TestBrowserFaults(t *testing.T) {
	store := mustOpen(t, freshName(t), Options{})
	bs, records := store.Blocks(), store.Datastore()
	there, small, large := blocks.NewBlock([]byte("there")), blocks.NewBlock([]byte("small")), blocks.NewBlock(make([]byte, checkFrom))
	key, fresh := ds.NewKey("/there"), ds.NewKey("/fresh")
	if err := errors.Join(bs.Put(t.Context(), there), records.Put(t.Context(), key, []byte("v"))); err != nil {
		t.Fatal(err)
	}
	only := func(_ any, err error) error { return err }
	ops := map[string]func() error{
		"put": func() error {
			return bs.PutMany(t.Context(), []blocks.Block{small, blocks.NewBlock([]byte("another"))})
		},
		"put large": func() error { return bs.Put(t.Context(), large) },
		"get":       func() error { return only(bs.Get(t.Context(), there.Cid())) },
		"has":       func() error { return only(bs.Has(t.Context(), there.Cid())) },
		"delete":    func() error { return bs.DeleteBlock(t.Context(), there.Cid()) },
		"list":      func() error { return only(0, only2(bs.Stat(t.Context()))) },
		"put record": func() error {
			return records.Put(t.Context(), fresh, []byte("fresh"))
		},
		"query": func() error {
			results, err := records.Query(t.Context(), query.Query{})
			if err != nil {
				return err
			}
			return only(results.Rest())
		},
	}
	all := []string{"put", "put large", "get", "has", "delete", "list", "put record", "query"}
	writes := []string{"put", "put large", "delete", "put record"}
	for _, site := range []struct {
		class, method, how string
		ops                []string
	}{
		{"IDBDatabase", "transaction", "throw", all},
		{"IDBTransaction", "objectStore", "throw", all},
		{"IDBTransaction", "commit", "throw", all},
		{"IDBTransaction", "commit", "abort", writes},
		{"IDBTransaction", "commit", "abort", []string{"get", "has", "list", "query"}},
		{"IDBObjectStore", "put", "throw", []string{"put", "put large", "put record"}},
		{"IDBObjectStore", "delete", "throw", []string{"delete"}},
		{"IDBObjectStore", "get", "throw", []string{"get"}},
		{"IDBObjectStore", "getKey", "throw", []string{"has", "put large"}},
		{"IDBObjectStore", "getAllKeys", "throw", []string{"list", "query"}},
		{"IDBObjectStore", "getAll", "throw", []string{"query"}},
	} {
		for _, op := range site.ops {
			for exception, want := range map[string]error{
				"QuotaExceededError": ErrFull,
				"InvalidStateError":  ErrClosed,
				"DataError":          &idb.Exception{Name: "DataError"},
			} {
				t.Run(op+"/"+site.class+"."+site.method+" "+site.how+" "+exception, func(t *testing.T) {
					restore := failAt(site.class, site.method, site.how, exception)
					err := ops[op]()
					restore()
					if !errors.Is(err, want) {
						t.Errorf("got %v; want %v", err, want)
					}
					count, size, err := bs.Stat(t.Context())
					if count != 1 || size != uint64(len("there")) || err != nil {
						t.Errorf("afterwards got %d blocks of %d bytes, %v; want what was there", count, size, err)
					}
					has, err := records.Has(t.Context(), fresh)
					if has || err != nil {
						t.Errorf("afterwards got a record that failed to be written, %v", err)
					}
				})
			}
		}
	}
	// The store is as good as new.
	if err := errors.Join(bs.Put(t.Context(), small), records.Put(t.Context(), fresh, nil)); err != nil {
		t.Errorf("with the browser well again: %v", err)
	}
}

func only2(_, _ uint64, err error) error { return err }

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
