package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func gc(t testing.TB, n *node.Node) []cid.Cid {
	t.Helper()
	var removed []cid.Cid
	for o, err := range n.RepoGC(t.Context()) {
		if err != nil {
			t.Fatalf("RepoGC: %v", err)
		}
		if o.Code != "" {
			t.Errorf("RepoGC told %+v", o)
		}
		removed = append(removed, o.Cid)
	}
	return removed
}

// TestGC wants garbage removed, and all that any pin holds kept.
func TestGC(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		big := addFile(t, n, nodeapi.AddOptions{}, noise(3<<20)).String()
		added := add(t, n, nodeapi.AddOptions{}, many5000()...)
		hamt := added[len(added)-1].Cid.String()
		cbor := putDAG(t, n, `{"file":{"/":"`+putBlock(t, n, []byte("linked"), nodeapi.BlockPutOptions{}).String()+`"}}`, nodeapi.DAGPutOptions{Pin: true})
		direct := addFile(t, n, nodeapi.AddOptions{Pin: new(false), Chunker: "size-16"}, []byte("a direct pin holds no leaves"))
		_, err := n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: direct.String(), Recursive: new(false)})
		must(t, err)
		kept := repoStat(t, n).NumObjects - 2 // the two leaves under the direct pin

		garbage := map[string]bool{}
		for i := range 700 {
			garbage[putBlock(t, n, fmt.Append(nil, "garbage", i), nodeapi.BlockPutOptions{}).Hash().String()] = true
		}
		removed := gc(t, n)
		if len(removed) != 702 {
			t.Errorf("removed %d blocks; want 702", len(removed))
		}
		for _, c := range removed {
			delete(garbage, c.Hash().String())
			if _, err := n.BlockGet(t.Context(), c); nodeapi.CodeOf(err) != nodeapi.CodeNotFound {
				t.Fatalf("%s was told of and is there: %v", c, err)
			}
		}
		if len(garbage) != 0 {
			t.Errorf("%d blocks of garbage were not told of", len(garbage))
		}
		if got := repoStat(t, n).NumObjects; got != kept {
			t.Errorf("%d blocks are left; want %d", got, kept)
		}
		if got := cat(t, n, big); !bytes.Equal(got, noise(3<<20)) {
			t.Error("a pinned file was damaged")
		}
		if got := list(t, n, hamt+"/hamt"); len(got) != 5200 {
			t.Errorf("a pinned directory has %d entries left", len(got))
		}
		must1(n.DAGResolve(t.Context(), cbor.String()+"/file"))
		if again := gc(t, n); len(again) != 0 {
			t.Errorf("a second collection removed %d blocks", len(again))
		}
	})
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A pacer counts how often it was told that something took its time.
type pacer struct{ took atomic.Int32 }

func (*pacer) Spend(int)            {}
func (*pacer) Away() func()         { return func() {} }
func (p *pacer) Took(time.Duration) { p.took.Add(1) }

// TestGCGivesWay has much removed, beside others who want the store too.
func TestGCGivesWay(t *testing.T) {
	n := newNode(t, newConfig())
	const garbage = 1000
	for i := range garbage {
		putBlock(t, n, fmt.Append(nil, "garbage", i), nodeapi.BlockPutOptions{})
	}
	var p pacer
	for _, err := range n.RepoGC(nodeapi.WithPacer(t.Context(), &p)) {
		must(t, err)
	}
	if got := p.took.Load(); got < garbage/100 {
		t.Errorf("it gave way %d times while it removed %d blocks; want once for each 100 at the least", got, garbage)
	}
}

// TestGCAbortsOnMissingPinned wants nothing removed while what a pinned block
// links to cannot be known.
func TestGCAbortsOnMissingPinned(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	root := addFile(t, n, nodeapi.AddOptions{Chunker: "size-16"}, noise(64))
	garbage := putBlock(t, n, []byte("garbage"), nodeapi.BlockPutOptions{})
	must(t, cfg.Blockstore.DeleteBlock(t.Context(), root))
	var last error
	for o, err := range n.RepoGC(t.Context()) {
		last = err
		if err == nil {
			t.Errorf("removed %s", o.Cid)
		}
	}
	wantCode(t, "RepoGC", last, nodeapi.CodeNotFound, "cid", root.String())
	must1(n.BlockGet(t.Context(), garbage))
}

func TestGCStops(t *testing.T) {
	n := newNode(t, newConfig())
	for i := range 2000 {
		putBlock(t, n, fmt.Append(nil, i), nodeapi.BlockPutOptions{})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range n.RepoGC(ctx) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("with an ended context: got %v", last)
	}
	for range n.RepoGC(t.Context()) {
		break
	}
	wantAfterGC(t, n, 0) // and a collection that was stopped is in no other's way
}

