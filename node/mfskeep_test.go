package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// crashed returns a node on the stores of one that does nothing any more, as if
// its process had ended.
func crashed(t *testing.T, cfg node.Config) *node.Node {
	t.Helper()
	return newNode(t, cfg)
}

// TestFilesAreKept wants each change that flushes there after a crash, with all
// before it, and those that do not only after a flush or a close.
func TestFilesAreKept(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		later := func(p string) {
			t.Helper()
			must(t, n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: p, Flush: new(false)}))
		}
		want := func(why string, names ...string) {
			t.Helper()
			if got := listFiles(t, crashed(t, cfg), "/"); !slices.Equal(got, names) {
				t.Errorf("%s: a node that takes over has %q; want %q", why, got, names)
			}
		}
		later("/a")
		want("not flushed")
		mkdir(t, n, "/b")
		want("the next one flushed", "a", "b")
		later("/c")
		if got := listFiles(t, n, "/"); len(got) != 3 {
			t.Errorf("before it is kept there is %q", got)
		}
		_, err := n.FilesFlush(t.Context(), "/a")
		must(t, err)
		want("flushed by itself", "a", "b", "c")
		must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/a", "/b", "/c"}, Recursive: true, Flush: new(false)}))
		later("/d")
		must(t, n.Close())
		want("closed", "d")
	})
}

// TestFilesAfterEachCrash has the stores fail from some write on, each one in its
// turn, and wants the tree of a node that takes over to be that of the last
// change acknowledged, or of the one under way, and whole.
func TestFilesAfterEachCrash(t *testing.T) {
	down := errors.New("the power is off")
	steps := []func(ctx context.Context, n *node.Node) error{
		func(ctx context.Context, n *node.Node) error {
			return n.FilesWrite(ctx, bytes.NewReader(noise(600_000)), nodeapi.FilesWriteRequest{Path: "/a/f", Create: true, Parents: true})
		},
		func(ctx context.Context, n *node.Node) error {
			return n.FilesCopy(ctx, nodeapi.FilesCopyRequest{From: []string{"/a"}, To: "/b"})
		},
		func(ctx context.Context, n *node.Node) error {
			return n.FilesWrite(ctx, strings.NewReader("other"), nodeapi.FilesWriteRequest{Path: "/b/f", Offset: 300_000})
		},
		func(ctx context.Context, n *node.Node) error {
			return n.FilesMove(ctx, nodeapi.FilesMoveRequest{From: []string{"/a/f"}, To: "/c"})
		},
		func(ctx context.Context, n *node.Node) error {
			return n.FilesRemove(ctx, nodeapi.FilesRemoveRequest{Paths: []string{"/b"}, Recursive: true})
		},
	}
	for last := 0; ; last++ {
		cfg := plainConfig()
		stored := cfg
		writes := 0
		count := func() error {
			if writes++; writes > last {
				return down
			}
			return nil
		}
		w := watch(cfg.Blockstore)
		cfg.Blockstore = w
		d := &failingDatastore{Batching: cfg.Datastore}
		cfg.Datastore = d
		n, err := node.New(t.Context(), cfg)
		must(t, err)
		w.setHook(func(op string) error {
			if op == "put" {
				return count()
			}
			return nil
		})
		d.put = count
		kept, next := emptyRoot, ""
		done := 0
		for _, step := range steps {
			if next = ""; step(t.Context(), n) != nil {
				next = rootAfter(t, steps[:done+1])
				break
			}
			done++
			kept = statFile(t, n, "/").Cid.String()
		}
		after := crashed(t, stored)
		if got := statFile(t, after, "/").Cid.String(); got != kept && got != next {
			t.Errorf("the power off at write %d: the tree is %s; want %s, or %s", last, got, kept, next)
		}
		readTree(t, after, "/")
		w.setHook(func(string) error { return nil })
		d.put = nil
		must(t, n.Close())
		if done == len(steps) {
			t.Logf("%d writes", writes)
			return
		}
	}
}

// rootAfter returns the root after steps in a tree of its own.
func rootAfter(t *testing.T, steps []func(context.Context, *node.Node) error) string {
	t.Helper()
	n := newNode(t, newConfig())
	for _, step := range steps {
		must(t, step(t.Context(), n))
	}
	return statFile(t, n, "/").Cid.String()
}

// readTree reads all that is at and below a path.
func readTree(t testing.TB, n *node.Node, p string) {
	t.Helper()
	if statFile(t, n, p).Type == "file" {
		readFile(t, n, p)
		return
	}
	for _, name := range listFiles(t, n, p) {
		readTree(t, n, path.Join(p, name))
	}
}

// A failingDatastore asks before each write whether it fails. It may have been
// made all the same.
type failingDatastore struct {
	ds.Batching

	put func() error
	// late has a write that fails made before.
	late bool
	gets []ds.Key
}

func (d *failingDatastore) Put(ctx context.Context, key ds.Key, value []byte) error {
	if d.put != nil {
		if err := d.put(); err != nil {
			if d.late {
				return errors.Join(d.Batching.Put(ctx, key, value), err)
			}
			return err
		}
	}
	return d.Batching.Put(ctx, key, value)
}

