package node_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// warningsOf reads a node's warnings from now on.
func warningsOf(t *testing.T, n *node.Node) <-chan nodeapi.Warning {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	told := make(chan nodeapi.Warning, 100)
	go func() {
		for w := range n.Warnings(ctx) {
			told <- w
		}
	}()
	return told
}

// wantLow takes the next warning.
func wantLow(t *testing.T, told <-chan nodeapi.Warning, kind string, used, limit uint64) {
	t.Helper()
	select {
	case w := <-told:
		d := w.Details
		if w.Code != nodeapi.CodeStorageLow || d["kind"] != kind || d["used"] != used || d["limit"] != limit {
			t.Errorf("got %+v; want %s of %s, %d of %d", w, nodeapi.CodeStorageLow, kind, used, limit)
		}
	case <-time.After(20 * time.Second):
		t.Errorf("no warning of %s at %d of %d", kind, used, limit)
	}
}

// waitForMarks waits until the watch has seen how full it is.
func waitForMarks(t *testing.T, n *node.Node, repo, origin int) {
	t.Helper()
	eventually(t, "the watch", func() bool {
		r, o := n.Marks()
		return r == repo && o == origin
	})
}

// TestStorageLow crosses the marks of the repo's limit, each once.
func TestStorageLow(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		cfg.StorageMax = 1000
		n := newNode(t, cfg)
		told := warningsOf(t, n)
		put := func(size int) { putBlock(t, n, noise(size), nodeapi.BlockPutOptions{}) }
		put(500)
		put(290)
		put(50)
		wantLow(t, told, "storageMax", 840, 1000)
		put(111)
		wantLow(t, told, "storageMax", 951, 1000)
		put(20)
		put(1)
		wantLow(t, warningsOf(t, n), "storageMax", 951, 1000) // still so
		wantAfterGC(t, n, 0)
		waitForMarks(t, n, 0, 0)
		put(960)
		wantLow(t, told, "storageMax", 960, 1000)
		if len(told) > 0 {
			t.Errorf("told again: %+v", <-told)
		}
	})
}

// TestStorageLowMeanwhile crosses a mark by a block put after a count has read
// the keys, when that count still expects that no look is due for a while.
func TestStorageLowMeanwhile(t *testing.T) {
	cfg := plainConfig()
	listed := &listedStore{Blockstore: cfg.Blockstore}
	cfg.Blockstore, cfg.StorageMax = listed, 1000
	n := newNode(t, cfg)
	told := warningsOf(t, n)
	var once sync.Once
	listed.set(func(keys int) {
		if keys == 2 {
			once.Do(func() { putBlock(t, n, noise(50), nodeapi.BlockPutOptions{}) })
		}
	})
	putBlock(t, n, noise(500), nodeapi.BlockPutOptions{})
	putBlock(t, n, noise(290), nodeapi.BlockPutOptions{})
	wantLow(t, told, "storageMax", 840, 1000)
}

// listedStore calls a hook after each listing has read its keys and before
// anybody is given them.
type listedStore struct {
	bstore.Blockstore

	mu   sync.Mutex // guards following
	hook func(keys int)
}