// TestGCDoesNotWaitForItsReader holds up the events of one collection and wants
// a second one, an add and a removal to go on.
func TestGCDoesNotWaitForItsReader(t *testing.T) {
	n := newNode(t, newConfig())
	for i := range 1000 {
		putBlock(t, n, fmt.Append(nil, i), nodeapi.BlockPutOptions{})
	}
	for _, err := range n.RepoGC(t.Context()) {
		must(t, err)
		gc(t, n)
		c := addFile(t, n, nodeapi.AddOptions{}, []byte("meanwhile"))
		for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{c}}) {
			must(t, err)
			if o.Code != nodeapi.CodePinned {
				t.Errorf("got %+v", o)
			}
		}
		break
	}
}

// TestStalledAddKeepsItsBlocks collects garbage while the source of an add
// stalls, then lets it go on. The add must not lose a block, and the collection
// not wait for it.
func TestStalledAddKeepsItsBlocks(t *testing.T) {
	n := newNode(t, newConfig())
	data := noise(12 << 20)
	stalled, goOn := make(chan struct{}), make(chan struct{})
	src := &stallingReader{Reader: bytes.NewReader(data), after: 10 << 20, stalled: stalled, goOn: goOn}
	result := make(chan cid.Cid, 1)
	go func() {
		added, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(nodeapi.AddEntry{Content: src}))
		if err != nil {
			t.Errorf("Add: %v", err)
			close(result)
			return
		}
		result <- added[0].Cid
	}()
	<-stalled
	putBlock(t, n, []byte("garbage"), nodeapi.BlockPutOptions{})
	if removed := gc(t, n); len(removed) != 1 {
		t.Errorf("removed %d blocks; want the garbage alone", len(removed))
	}
	close(goOn)
	if got := cat(t, n, (<-result).String()); !bytes.Equal(got, data) {
		t.Error("the file added is not whole")
	}
}

type stallingReader struct {
	*bytes.Reader

	after         int64
	stalled, goOn chan struct{}
}

func (r *stallingReader) Read(p []byte) (int, error) {
	if r.Size()-int64(r.Len()) >= r.after && r.stalled != nil {
		close(r.stalled)
		<-r.goOn
		r.stalled = nil
	}
	return r.Reader.Read(p)
}

// TestGCBesideEverything adds, pins, unpins and reads the same few files from
// many goroutines over a slow store while garbage is collected all the time.
// What was acknowledged as pinned must be whole whenever it is looked at.
func TestGCBesideEverything(t *testing.T) {
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
				for _, err := range n.RepoGC(t.Context()) {
					if err != nil {
						t.Errorf("RepoGC: %v", err)
						return
					}
				}
				collections.Add(1)
			}
		})
		for worker := range 8 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(worker), 0))
				// Half of the workers share files, so that blocks are found
				// present and are being deleted at the same time.
				own := worker
				if worker < 4 {
					own = 0
				}
				for ctx.Err() == nil {
					exercise(t, n, r, own)
					rounds.Add(1)
				}
			})
		}
		wg.Wait()
		t.Logf("%d rounds beside %d collections", rounds.Load(), collections.Load())
	})
}

// exercise adds a directory of its own around a file that others add as well,
// checks it while it is pinned, unpins it and tries to pin it again.
func exercise(t *testing.T, n *node.Node, r *rand.Rand, own int) {
	data := fmt.Append(noise(200), own, r.IntN(3))
	opts := nodeapi.AddOptions{Chunker: "size-32"}
	added, err := tryAdd(t.Context(), n, opts, source(file("d/f", data), file("d/own", fmt.Append(nil, r.Uint64()))))
	if err != nil {
		t.Errorf("Add: %v", err)
		return
	}
	root := added[len(added)-1].Cid
	if got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: root.String() + "/f"}); err != nil || !bytes.Equal(got, data) {
		t.Errorf("a pinned file gives %d bytes, %v", len(got), err)
	}
	if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: root.String()}); err != nil {
		t.Errorf("PinRemove: %v", err)
	}
	// It may be gone now, or not; if it can be pinned it must be whole.
	if _, err := n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: root.String()}); err != nil {
		if nodeapi.CodeOf(err) != nodeapi.CodeNotFound {
			t.Errorf("PinAdd: %v", err)
		}
		return
	}
	if got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: root.String() + "/f"}); err != nil || !bytes.Equal(got, data) {
		t.Errorf("a file pinned again gives %d bytes, %v", len(got), err)
	}
	if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: root.String()}); err != nil {
		t.Errorf("PinRemove: %v", err)
	}
}

// TestBlocksPutDuringGC wants blocks that were put since a collection began to
// outlive it, pinned or not: their pin may be about to come.
func TestBlocksPutDuringGC(t *testing.T) {
	cfg := plainConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	n := newNode(t, cfg)
	old := putBlock(t, n, []byte("old"), nodeapi.BlockPutOptions{})
	var young cid.Cid
	w.setHook(func(op string) error {
		if op == "list" { // the marks are made, the sweep is about to begin
			young = putBlock(t, n, []byte("young"), nodeapi.BlockPutOptions{})
		}
		return nil
	})
	removed := gc(t, n)
	if len(removed) != 1 || !bytes.Equal(removed[0].Hash(), old.Hash()) {
		t.Errorf("removed %v; want the old block alone", removed)
	}
	must1(n.BlockGet(t.Context(), young))
}
