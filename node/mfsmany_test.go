package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// TestFilesOfManyClients has eight change one tree at the same time, in
// directories of their own, in one directory and in one file, and wants each
// change in it in the end, here and after a crash.
func TestFilesOfManyClients(t *testing.T) {
	const clients, rounds, piece = 8, 12, 50_000
	cfg := newConfig()
	n := newNode(t, cfg)
	writeFile(t, n, "/one", nil)
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for round := range rounds {
				if err := changeAll(t.Context(), n, client, round, piece); err != nil {
					t.Errorf("client %d, round %d: %v", client, round, err)
				}
			}
		})
	}
	wg.Wait()
	for _, n := range []*node.Node{n, crashed(t, cfg)} {
		if got := len(listFiles(t, n, "/shared")); got != clients*rounds {
			t.Errorf("the shared directory has %d entries; want %d", got, clients*rounds)
		}
		one := readFile(t, n, "/one")
		for client := range clients {
			if got := len(listFiles(t, n, fmt.Sprint("/own/", client))); got != rounds {
				t.Errorf("client %d has %d files; want %d", client, got, rounds)
			}
			for round := range rounds {
				at := (client*rounds + round) * piece
				if len(one) < at+piece || !bytes.Equal(one[at:at+piece], pieceOf(client, round, piece)) {
					t.Errorf("what client %d wrote into the file in round %d is lost", client, round)
				}
			}
		}
	}
}

func pieceOf(client, round, size int) []byte {
	return bytes.Repeat([]byte{byte(client + 1), byte(round + 1)}, size/2)
}

// changeAll makes a round's changes of a client.
func changeAll(ctx context.Context, n *node.Node, client, round, piece int) error {
	name := fmt.Sprintf("%d-%d", client, round)
	own := fmt.Sprintf("/own/%d/%d", client, round)
	return errors.Join(
		n.FilesWrite(ctx, strings.NewReader(name), nodeapi.FilesWriteRequest{Path: own, Create: true, Parents: true}),
		n.FilesCopy(ctx, nodeapi.FilesCopyRequest{From: []string{own}, To: "/tmp" + name, Flush: new(false)}),
		n.FilesMove(ctx, nodeapi.FilesMoveRequest{From: []string{"/tmp" + name}, To: "/shared/" + name, Parents: true}),
		n.FilesWrite(ctx, bytes.NewReader(pieceOf(client, round, piece)), nodeapi.FilesWriteRequest{
			Path: "/one", Offset: uint64(client*12+round) * uint64(piece), Flush: new(false),
		}),
		n.FilesTouch(ctx, nodeapi.FilesTouchRequest{Path: own}),
	)
}

// TestFilesStalledWrite wants a write whose source stalls to hold up nobody, to
// lose nothing to a collection, and to have the changes made to its file
// meanwhile in it.
func TestFilesStalledWrite(t *testing.T) {
	n := newNode(t, newConfig())
	old := noise(8 << 20)
	writeFile(t, n, "/f", old)
	data := bytes.Repeat([]byte("new"), 2<<20)
	stalled, goOn := make(chan struct{}), make(chan struct{})
	src := &stallingReader{Reader: bytes.NewReader(data), after: 5 << 20, stalled: stalled, goOn: goOn}
	result := make(chan error, 1)
	go func() {
		result <- n.FilesWrite(t.Context(), src, nodeapi.FilesWriteRequest{Path: "/f", Offset: 1 << 20})
	}()
	<-stalled
	if got := readFile(t, n, "/f"); !bytes.Equal(got, old) {
		t.Error("the file changed before the write came to its end")
	}
	must(t, n.FilesWrite(t.Context(), strings.NewReader("meanwhile"), nodeapi.FilesWriteRequest{Path: "/f", Offset: 10}))
	mkdir(t, n, "/d")
	gc(t, n)
	close(goOn)
	must(t, <-result)
	want := append(append(bytes.Clone(old[:1<<20]), data...), old[1<<20+len(data):]...)
	copy(want[10:], "meanwhile")
	if got := readFile(t, n, "/f"); !bytes.Equal(got, want) {
		t.Error("the file has not what both wrote")
	}
	readTree(t, n, "/")
}

