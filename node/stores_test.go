package node_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/blockstore"
)

// A watched blockstore counts what is asked of it and can be made slow or
// failing. It has no powers beside boxo's interface.
type watched struct {
	bstore.Blockstore

	getTime, putTime time.Duration

	mu   sync.Mutex // guards following
	gets map[cid.Cid]int

	hook    atomic.Pointer[func(op string) error]
	putHook func(bs []blocks.Block) // nil, or called before each write

	getting, mostGetting atomic.Int32
	putting, mostPutting atomic.Int32
}

func watch(bs bstore.Blockstore) *watched {
	return &watched{Blockstore: bs, gets: map[cid.Cid]int{}}
}

func (w *watched) failing(op string) error {
	if hook := w.hook.Load(); hook != nil {
		return (*hook)(op)
	}
	return nil
}

// setHook has hook called before each operation from now on, which fails if that
// does.
func (w *watched) setHook(hook func(op string) error) { w.hook.Store(&hook) }

// got returns how many blocks were read since it was last called.
func (w *watched) got() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := 0
	for _, times := range w.gets {
		count += times
	}
	clear(w.gets)
	return count
}

func enter(now, most *atomic.Int32) (leave func()) {
	n := now.Add(1)
	for {
		m := most.Load()
		if n <= m || most.CompareAndSwap(m, n) {
			break
		}
	}
	return func() { now.Add(-1) }
}

func (w *watched) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	defer enter(&w.getting, &w.mostGetting)()
	w.mu.Lock()
	w.gets[c]++
	w.mu.Unlock()
	time.Sleep(w.getTime)
	if err := w.failing("get"); err != nil {
		return nil, err
	}
	return w.Blockstore.Get(ctx, c)
}

func (w *watched) Has(ctx context.Context, c cid.Cid) (bool, error) {
	if err := w.failing("has"); err != nil {
		return false, err
	}
	return w.Blockstore.Has(ctx, c)
}

func (w *watched) GetSize(ctx context.Context, c cid.Cid) (int, error) {
	if err := w.failing("size"); err != nil {
		return -1, err
	}
	return w.Blockstore.GetSize(ctx, c)
}

func (w *watched) Put(ctx context.Context, b blocks.Block) error {
	return w.PutMany(ctx, []blocks.Block{b})
}

func (w *watched) PutMany(ctx context.Context, bs []blocks.Block) error {
	defer enter(&w.putting, &w.mostPutting)()
	time.Sleep(w.putTime)
	if err := w.failing("put"); err != nil {
		return err
	}
	if w.putHook != nil {
		w.putHook(bs)
	}
	return w.Blockstore.PutMany(ctx, bs)
}

func (w *watched) DeleteBlock(ctx context.Context, c cid.Cid) error {
	if err := w.failing("delete"); err != nil {
		return err
	}
	return w.Blockstore.DeleteBlock(ctx, c)
}

func (w *watched) AllKeysChan(ctx context.Context) (<-chan cid.Cid, error) {
	if err := w.failing("list"); err != nil {
		return nil, err
	}
	return w.Blockstore.AllKeysChan(ctx)
}

// A hookedDatastore has a hook called before each batch is committed, which
// fails if that does, and counts them.
type hookedDatastore struct {
	ds.Batching

	hook    atomic.Pointer[func() error]
	commits atomic.Int32
}

func (h *hookedDatastore) setHook(hook func() error) { h.hook.Store(&hook) }

func (h *hookedDatastore) Batch(ctx context.Context) (ds.Batch, error) {
	b, err := h.Batching.Batch(ctx)
	return &hookedBatch{b, h}, err
}

type hookedBatch struct {
	ds.Batch

	store *hookedDatastore
}

func (b *hookedBatch) Commit(ctx context.Context) error {
	b.store.commits.Add(1)
	if hook := b.store.hook.Load(); hook != nil {
		if err := (*hook)(); err != nil {
			return err
		}
	}
	return b.Batch.Commit(ctx)
}

// jittery is a store without powers that takes a while for everything, and
// jitteryMany one with all powers.
type (
	jittery     struct{ bstore.Blockstore }
	jitteryMany struct{ *blockstore.Blocks }
)

func jitter() { time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond) }

func (j jittery) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	jitter()
	return j.Blockstore.Get(ctx, c)
}

func (j jittery) Has(ctx context.Context, c cid.Cid) (bool, error) {
	defer jitter() // the answer gets old
	return j.Blockstore.Has(ctx, c)
}

// PutMany asks first what is there, which may be gone when it puts the rest.
func (j jittery) PutMany(ctx context.Context, bs []blocks.Block) error {
	var missing []blocks.Block
	for _, b := range bs {
		has, err := j.Has(ctx, b.Cid())
		if err != nil {
			return err
		}
		if !has {
			missing = append(missing, b)
		}
	}
	jitter()
	return j.Blockstore.PutMany(ctx, missing)
}

func (j jittery) DeleteBlock(ctx context.Context, c cid.Cid) error {
	jitter()
	defer jitter()
	return j.Blockstore.DeleteBlock(ctx, c)
}

func (j jitteryMany) GetMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error) {
	jitter()
	return j.Blocks.GetMany(ctx, cids)
}

func (j jitteryMany) Has(ctx context.Context, c cid.Cid) (bool, error) {
	return jittery{j.Blocks}.Has(ctx, c)
}

func (j jitteryMany) PutMany(ctx context.Context, bs []blocks.Block) error {
	return jittery{j.Blocks}.PutMany(ctx, bs)
}

func (j jitteryMany) DeleteMany(ctx context.Context, cids []cid.Cid) error {
	jitter()
	defer jitter()
	return j.Blocks.DeleteMany(ctx, cids)
}

// meetingDatastore is one whose queries, while meet says so, wait until so many
// are there together.
type meetingDatastore struct {
	ds.Batching

	mu      sync.Mutex // guards following
	want    int
	waiting int
	all     chan struct{}
}

func (m *meetingDatastore) meet(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.want, m.waiting, m.all = n, 0, make(chan struct{})
}

func (m *meetingDatastore) Query(ctx context.Context, q query.Query) (query.Results, error) {
	m.mu.Lock()
	all := m.all
	m.waiting++
	if m.want == 0 {
		all = nil
	} else if m.waiting == m.want {
		close(all)
	}
	m.mu.Unlock()
	if all != nil {
		select {
		case <-all:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return m.Batching.Query(ctx, q)
}

// jitteryDatastore takes a while for everything.
type jitteryDatastore struct{ ds.Batching }

func (j jitteryDatastore) Get(ctx context.Context, key ds.Key) ([]byte, error) {
	jitter()
	return j.Batching.Get(ctx, key)
}

func (j jitteryDatastore) Query(ctx context.Context, q query.Query) (query.Results, error) {
	jitter()
	defer jitter()
	return j.Batching.Query(ctx, q)
}

func (j jitteryDatastore) Batch(ctx context.Context) (ds.Batch, error) {
	jitter()
	return j.Batching.Batch(ctx)
}

func keysUnder(t testing.TB, d ds.Datastore, prefix string) (keys []string) {
	t.Helper()
	results, err := d.Query(t.Context(), query.Query{Prefix: prefix, KeysOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := results.Rest()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys
}
