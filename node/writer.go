package node

import (
	"context"
	"errors"
	"sync"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

const (
	// batchBlocks bounds, beside their bytes, how many blocks one write to the
	// store holds.
	batchBlocks = 512
	// batchesInFlight is how many writes of one operation the store works on
	// while the next batch fills.
	batchesInFlight = 2
)

// A blockWriter gathers blocks into batches and writes them in the background.
// It is used by one goroutine. Its blocks are on the operation's lease from
// before they are written.
//
// For boxo's builders of DAGs it is an ipld.DAGService that can only add.
type blockWriter struct {
	ctx   context.Context
	store *store
	lease *lease
	bytes func() int64 // how many a batch may hold
	dry   bool         // writes nothing

	batch     []blocks.Block
	batchSize int
	inBatch   map[cid.Cid]struct{}

	flying sync.WaitGroup
	slots  chan struct{}

	mu  sync.Mutex // guards following
	err error      // of the first write that failed
}

var _ ipld.DAGService = (*blockWriter)(nil)

func newBlockWriter(ctx context.Context, s *store, l *lease, bytes func() int64) *blockWriter {
	return &blockWriter{
		ctx:     ctx,
		store:   s,
		lease:   l,
		bytes:   bytes,
		inBatch: map[cid.Cid]struct{}{},
		slots:   make(chan struct{}, batchesInFlight),
	}
}

// put adds a block, which hashes to its CID. It blocks while the store lags too
// far behind. An error may be that of an earlier block.
func (w *blockWriter) put(b blocks.Block) error {
	if len(b.RawData()) > maxBlockSize {
		return blockTooLarge(len(b.RawData()))
	}
	if w.dry {
		return nil
	}
	if _, twice := w.inBatch[b.Cid()]; twice {
		return nil
	}
	w.inBatch[b.Cid()] = struct{}{}
	w.batch = append(w.batch, b)
	w.batchSize += len(b.RawData())
	if int64(w.batchSize) < w.bytes() && len(w.batch) < batchBlocks {
		return nil
	}
	return w.send()
}

// send starts the write of the batch once there is a slot.
func (w *blockWriter) send() error {
	select {
	case w.slots <- struct{}{}:
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
	batch := w.take()
	w.flying.Go(func() {
		defer func() { <-w.slots }()
		w.fail(w.store.put(w.ctx, w.lease, batch...))
	})
	return w.failure()
}

func (w *blockWriter) take() []blocks.Block {
	batch := w.batch
	w.batch, w.batchSize = nil, 0
	clear(w.inBatch)
	return batch
}

// flush returns once all blocks put so far are written, or one of them was not.
func (w *blockWriter) flush() error {
	batch := w.take()
	if len(batch) > 0 {
		w.fail(w.store.put(w.ctx, w.lease, batch...))
	}
	w.flying.Wait()
	return w.failure()
}

func (w *blockWriter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

func (w *blockWriter) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Add puts a node. It keeps the encoded block alone: the node may hold much more.
func (w *blockWriter) Add(_ context.Context, nd ipld.Node) error {
	b, err := blocks.NewBlockWithCid(nd.RawData(), nd.Cid())
	if err != nil {
		return err
	}
	return w.put(b)
}

// AddMany puts nodes.
func (w *blockWriter) AddMany(ctx context.Context, nds []ipld.Node) error {
	for _, nd := range nds {
		if err := w.Add(ctx, nd); err != nil {
			return err
		}
	}
	return nil
}

var errWriteOnly = errors.New("node: a writer of blocks reads none")

// Get is not for a writer: what is built from nothing reads nothing.
func (w *blockWriter) Get(context.Context, cid.Cid) (ipld.Node, error) { return nil, errWriteOnly }

// GetMany, likewise.
func (w *blockWriter) GetMany(_ context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	out := make(chan *ipld.NodeOption, 1)
	out <- &ipld.NodeOption{Err: errWriteOnly}
	close(out)
	return out
}

// Remove, likewise.
func (w *blockWriter) Remove(context.Context, cid.Cid) error { return errWriteOnly }

// RemoveMany, likewise.
func (w *blockWriter) RemoveMany(context.Context, []cid.Cid) error { return errWriteOnly }
