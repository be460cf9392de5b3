package node

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ipfs/go-cid"
	"golang.org/x/sync/semaphore"
)

const (
	// readAheadBlocks bounds, beside their bytes, how many blocks a reader of a
	// file has loaded or is loading ahead of who reads.
	readAheadBlocks = 64
	// maxFileDepth bounds the levels of a file's DAG. Real ones have under ten.
	maxFileDepth = 64
)

// A fileReader reads a range of a file's bytes in order. One goroutine walks the
// DAG ahead of the reader and has the leaves loaded, many at a time.
type fileReader struct {
	cancel context.CancelCauseFunc
	pieces <-chan *piece
	walk   *fileWalk
	closed atomic.Bool

	rest []byte // of the piece being read
	room int64  // that the piece takes
	err  error  // what Read answers from here on
}

// A piece is a stretch of the range, once done is closed.
type piece struct {
	done chan struct{}
	room int64
	data []byte
	err  error
}

// errReaderClosed is what reads end with after Close.
var errReaderClosed = errors.New("node: the reader is closed")

// newFileReader starts reading bytes from..to. When nothing runs on its behalf
// any more it calls end.
func newFileReader(ctx context.Context, s *store, file *fileNode, from, to uint64, end func()) *fileReader {
	ctx, cancel := context.WithCancelCause(ctx)
	pieces := make(chan *piece, readAheadBlocks)
	leave := s.reads.join()
	w := newFileWalk(ctx, s, pieces)
	go func() {
		defer end()
		defer leave()
		w.err = w.node(file, from, to, 0)
		close(pieces)
		w.loads.Wait()
	}()
	return &fileReader{cancel: cancel, pieces: pieces, walk: w}
}

// Read reads the next bytes.
func (r *fileReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := r.fill(); err != nil {
		return 0, err
	}
	k := copy(p, r.rest)
	r.rest = r.rest[k:]
	return k, nil
}

// WriteTo writes all bytes that follow to w, out of the blocks themselves.
func (r *fileReader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		err := r.fill()
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		k, err := w.Write(r.rest)
		total += int64(k)
		r.rest = r.rest[k:]
		if err != nil {
			return total, err
		}
	}
}

// Close stops what still runs, a Read in another goroutine included. It does not
// wait for it.
func (r *fileReader) Close() error {
	r.closed.Store(true)
	r.cancel(errReaderClosed)
	return nil
}

// fill sees to it that there are bytes in rest.
func (r *fileReader) fill() error {
	if r.closed.Load() {
		return errReaderClosed
	}
	for len(r.rest) == 0 {
		if r.err != nil {
			return r.err
		}
		r.walk.wasRead(r.room)
		r.room = 0
		p, more := <-r.pieces
		if !more {
			r.err = r.walk.err
			if r.err == nil {
				r.err = io.EOF
			}
			r.cancel(nil)
			return r.err
		}
		<-p.done
		r.rest, r.room, r.err = p.data, p.room, p.err
	}
	return nil
}

// A fileWalk goes through a file's DAG in order and hands out pieces.
type fileWalk struct {
	ctx    context.Context
	store  *store
	pieces chan<- *piece
	bytes  atomic.Int64        // that pieces may have that are not read yet
	room   *semaphore.Weighted // for these, less what of most is not in bytes
	loads  sync.WaitGroup
	err    error // set before pieces is closed
}

// firstReadAhead is how many bytes are loaded ahead of who has not read any.
const firstReadAhead = 2 << 20

func newFileWalk(ctx context.Context, s *store, pieces chan<- *piece) *fileWalk {
	w := &fileWalk{ctx: ctx, store: s, pieces: pieces, room: semaphore.NewWeighted(s.reads.most)}
	first := min(firstReadAhead, s.reads.share())
	w.bytes.Store(first)
	w.room.TryAcquire(s.reads.most - first)
	return w
}

// wasRead frees the room of a piece, and makes as much again as long as that is
// within the reader's share: who reads nothing has little loaded for it.
func (w *fileWalk) wasRead(room int64) {
	more := max(0, min(room, w.store.reads.share()-w.bytes.Load()))
	w.bytes.Add(more)
	w.room.Release(room + more)
}

// node hands out bytes from..to of a node.
func (w *fileWalk) node(f *fileNode, from, to uint64, depth int) error {
	if depth == maxFileDepth {
		return tooDeep(f.cid)
	}
	own, parts := f.cut(from, to)
	if len(own) > 0 {
		p := &piece{done: make(chan struct{}), data: own}
		close(p.done)
		if err := w.send(p); err != nil {
			return err
		}
	}
	for _, part := range parts {
		if err := w.part(part, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func tooDeep(c cid.Cid) error {
	return invalidBlock(c, errors.New("the file's DAG is too deep"))
}

// part hands out what a link leads to. Only an inner node is waited for.
func (w *fileWalk) part(p part, depth int) error {
	if p.cid.Type() == cid.Raw || p.size <= maxBlockSize {
		return w.load(p, depth)
	}
	f, err := w.store.filePart(w.ctx, p)
	if err != nil {
		return err
	}
	return w.node(f, p.from, p.to, depth)
}

// load starts to load what is under a link, which is small enough for one block
// but may be more.
func (w *fileWalk) load(p part, depth int) error {
	out := &piece{done: make(chan struct{}), room: int64(min(uint64(w.bytes.Load()), p.size))}
	if err := w.room.Acquire(w.ctx, out.room); err != nil {
		return context.Cause(w.ctx)
	}
	w.loads.Go(func() {
		defer close(out.done)
		f, err := w.store.filePart(w.ctx, p)
		if err != nil {
			out.err = err
			return
		}
		out.data, out.err = w.collect(f, p.from, p.to, depth)
	})
	return w.send(out)
}

func (w *fileWalk) send(p *piece) error {
	select {
	case w.pieces <- p:
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

// collect returns bytes from..to of a leaf or of a small tree.
func (w *fileWalk) collect(f *fileNode, from, to uint64, depth int) ([]byte, error) {
	own, parts := f.cut(from, to)
	if len(parts) == 0 {
		return own, nil
	}
	if depth == maxFileDepth {
		return nil, tooDeep(f.cid)
	}
	data := append(make([]byte, 0, to-from), own...)
	for some := range slices.Chunk(parts, readAheadBlocks) {
		cids := make([]cid.Cid, len(some))
		for i, p := range some {
			cids[i] = p.cid
		}
		bs, err := w.store.getMany(w.ctx, cids)
		if err != nil {
			return nil, err
		}
		for i, p := range some {
			child, err := parseFile(bs[i], p.size)
			if err != nil {
				return nil, err
			}
			more, err := w.collect(child, p.from, p.to, depth+1)
			if err != nil {
				return nil, err
			}
			data = append(data, more...)
		}
	}
	return data, nil
}
