package blockstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall/js"
	"testing"
	"time"

	goidb "github.com/hack-pad/go-indexeddb/idb"
)

var databases atomic.Int64

// FreshName is freshName, for tests outside of the package.
var FreshName = freshName

// freshName is the name of a database that does not exist, and is deleted at
// the end of the test.
func freshName(t testing.TB) string {
	name := fmt.Sprintf("test-%d-%d", time.Now().UnixMilli(), databases.Add(1))
	t.Cleanup(func() { deleteDatabase(t, name) })
	return name
}

// deleteDatabase fails if a connection is left open.
func deleteDatabase(t testing.TB, name string) {
	t.Helper()
	req, err := goidb.Global().DeleteDatabase(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := req.Await(ctx); err != nil || ctx.Err() != nil {
		t.Fatalf("deleting %s: %v, %v", name, err, ctx.Err())
	}
}

func mustOpen(t testing.TB, name string, o Options) *Store {
	t.Helper()
	store, err := Open(context.Background(), name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// openRaw opens a database by other means. The connection stays open until it
// is closed. A database it makes has no object stores.
func openRaw(t testing.TB, name string, version int) js.Value {
	t.Helper()
	return settle(t, evaluate(`((name, version) => new Promise((resolve, reject) => {
		const r = indexedDB.open(name, version)
		r.onsuccess = () => resolve(r.result)
		r.onerror = () => reject(r.error)
	}))`).Invoke(name, version))
}

// evaluate runs JavaScript, which only tests may.
func evaluate(source string) js.Value { return js.Global().Call("eval", source) }

// settle waits for a promise.
func settle(t testing.TB, promise js.Value) js.Value {
	t.Helper()
	type outcome struct {
		value js.Value
		ok    bool
	}
	settled := make(chan outcome, 1)
	tell := func(ok bool) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			settled <- outcome{args[0], ok}
			return nil
		})
	}
	resolved, rejected := tell(true), tell(false)
	defer resolved.Release()
	defer rejected.Release()
	promise.Call("then", resolved, rejected)
	o := <-settled
	if !o.ok {
		t.Fatalf("promise: %s", js.Global().Call("String", o.value).String())
	}
	return o.value
}
