package node

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/files"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	"github.com/ipfs/boxo/ipld/unixfs/importer/trickle"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An importer makes UnixFS DAGs. It is used by one goroutine.
type importer struct {
	ctx      context.Context
	settings importSettings
	hasher   Hasher
	writer   *blockWriter
	budget   *budget
}

// A link is what a directory keeps of an entry.
type link struct {
	cid  cid.Cid
	size uint64 // of the whole DAG in bytes
}

func linkTo(nd ipld.Node) (link, error) {
	size, err := nd.Size()
	return link{nd.Cid(), size}, err
}

// stat is what UnixFS 1.5 keeps of an entry.
type stat struct {
	mode  os.FileMode
	mtime time.Time
}

func statOf(h nodeapi.FileHeader) (stat, error) {
	var s stat
	if h.Mode != nil {
		s.mode = files.UnixPermsToModePerms(*h.Mode) // and no file type
	}
	if h.Mtime != nil {
		if h.Mtime.Nsecs > 999_999_999 {
			return s, invalidOption("mtime", h.Mtime.Nsecs, "mtime with %d nanoseconds", h.Mtime.Nsecs)
		}
		s.mtime = time.Unix(h.Mtime.Secs, int64(h.Mtime.Nsecs))
	}
	return s, nil
}

// file imports a file. After each chunk that it has read it calls progress with
// its length; an error of that ends the import.
func (im *importer) file(content io.Reader, st stat, progress func(int) error) (link, error) {
	source := &source{reader: content, progress: progress}
	var err error
	source.split, err = newSplitter(source, im.settings.chunker)
	if err != nil {
		return link{}, err
	}
	first, err := source.next()
	if err != nil {
		return link{}, err
	}
	if first == nil {
		return im.smallFile(nil, st)
	}
	second, err := source.next()
	if err != nil {
		return link{}, err
	}
	if second == nil {
		return im.smallFile(first, st)
	}
	return im.bigFile(source, [][]byte{first, second}, st)
}

// A source is a file being read in chunks.
type source struct {
	reader   io.Reader
	split    chunk.Splitter // over the source itself
	progress func(int) error
	err      error // what reader ended with, if not io.EOF
}

// errSource stands for a reader's error before the splitter. Those take
// io.ErrUnexpectedEOF for their own and would end the file there.
var errSource = errors.New("node: the source failed")

// Read passes bytes from the reader to the splitter.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err != nil && err != io.EOF { // itself: what wraps it is an error
		s.err = err
		err = errSource
	}
	return n, err
}

// next returns the next chunk, or nil at the end.
func (s *source) next() ([]byte, error) {
	data, err := s.split.NextBytes()
	switch {
	case s.err != nil:
		return nil, s.err
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return data, s.progress(len(data))
}

// smallFile imports a file of one chunk or none, without a goroutine.
func (im *importer) smallFile(data []byte, st stat) (link, error) {
	if im.rawLeavesFor(st) && !im.settings.trickle {
		return im.rawLeaf(data)
	}
	only := oneChunk(data)
	return im.layout(&only, cidBuilder{ctx: im.ctx, hasher: im.hasher, prefix: im.settings.prefix}, st)
}

// rawLeaf makes a file of one raw block, as the balanced layout does it, and for
// small files much sooner.
func (im *importer) rawLeaf(data []byte) (link, error) {
	prefix := im.settings.prefix.WithCodec(cid.Raw).(cid.Prefix)
	c, err := sum(im.ctx, im.hasher, prefix, data)
	if err != nil {
		return link{}, err
	}
	b, err := blocks.NewBlockWithCid(data, c)
	if err != nil {
		return link{}, err
	}
	return link{c, uint64(len(data))}, im.writer.put(b)
}

// bigFile reads the source here, while its chunks are hashed, built into a DAG
// and written elsewhere.
func (im *importer) bigFile(source *source, chunks [][]byte, st stat) (link, error) {
	ctx, cancel := context.WithCancelCause(im.ctx)
	defer im.budget.join()()
	queue := newChunkQueue(ctx, im.hasher, &im.settings, im.budget.share())
	var built link
	var buildErr error
	done := make(chan struct{})
	defer func() {
		cancel(nil)
		<-done
	}()
	go func() {
		defer close(done)
		builder := cidBuilder{ctx: ctx, hasher: im.hasher, prefix: im.settings.prefix, queue: queue}
		built, buildErr = im.layout(queue, builder, st)
		cancel(buildErr) // nobody takes chunks from here on
	}()
	err := source.sendTo(queue, chunks)
	if err != nil {
		cancel(err) // what was read is not worth building any more
	}
	queue.end(err)
	<-done
	return built, buildErr
}

// sendTo sends chunks that were read before, and then all others.
func (s *source) sendTo(queue *chunkQueue, chunks [][]byte) error {
	for _, data := range chunks {
		if err := queue.send(data); err != nil {
			return err
		}
	}
	for {
		data, err := s.next()
		if err != nil || data == nil {
			return err
		}
		if err := queue.send(data); err != nil {
			return err
		}
	}
}

// layout builds a file's DAG out of chunks.
func (im *importer) layout(split chunk.Splitter, builder cidBuilder, st stat) (link, error) {
	params := helpers.DagBuilderParams{
		Maxlinks:    im.settings.profile.FileDAGWidth,
		RawLeaves:   im.rawLeavesFor(st),
		CidBuilder:  builder,
		Dagserv:     im.writer,
		FileMode:    st.mode,
		FileModTime: st.mtime,
	}
	db, err := params.New(split)
	if err != nil {
		return link{}, err
	}
	build := balanced.Layout
	if im.settings.trickle {
		build = trickle.Layout
	}
	root, err := build(db)
	if err != nil {
		return link{}, err
	}
	return linkTo(root)
}

// rawLeavesFor drops raw leaves for a file with mode or mtime, unless they were
// asked for: a file of one raw leaf has no place for those.
func (im *importer) rawLeavesFor(st stat) bool {
	return im.settings.rawLeaves && (st == stat{} || im.settings.rawLeavesAsked)
}