// TestFilesWriteAmongMany wants the same file whatever pieces it comes in, and
// however little memory a write has because many others are under way.
func TestFilesWriteAmongMany(t *testing.T) {
	n := newNode(t, newConfig())
	data := noise(5<<20 + 77)
	write := func(p string, r io.Reader) string {
		t.Helper()
		must(t, n.FilesWrite(t.Context(), bytes.NewReader(data[:400_000]), nodeapi.FilesWriteRequest{Path: p, Create: true}))
		must(t, n.FilesWrite(t.Context(), r, nodeapi.FilesWriteRequest{Path: p, Offset: 100_000}))
		return statFile(t, n, p).Cid.String()
	}
	want := write("/alone", bytes.NewReader(data))
	goOn := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 40 {
		stalled := make(chan struct{})
		wg.Go(func() {
			src := &stallingReader{Reader: bytes.NewReader(data[:100]), stalled: stalled, goOn: goOn}
			if err := n.FilesWrite(t.Context(), src, nodeapi.FilesWriteRequest{Path: fmt.Sprint("/", i), Create: true}); err != nil {
				t.Errorf("FilesWrite: %v", err)
			}
		})
		<-stalled
	}
	for i, r := range []io.Reader{bytes.NewReader(data), iotest.HalfReader(bytes.NewReader(data))} {
		if got := write(fmt.Sprint("/among", i), r); got != want {
			t.Errorf("reader %d: the file is %s; alone it was %s", i, got, want)
		}
	}
	close(goOn)
	wg.Wait()
}

// TestFilesWriteOfARemovedFile removes the file under a write, and has what was
// in it collected.
func TestFilesWriteOfARemovedFile(t *testing.T) {
	for _, create := range []bool{false, true} {
		n := newNode(t, newConfig())
		writeFile(t, n, "/f", noise(3<<20))
		stalled, goOn := make(chan struct{}), make(chan struct{})
		src := &stallingReader{Reader: bytes.NewReader(noise(1 << 20)), after: 1 << 19, stalled: stalled, goOn: goOn}
		result := make(chan error, 1)
		go func() {
			result <- n.FilesWrite(t.Context(), src, nodeapi.FilesWriteRequest{Path: "/f", Offset: 5, Create: create})
		}()
		<-stalled
		must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/f"}}))
		gc(t, n)
		close(goOn)
		err := <-result
		if !create {
			wantCode(t, "a write into what is gone", err, nodeapi.CodeNoLink)
			continue
		}
		must(t, err)
		if got := readFile(t, n, "/f"); !bytes.Equal(got, append(make([]byte, 5), noise(1<<20)...)) {
			t.Errorf("the file has %d bytes that are not those written after zeros", len(got))
		}
	}
}

// TestFilesEndOfContext wants calls to return when their context ends, changes
// undone, and the next to go on.
func TestFilesEndOfContext(t *testing.T) {
	n := newNode(t, newConfig())
	writeFile(t, n, "/f", noise(3<<20))
	root := statFile(t, n, "/").Cid
	ctx, cancel := context.WithCancel(t.Context())
	src := readerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil // for ever
	})
	err := n.FilesWrite(ctx, src, nodeapi.FilesWriteRequest{Path: "/f"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a write: got %v", err)
	}
	// Zeros without end.
	err = n.FilesWrite(soonOver(t), strings.NewReader("x"), nodeapi.FilesWriteRequest{Path: "/f", Offset: 1 << 50})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a write far away: got %v", err)
	}
	for what, err := range map[string]error{
		"mkdir": n.FilesMkdir(ctx, nodeapi.FilesMkdirRequest{Path: "/x"}),
		"cp":    n.FilesCopy(ctx, nodeapi.FilesCopyRequest{From: []string{"/f"}, To: "/x"}),
		"mv":    n.FilesMove(ctx, nodeapi.FilesMoveRequest{From: []string{"/f"}, To: "/x"}),
		"rm":    n.FilesRemove(ctx, nodeapi.FilesRemoveRequest{Paths: []string{"/f"}}),
		"touch": n.FilesTouch(ctx, nodeapi.FilesTouchRequest{Path: "/f"}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if got := statFile(t, n, "/").Cid; got != root {
		t.Errorf("the root was %s and is %s", root, got)
	}
	mkdir(t, n, "/x")
}

func soonOver(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// TestGCKeepsFiles wants what is in the tree, and nothing that was, kept by a
// collection: before it was flushed, while it is read, and at a node that has not
// looked at its tree.
func TestGCKeepsFiles(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		data := noise(8 << 20)
		content := addFile(t, n, nodeapi.AddOptions{Pin: new(false)}, data)
		must(t, n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + content.String()}, To: "/f", Flush: new(false)}))
		gc(t, n)
		if got := readFile(t, n, "/f"); !bytes.Equal(got, data) {
			t.Error("what is not flushed was collected")
		}
		_, err := n.FilesFlush(t.Context(), "/")
		must(t, err)
		other := crashed(t, cfg)
		gc(t, other)
		if got := readFile(t, other, "/f"); !bytes.Equal(got, data) {
			t.Error("a node that had not looked at its tree collected it")
		}
		r, err := n.FilesRead(t.Context(), nodeapi.FilesReadRequest{Path: "/f"})
		must(t, err)
		must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/f"}}))
		gc(t, n)
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("what was being read gave %d bytes, %v", len(got), err)
		}
		must(t, r.Close())
		eventually(t, "what was removed and read to be collected", func() bool {
			gc(t, n)
			return repoStat(t, n).NumObjects == 1 // the empty directory
		})
	})
}

