package node_test

import (
	"bytes"
	"context"
	"io"
	"iter"
	"testing"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// newConfig returns a configuration over empty stores in memory.
func newConfig() node.Config {
	return node.Config{
		Blockstore: blockstore.NewBlockstore(dssync.MutexWrap(ds.NewMapDatastore())),
		Datastore:  dssync.MutexWrap(ds.NewMapDatastore()),
	}
}

func newNode(t testing.TB, cfg node.Config) *node.Node {
	t.Helper()
	n, err := node.New(t.Context(), cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return n
}

// source makes the source of an add.
func source(entries ...nodeapi.AddEntry) iter.Seq2[nodeapi.AddEntry, error] {
	return func(yield func(nodeapi.AddEntry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func file(path string, data []byte) nodeapi.AddEntry {
	return nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: path}, Content: bytes.NewReader(data)}
}

// add adds entries and returns what was added, in order.
func add(t testing.TB, n *node.Node, opts nodeapi.AddOptions, entries ...nodeapi.AddEntry) []nodeapi.Added {
	t.Helper()
	added, err := tryAdd(t.Context(), n, opts, source(entries...))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	return added
}

func tryAdd(ctx context.Context, n *node.Node, opts nodeapi.AddOptions, src iter.Seq2[nodeapi.AddEntry, error]) ([]nodeapi.Added, error) {
	var added []nodeapi.Added
	for event, err := range n.Add(ctx, src, opts) {
		if err != nil {
			return added, err
		}
		if event.Added != nil {
			added = append(added, *event.Added)
		}
	}
	return added, nil
}

// addFile adds one nameless file.
func addFile(t testing.TB, n *node.Node, opts nodeapi.AddOptions, data []byte) cid.Cid {
	t.Helper()
	added := add(t, n, opts, file("", data))
	if len(added) != 1 {
		t.Fatalf("Add told of %d entries; want 1", len(added))
	}
	return added[0].Cid
}

// cat reads a file whole.
func cat(t testing.TB, n *node.Node, path string) []byte {
	t.Helper()
	data, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: path})
	if err != nil {
		t.Fatalf("Cat %s: %v", path, err)
	}
	return data
}

func tryCat(ctx context.Context, n *node.Node, req nodeapi.CatRequest) ([]byte, error) {
	r, err := n.Cat(ctx, req)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
