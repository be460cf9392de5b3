package blockstore

import (
	"context"
	"fmt"
	"sync/atomic"
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