// TestFilesCopyDuringGC copies what nothing else knows of after a collection has
// found that it is garbage.
func TestFilesCopyDuringGC(t *testing.T) {
	cfg := plainConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	n := newNode(t, cfg)
	data := noise(3 << 20)
	content := addFile(t, n, nodeapi.AddOptions{Pin: new(false)}, data)
	w.setHook(func(op string) error {
		if op != "list" { // the marks are made, the sweep is about to begin
			return nil
		}
		w.setHook(func(string) error { return nil })
		return n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + content.String()}, To: "/f"})
	})
	gc(t, n)
	if got := readFile(t, n, "/f"); !bytes.Equal(got, data) {
		t.Error("the copy reads otherwise")
	}
}

// TestGCBesideFiles writes, copies from outside of the tree, moves and removes
// over a slow store while garbage is collected all the time.
func TestGCBesideFiles(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		if many, ok := cfg.Blockstore.(*blockstore.Blocks); ok {
			cfg.Blockstore = jitteryMany{many}
		} else {
			cfg.Blockstore = jittery{cfg.Blockstore}
		}
		n := newNode(t, cfg)
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		var wg sync.WaitGroup
		var collections, rounds atomic.Int32
		wg.Go(func() {
			for ctx.Err() == nil {
				gc(t, n)
				collections.Add(1)
			}
		})
		for worker := range 6 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(worker), 1))
				for ctx.Err() == nil {
					exerciseFiles(t, n, r, fmt.Sprint("/", worker))
					rounds.Add(1)
				}
			})
		}
		wg.Wait()
		t.Logf("%d rounds beside %d collections", rounds.Load(), collections.Load())
		readTree(t, n, "/")
	})
}

// exerciseFiles writes a file, and copies another of which nothing else knows,
// into a directory, and checks both.
func exerciseFiles(t *testing.T, n *node.Node, r *rand.Rand, dir string) {
	data := fmt.Append(noise(300), r.IntN(3))
	added, err := tryAdd(t.Context(), n, nodeapi.AddOptions{Pin: new(false), Chunker: "size-32"}, source(file("", data)))
	if err != nil {
		t.Errorf("Add: %v", err)
		return
	}
	copied := "/ipfs/" + added[0].Cid.String()
	err = n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{copied}, To: dir + "/copied", Parents: true})
	whole := err == nil
	if err != nil && nodeapi.CodeOf(err) != nodeapi.CodeNotFound { // it may have been collected before
		t.Errorf("FilesCopy: %v", err)
		return
	}
	if err := n.FilesWrite(t.Context(), bytes.NewReader(data), nodeapi.FilesWriteRequest{Path: dir + "/written", Create: true, Parents: true}); err != nil {
		t.Errorf("FilesWrite: %v", err)
		return
	}
	before, err := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: dir + "/copied"})
	if whole && err != nil && nodeapi.CodeOf(err) != nodeapi.CodeNotFound {
		t.Errorf("reading the copy: %v", err)
	}
	if whole && err == nil {
		// Once there it stays.
		again, err := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: dir + "/copied"})
		if err != nil || !bytes.Equal(again, before) {
			t.Errorf("the copy gave %d bytes and then %d, %v", len(before), len(again), err)
		}
	}
	if err := n.FilesMove(t.Context(), nodeapi.FilesMoveRequest{From: []string{dir + "/written"}, To: dir + "/moved"}); err != nil {
		t.Errorf("FilesMove: %v", err)
	}
	if got, err := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: dir + "/moved"}); err != nil || !bytes.Equal(got, data) {
		t.Errorf("what was written gives %d bytes, %v", len(got), err)
	}
	if err := n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{dir + "/copied"}, Force: true}); err != nil {
		t.Errorf("FilesRemove: %v", err)
	}
}
