package blockstore

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
	dstest "github.com/ipfs/go-datastore/test"
)

func TestMemoryDatastore(t *testing.T) { testDatastore(t, NewMemory()) }

// testDatastore runs go-datastore's own suite, with -short without the thousand
// combinations of queries, which take a minute in a browser.
func testDatastore(t *testing.T, store *Store) {
	defer store.Close()
	count, subtests := dstest.ElemCount, dstest.BasicSubtests
	defer func() { dstest.ElemCount, dstest.BasicSubtests = count, subtests }()
	dstest.ElemCount = 20 // the least it takes
	if testing.Short() {
		dstest.BasicSubtests = slices.DeleteFunc(slices.Clone(subtests), isCombinations)
	}
	dstest.SubtestAll(t, store.Datastore())
}

func isCombinations(f func(*testing.T, ds.Datastore)) bool {
	return reflect.ValueOf(f).Pointer() == reflect.ValueOf(dstest.SubtestCombinations).Pointer()
}

func TestRecordsAreNotShared(t *testing.T) { testRecordsAreNotShared(t, NewMemory()) }

// testRecordsAreNotShared: what goes in and what comes out are copies.
func testRecordsAreNotShared(t *testing.T, store *Store) {
	defer store.Close()
	d, key, inBatch := store.Datastore(), ds.NewKey("/put"), ds.NewKey("/batched")
	value := []byte("value")
	batch, err := d.Batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Put(t.Context(), key, value), batch.Put(t.Context(), inBatch, value)); err != nil {
		t.Fatal(err)
	}
	value[0] = 'X'
	if err := batch.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, k := range []ds.Key{key, inBatch} {
			got, err := d.Get(t.Context(), k)
			if err != nil || string(got) != "value" {
				t.Errorf("%s: got %q, %v; want what was put", k, got, err)
			}
			clear(got)
		}
	}
}

func TestBatchKeepsOrder(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	d, a, b := store.Datastore(), ds.NewKey("/a"), ds.NewKey("/b")
	batch, err := d.Batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		batch.Put(t.Context(), a, []byte("1")), batch.Delete(t.Context(), a), batch.Put(t.Context(), a, []byte("22")),
		batch.Put(t.Context(), b, []byte("1")), batch.Delete(t.Context(), b),
	)
	if err != nil {
		t.Fatal(err)
	}
	if has, _ := d.Has(t.Context(), a); has {
		t.Error("a record is there before Commit")
	}
	if err := batch.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if size, err := d.GetSize(t.Context(), a); size != 2 || err != nil {
		t.Errorf("got size %d, %v; want that of the last put", size, err)
	}
	if has, err := d.Has(t.Context(), b); has || err != nil {
		t.Errorf("got %v, %v; want the record deleted last to be gone", has, err)
	}
}

func TestTooLarge(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	value := make([]byte, MaxValue+1)
	batch, err := store.Datastore().Batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]error{
		"Put":       store.Datastore().Put(t.Context(), ds.NewKey("/a"), value),
		"Batch.Put": batch.Put(t.Context(), ds.NewKey("/a"), value),
	} {
		if !errors.Is(put, ErrTooLarge) {
			t.Errorf("%s: got %v; want ErrTooLarge", name, put)
		}
	}
}

func TestQueryPages(t *testing.T) { testQueryPages(t, NewMemory()) }

// testQueryPages: more records than are read at a time, while some of them go
// and come.
func testQueryPages(t *testing.T, store *Store) {
	defer store.Close()
	d := store.Datastore()
	const n = 3*queryPage + 7
	key := func(i int) ds.Key { return ds.NewKey(fmt.Sprintf("/in/%05d", i)) }
	batch, err := d.Batch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		err = errors.Join(err, batch.Put(t.Context(), key(i), fmt.Append(nil, i)))
	}
	err = errors.Join(err, batch.Put(t.Context(), ds.NewKey("/in"), nil), batch.Put(t.Context(), ds.NewKey("/in0"), nil))
	if err := errors.Join(err, batch.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	next := 0
	for entry, err := range ds.QueryIter(t.Context(), d, query.Query{Prefix: "/in", Orders: []query.Order{query.OrderByKey{}}}) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.Key == "/in/00000new" {
			t.Error("got a record that came behind the reader")
		}
		if entry.Key != key(next).String() || !bytes.Equal(entry.Value, fmt.Append(nil, next)) {
			t.Fatalf("got %s=%s; want %s", entry.Key, entry.Value, key(next))
		}
		if next++; next == queryPage+1 {
			err := errors.Join(
				d.Delete(t.Context(), key(0)),
				d.Put(t.Context(), ds.NewKey("/in/00000new"), nil),
				d.Put(t.Context(), key(2*queryPage+1), fmt.Append(nil, 2*queryPage+1)),
			)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if next != n {
		t.Errorf("got %d records; want %d", next, n)
	}
}

func TestQuerySizes(t *testing.T) {
	store := NewMemory()
	defer store.Close()
	if err := store.Datastore().Put(t.Context(), ds.NewKey("/a"), []byte("four")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		q         query.Query
		wantSize  int
		wantValue string
	}{
		{query.Query{}, 4, "four"},
		{query.Query{KeysOnly: true}, -1, ""},
		{query.Query{KeysOnly: true, ReturnsSizes: true}, 4, ""},
	} {
		results, err := store.Datastore().Query(t.Context(), tc.q)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := results.Rest()
		if err != nil || len(entries) != 1 {
			t.Fatalf("%s: got %v, %v", tc.q, entries, err)
		}
		if e := entries[0]; e.Size != tc.wantSize || string(e.Value) != tc.wantValue {
			t.Errorf("%s: got size %d, value %q; want %d, %q", tc.q, e.Size, e.Value, tc.wantSize, tc.wantValue)
		}
	}
}
