package node_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"testing"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// newConfig returns a configuration over an empty store in memory.
func newConfig() node.Config {
	s := blockstore.NewMemory()
	return node.Config{
		Blockstore:  s.Blocks(),
		Datastore:   s.Datastore(),
		FullError:   blockstore.ErrFull,
		ClosedError: blockstore.ErrClosed,
	}
}

// plainConfig is one over stores that have no powers beside those of boxo's
// interface.
func plainConfig() node.Config {
	return node.Config{
		Blockstore: bstore.NewBlockstore(dssync.MutexWrap(ds.NewMapDatastore())),
		Datastore:  dssync.MutexWrap(ds.NewMapDatastore()),
	}
}

// eachStore runs a test over both.
func eachStore(t *testing.T, test func(*testing.T, node.Config)) {
	t.Helper()
	t.Run("store with powers", func(t *testing.T) { test(t, newConfig()) })
	t.Run("plain store", func(t *testing.T) { test(t, plainConfig()) })
}

// wantCode checks an error's code and that its details name these values.
func wantCode(t testing.TB, what string, err error, code nodeapi.Code, details ...any) {
	t.Helper()
	var coded *nodeapi.Error
	if !errors.As(err, &coded) {
		t.Errorf("%s: got error %v; want code %q", what, err, code)
		return
	}
	if coded.Code != code {
		t.Errorf("%s: got code %q (%v); want %q", what, coded.Code, err, code)
	}
	for i := 0; i < len(details); i += 2 {
		name := details[i].(string)
		if got := coded.Details[name]; got != details[i+1] {
			t.Errorf("%s: details say %s is %v; want %v", what, name, got, details[i+1])
		}
	}
}

// wantAfterGC checks that a collection leaves so many blocks.
func wantAfterGC(t testing.TB, n *node.Node, blocks uint64) {
	t.Helper()
	for _, err := range n.RepoGC(t.Context()) {
		if err != nil {
			t.Fatalf("RepoGC: %v", err)
		}
	}
	if stat := repoStat(t, n); stat.NumObjects != blocks {
		t.Errorf("after garbage collection there are %d blocks; want %d", stat.NumObjects, blocks)
	}
}

func repoStat(t testing.TB, n *node.Node) nodeapi.RepoStat {
	t.Helper()
	stat, err := n.RepoStat(t.Context())
	if err != nil {
		t.Fatalf("RepoStat: %v", err)
	}
	return stat
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

// soon returns a context for what is to take little time.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for ctx := soon(t); !is(); time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
