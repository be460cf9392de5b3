package node_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func put(key, value string) nodeapi.DatastoreWrite {
	return nodeapi.DatastoreWrite{DatastoreChange: nodeapi.DatastoreChange{Key: key}, Value: []byte(value)}
}

func remove(key string) nodeapi.DatastoreWrite {
	return nodeapi.DatastoreWrite{DatastoreChange: nodeapi.DatastoreChange{Key: key, Delete: true}}
}

// found asks a query and returns what it yields.
func found(t *testing.T, n *node.Node, q nodeapi.DatastoreQuery) map[string]string {
	t.Helper()
	entries := map[string]string{}
	for entry, err := range n.DatastoreQuery(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		entries[entry.Key] = string(entry.Value)
	}
	return entries
}

// What applications keep is there after a restart, and apart from the node's own.
func TestDatastore(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		ctx := t.Context()
		writes := []nodeapi.DatastoreWrite{
			put("/a/b", "1"), put("/ab", "2"), put("/a/c", "3"), put("/c", ""), put("/d", "gone"), remove("/d"), remove("/e"),
		}
		if err := n.DatastoreBatch(ctx, writes); err != nil {
			t.Fatal(err)
		}
		again := newNode(t, cfg)
		for _, test := range []struct {
			prefix string
			want   map[string]string
		}{
			{"", map[string]string{"/a/b": "1", "/ab": "2", "/a/c": "3", "/c": ""}},
			{"/", map[string]string{"/a/b": "1", "/ab": "2", "/a/c": "3", "/c": ""}},
			{"/a", map[string]string{"/a/b": "1", "/ab": "2", "/a/c": "3"}},
			{"/a/", map[string]string{"/a/b": "1", "/a/c": "3"}},
			{"/a/b", map[string]string{"/a/b": "1"}},
			{"/a/b/", map[string]string{}},
			{"a", map[string]string{}},
		} {
			if got := found(t, again, nodeapi.DatastoreQuery{Prefix: test.prefix}); !maps.Equal(got, test.want) {
				t.Errorf("prefix %q: got %v; want %v", test.prefix, got, test.want)
			}
			got := slices.Sorted(maps.Keys(found(t, again, nodeapi.DatastoreQuery{Prefix: test.prefix, KeysOnly: true})))
			if want := slices.Sorted(maps.Keys(test.want)); !slices.Equal(got, want) {
				t.Errorf("keys with the prefix %q: got %v; want %v", test.prefix, got, want)
			}
		}
		if value, err := again.DatastoreGet(ctx, "/a/b"); err != nil || !bytes.Equal(value, []byte("1")) {
			t.Errorf("got %q, %v", value, err)
		}
		if has, err := again.DatastoreHas(ctx, "/c"); err != nil || !has {
			t.Errorf("an empty value: got %v, %v; want it to be there", has, err)
		}
		if has, err := again.DatastoreHas(ctx, "/d"); err != nil || has {
			t.Errorf("what was removed: got %v, %v", has, err)
		}
		_, err := again.DatastoreGet(ctx, "/d")
		wantCode(t, "DatastoreGet", err, nodeapi.CodeNoSuchRecord, "key", "/d")
	})
}

// Applications can neither see nor change what the node keeps for itself.
func TestDatastoreIsApart(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	const key = "/identity/private"
	if has, err := n.DatastoreHas(t.Context(), key); err != nil || has {
		t.Errorf("the node's key is to be seen: %v, %v", has, err)
	}
	before, err := cfg.Datastore.Get(t.Context(), ds.NewKey(key))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.DatastoreBatch(t.Context(), []nodeapi.DatastoreWrite{put(key, "mine"), remove("/repo/version")}); err != nil {
		t.Fatal(err)
	}
	after, err := cfg.Datastore.Get(t.Context(), ds.NewKey(key))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the node's key was changed (%v)", err)
	}
	newNode(t, cfg)
}

// A query is left at any record, with others still to come.
func TestDatastoreQueryLeft(t *testing.T) {
	n := newNode(t, newConfig())
	var writes []nodeapi.DatastoreWrite
	for i := range 100 {
		writes = append(writes, put(fmt.Sprintf("/k/%d", i), "v"))
	}
	if err := n.DatastoreBatch(t.Context(), writes); err != nil {
		t.Fatal(err)
	}
	for _, err := range n.DatastoreQuery(t.Context(), nodeapi.DatastoreQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if got := found(t, n, nodeapi.DatastoreQuery{}); len(got) != 100 {
		t.Errorf("got %d records; want 100", len(got))
	}
}