func (d *failingDatastore) Get(ctx context.Context, key ds.Key) ([]byte, error) {
	d.gets = append(d.gets, key)
	return d.Batching.Get(ctx, key)
}

// TestFilesKeepFails wants the tree as it was if its root cannot be kept, and
// what the datastore may have nevertheless not collected.
func TestFilesKeepFails(t *testing.T) {
	for _, late := range []bool{false, true} {
		cfg := newConfig()
		stored := cfg
		d := &failingDatastore{Batching: cfg.Datastore, late: late}
		cfg.Datastore = d
		n := newNode(t, cfg)
		writeFile(t, n, "/a", []byte("a"))
		before := statFile(t, n, "/").Cid
		d.put = func() error { return errors.New("the disk is gone") }
		err := n.FilesWrite(t.Context(), strings.NewReader("b"), nodeapi.FilesWriteRequest{Path: "/b", Create: true})
		wantCode(t, "a write", err, nodeapi.CodeStorageFailed)
		if got := statFile(t, n, "/").Cid; got != before {
			t.Errorf("the root was %s and is %s", before, got)
		}
		gc(t, n)
		readTree(t, crashed(t, stored), "/")
		d.put = nil
		mkdir(t, n, "/c")
		if got := strings.Join(listFiles(t, crashed(t, stored), "/"), " "); got != "a c" {
			t.Errorf("after another change there is %q; want a and c", got)
		}
	}
}

// TestFilesFull wants a full repo to refuse writes, lose nothing and go on once
// there is room.
func TestFilesFull(t *testing.T) {
	cfg := newConfig()
	cfg.StorageMax = 1 << 20
	n := newNode(t, cfg)
	writeFile(t, n, "/a", noise(400_000))
	root := statFile(t, n, "/").Cid
	write := func() error {
		return n.FilesWrite(t.Context(), bytes.NewReader(noise(2<<20)), nodeapi.FilesWriteRequest{Path: "/a", Offset: 400_000})
	}
	wantCode(t, "a write", write(), nodeapi.CodeStorageFull, "kind", "storageMax")
	if got := statFile(t, n, "/").Cid; got != root || !bytes.Equal(readFile(t, n, "/a"), noise(400_000)) {
		t.Errorf("the root was %s and is %s", root, got)
	}
	gc(t, n)
	must(t, n.FilesWrite(t.Context(), bytes.NewReader(noise(400_000)), nodeapi.FilesWriteRequest{Path: "/b", Create: true}))
	must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/a"}}))
	gc(t, n)
	must(t, n.FilesWrite(t.Context(), bytes.NewReader(noise(400_001)), nodeapi.FilesWriteRequest{Path: "/c", Create: true}))
	readTree(t, n, "/")
}

// TestFilesMakeRoom has garbage collected by a write that finds no room, which
// keeps what it has written so far and all that is in the tree.
func TestFilesMakeRoom(t *testing.T) {
	cfg := newConfig()
	cfg.StorageMax, cfg.StorageGCWatermark = 4<<20, 100
	n := newNode(t, cfg)
	for i := range 12 {
		data := fmt.Append(noise(700_000), i)
		data[0], data[300_000], data[600_000] = byte(i), byte(i), byte(i)
		must(t, n.FilesWrite(t.Context(), bytes.NewReader(data), nodeapi.FilesWriteRequest{Path: "/f", Create: true, Truncate: true}))
		if got := readFile(t, n, "/f"); !bytes.Equal(got, data) {
			t.Fatalf("round %d: read other bytes", i)
		}
	}
}

// TestFilesCostNothingUnused wants nothing of the tree read or made by a node
// that starts, works and ends without it.
func TestFilesCostNothingUnused(t *testing.T) {
	cfg := newConfig()
	d := &failingDatastore{Batching: cfg.Datastore}
	cfg.Datastore = d
	n, err := node.New(t.Context(), cfg)
	must(t, err)
	if got := repoStat(t, n).NumObjects; got != 0 {
		t.Errorf("a new node has %d blocks", got)
	}
	must(t, n.Close())
	if slices.Contains(d.gets, ds.NewKey("/local/filesroot")) {
		t.Error("the root was read")
	}
}

// TestFilesOfACorruptRoot wants it told, not replaced by an empty one.
func TestFilesOfACorruptRoot(t *testing.T) {
	for _, value := range [][]byte{{}, []byte("no CID"), cid.MustParse(emptyRoot).Bytes()} {
		cfg := newConfig()
		must(t, cfg.Datastore.Put(t.Context(), ds.NewKey("/local/filesroot"), value))
		n := newNode(t, cfg)
		err := n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: "/a"})
		if code := nodeapi.CodeOf(err); code != nodeapi.CodeStorageFailed && code != nodeapi.CodeNotFound {
			t.Errorf("with a root of %q: got %v", value, err)
		}
		after, err := cfg.Datastore.Get(t.Context(), ds.NewKey("/local/filesroot"))
		if err != nil || !bytes.Equal(after, value) {
			t.Errorf("the root %q was replaced by %q, %v", value, after, err)
		}
	}
}
