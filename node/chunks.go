package node

import (
	"context"
	"io"

	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"golang.org/x/sync/semaphore"
)

// chunksAhead bounds, beside their bytes, how many chunks are read but not yet
// part of the DAG. Their hashes are worked on meanwhile.
const chunksAhead = 64

// A hashedChunk is a chunk of a file with its hash, which is there once done is
// closed.
type hashedChunk struct {
	data   []byte
	done   chan struct{}
	digest multihash.Multihash
	err    error
}

// A chunkQueue carries chunks from the goroutine that reads a file to the one
// that builds its DAG, and has their hashes worked out on the way, many at a
// time. To boxo's layouts it is the splitter; the cid.Builder that belongs to
// it hands them the hash that is already there.
type chunkQueue struct {
	ctx      context.Context
	hasher   Hasher
	prefix   cid.Prefix
	hashed   bool  // whether chunks are hashed as they are
	bytes    int64 // how much of them is held at a time
	room     *semaphore.Weighted
	chunks   chan *hashedChunk
	readErr  error // set before chunks is closed
	building *hashedChunk
}

func newChunkQueue(ctx context.Context, h Hasher, s *importSettings, bytes int64) *chunkQueue {
	return &chunkQueue{
		ctx:    ctx,
		hasher: h,
		prefix: s.prefix,
		hashed: s.rawLeaves, // other leaves are hashed in their encoding
		bytes:  bytes,
		room:   semaphore.NewWeighted(bytes),
		chunks: make(chan *hashedChunk, chunksAhead),
	}
}

// send hands over a chunk and starts hashing it. It blocks while the builder
// lags too far behind.
func (q *chunkQueue) send(data []byte) error {
	if err := q.room.Acquire(q.ctx, q.weight(data)); err != nil {
		return context.Cause(q.ctx)
	}
	c := &hashedChunk{data: data, done: make(chan struct{})}
	if q.hashed {
		go func() {
			defer close(c.done)
			c.digest, c.err = digestOf(q.ctx, q.hasher, q.prefix, data)
		}()
	} else {
		close(c.done)
	}
	select {
	case q.chunks <- c:
		return nil
	case <-q.ctx.Done():
		return context.Cause(q.ctx)
	}
}

// weight lets a chunk pass that is larger than all the room.
func (q *chunkQueue) weight(data []byte) int64 { return min(q.bytes, int64(len(data))) }

// end tells the builder that no chunk follows, because of err unless nil.
func (q *chunkQueue) end(err error) {
	q.readErr = err
	close(q.chunks)
}

// NextBytes returns the next chunk once it is hashed.
func (q *chunkQueue) NextBytes() ([]byte, error) {
	var c *hashedChunk
	var more bool
	select {
	case c, more = <-q.chunks:
	case <-q.ctx.Done():
		return nil, context.Cause(q.ctx)
	}
	if !more {
		if q.readErr != nil {
			return nil, q.readErr
		}
		return nil, io.EOF
	}
	<-c.done
	q.room.Release(q.weight(c.data))
	q.building = c
	return c.data, c.err
}

// Reader is part of chunk.Splitter; only boxo's filestore asks.
func (q *chunkQueue) Reader() io.Reader { return nil }

// A oneChunk is the splitter of a file of one chunk, or of none if it is nil.
type oneChunk []byte

func (c *oneChunk) NextBytes() ([]byte, error) {
	if *c == nil {
		return nil, io.EOF
	}
	data := *c
	*c = nil
	return data, nil
}

func (c *oneChunk) Reader() io.Reader { return nil }

var (
	_ chunk.Splitter = (*chunkQueue)(nil)
	_ chunk.Splitter = (*oneChunk)(nil)
)

// A cidBuilder makes the CIDs of an import by way of the Hasher, or takes the
// hash of the chunk that q handed out last when asked for that chunk's.
type cidBuilder struct {
	ctx    context.Context
	hasher Hasher
	prefix cid.Prefix
	queue  *chunkQueue // nil if there is none
}

func (b cidBuilder) Sum(data []byte) (cid.Cid, error) {
	if b.queue != nil {
		if c := b.queue.building; c != nil && c.digest != nil && sameSlice(c.data, data) {
			return cid.NewCidV1(b.prefix.Codec, c.digest), nil
		}
	}
	return sum(b.ctx, b.hasher, b.prefix, data)
}

// GetCodec returns the codec of the CIDs made.
func (b cidBuilder) GetCodec() uint64 { return b.prefix.Codec }

// WithCodec returns a builder for another codec.
func (b cidBuilder) WithCodec(codec uint64) cid.Builder {
	b.prefix = b.prefix.WithCodec(codec).(cid.Prefix)
	return b
}

// sameSlice reports whether two slices are the same memory.
func sameSlice(a, b []byte) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}