func (s *listedStore) set(hook func(keys int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *listedStore) AllKeysChan(ctx context.Context) (<-chan cid.Cid, error) {
	listing, err := s.Blockstore.AllKeysChan(ctx)
	if err != nil {
		return nil, err
	}
	var keys []cid.Cid
	for c := range listing {
		keys = append(keys, c)
	}
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook != nil {
		hook(len(keys))
	}
	out := make(chan cid.Cid, len(keys))
	for _, c := range keys {
		out <- c
	}
	close(out)
	return out, nil
}

// TestQuotaLow follows the browser's estimate, which is not asked more often
// than there is reason to.
func TestQuotaLow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, usage atomic.Uint64
		cfg := newConfig()
		cfg.Estimate = func(context.Context) (uint64, uint64, error) {
			if asked.Add(1) == 1 {
				return 0, 0, errors.New("not yet")
			}
			return usage.Load(), 1 << 30, nil
		}
		n := newNode(t, cfg)
		told := warningsOf(t, n)
		put := func() {
			putBlock(t, n, noise(100), nodeapi.BlockPutOptions{})
			synctest.Wait()
		}
		time.Sleep(time.Hour)
		if got := asked.Load(); got != 1 {
			t.Errorf("asked %d times while nothing happened; want once", got)
		}
		for range 100 {
			put()
			time.Sleep(100 * time.Millisecond)
		}
		if got := asked.Load(); got != 2 {
			t.Errorf("asked %d times in ten seconds of small writes; want twice", got)
		}
		usage.Store(900 << 20)
		time.Sleep(time.Minute)
		put()
		wantLow(t, told, "quota", 900<<20, 1<<30)
		usage.Store(1 << 30)
		for range 12 { // a good part of what was left
			putBlock(t, n, noise(2<<20), nodeapi.BlockPutOptions{})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		wantLow(t, told, "quota", 1<<30, 1<<30)
		asks := asked.Load()
		var sample nodeapi.StatusSample
		n.Sample(t.Context(), &sample)
		if sample.Usage != 1<<30 || sample.Quota != 1<<30 || sample.Blocks == 0 || sample.RepoSize == 0 {
			t.Errorf("got sample %+v", sample)
		}
		time.Sleep(time.Minute)
		n.Sample(t.Context(), &sample)
		synctest.Wait()
		if got := asked.Load(); got != asks+1 {
			t.Errorf("a sample with old figures asked %d times; want once", got-asks)
		}
	})
}

// TestWatermark wants garbage to be collected by itself, and what is pinned not
// to be searched over and over.
func TestWatermark(t *testing.T) {
	cfg := newConfig()
	cfg.StorageMax, cfg.StorageGCWatermark = 1_000_000, 50
	n := newNode(t, cfg)
	if got := n.Config().StorageGCWatermark; got != 50 {
		t.Errorf("the configuration in force says %d", got)
	}
	for i := range 6 {
		putBlock(t, n, noise(99_000+i), nodeapi.BlockPutOptions{})
	}
	eventually(t, "a collection", func() bool { return n.Collections() > 0 && repoStat(t, n).NumObjects < 3 })
	kept := addFile(t, n, nodeapi.AddOptions{}, noise(600_000))
	eventually(t, "a collection of what is pinned", func() bool { return n.Collections() > 1 })
	before := n.Collections()
	for i := range 100 {
		addFile(t, n, nodeapi.AddOptions{}, noise(2000+i))
	}
	// One for each twentieth of the limit, and one more.
	if got := n.Collections() - before; got > 5 {
		t.Errorf("%d collections for 200 kB of pinned files", got)
	}
	if got := cat(t, n, kept.String()); len(got) != 600_000 {
		t.Errorf("of a pinned file %d bytes are there", len(got))
	}
	cfg.StorageGCWatermark = 101
	_, err := node.New(t.Context(), cfg)
	wantCode(t, "a watermark of 101 %", err, nodeapi.CodeInvalidOption, "option", "storageGCWatermark")
}

// TestFullWithWatermark fills a repo with garbage, which makes way, and with
// what is pinned, which does not.
func TestFullWithWatermark(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		cfg.StorageMax, cfg.StorageGCWatermark = 100_000, 100
		n := newNode(t, cfg)
		putBlock(t, n, noise(70_000), nodeapi.BlockPutOptions{})
		kept := addFile(t, n, nodeapi.AddOptions{}, noise(90_000)) // in place of the garbage
		_, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", noise(20_000))))
		wantCode(t, "an add with no room", err, nodeapi.CodeStorageFull, "kind", "storageMax")
		searched := n.Collections()
		for i := range 20 {
			_, err := n.BlockPut(t.Context(), noise(20_000+i), nodeapi.BlockPutOptions{})
			wantCode(t, "a block with no room", err, nodeapi.CodeStorageFull)
		}
		if again := n.Collections() - searched; again > 1 {
			t.Errorf("searched %d times for garbage where there can be none", again)
		}
		if got := cat(t, n, kept.String()); len(got) != 90_000 {
			t.Errorf("of a pinned file %d bytes are there", len(got))
		}
		_, err = n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: kept.String()})
		must(t, err)
		addFile(t, n, nodeapi.AddOptions{}, noise(95_000))
		wantAfterGC(t, n, 1)
	})
}
