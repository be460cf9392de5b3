package node

import (
	"context"
	"errors"
	"io"
	"time"

	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/ipld/unixfs/mod"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// mfsChunk is the size of a leaf that is new.
	mfsChunk = int64(256 << 10)
	// mfsWindow is the most that is gathered before it is built into the DAG:
	// what boxo's modifier gathers at most.
	mfsWindow = int64(2 << 20)
)

// build writes bytes into a file and returns what becomes of it, with all its
// blocks written.
func (w *fileWrite) build(ctx context.Context, base fileBase, content io.Reader) (builtFile, error) {
	defer w.node.imports.join()()
	ctx, cancel := context.WithCancel(ctx)
	writer := newBlockWriter(ctx, w.node.store, w.lease, w.node.imports.share)
	defer writer.flying.Wait() // the lease covers what it writes
	defer cancel()
	dag := &fileDAG{store: w.node.store, writer: writer, fresh: map[cid.Cid]blocks.Block{}}
	m, err := w.modifier(ctx, base, dag)
	if err != nil {
		return builtFile{}, err
	}
	old, err := m.Size()
	if err != nil {
		return builtFile{}, err
	}
	if _, err := m.Seek(int64(w.req.Offset), io.SeekStart); err != nil {
		return builtFile{}, err
	}
	written, err := w.fill(m, old, content)
	if err != nil {
		return builtFile{}, err
	}
	nd, err := m.GetNode()
	if err != nil {
		return builtFile{}, err
	}
	if err := dag.Add(ctx, nd); err != nil {
		return builtFile{}, err
	}
	return builtFile{node: nd, from: w.req.Offset, size: uint64(written)}, dag.settle()
}

// modifier returns what changes the base.
func (w *fileWrite) modifier(ctx context.Context, base fileBase, dag *fileDAG) (*mod.DagModifier, error) {
	nd := base.node
	if nd == nil || w.req.Truncate {
		empty, err := base.empty(w.builder)
		if err != nil {
			return nil, err
		}
		if err := dag.Add(ctx, empty); err != nil {
			return nil, err
		}
		nd = empty
	}
	m, err := mod.NewDagModifier(ctx, nd, dag, chunk.DefaultSplitter)
	if err != nil {
		return nil, err
	}
	if w.req.RawLeaves != nil {
		m.RawLeaves = *w.req.RawLeaves
	}
	return m, nil
}

// empty returns a file without bytes that is otherwise like the base, or if there
// is none has a CID of the builder's. boxo's modifier would leave an empty leaf behind each time that it cuts a file down to
// nothing.
func (b fileBase) empty(builder cid.Builder) (*merkledag.ProtoNode, error) {
	data := unixfs.FilePBData(nil, 0)
	if b.node != nil {
		prefix := b.node.Cid().Prefix()
		prefix.Codec = cid.DagProtobuf
		builder = prefix
	}
	if pb, ok := b.node.(*merkledag.ProtoNode); ok {
		old, err := unixfs.FSNodeFromBytes(pb.Data())
		if err != nil {
			return nil, err
		}
		now := old.ModTime()
		if !now.IsZero() {
			now = time.Now() // as of every change
		}
		data = unixfs.FilePBDataWithStat(nil, 0, old.Mode(), now)
	}
	empty := merkledag.NodeWithData(data)
	return empty, empty.SetCidBuilder(builder)
}

// fill writes what content reads, and returns how much that was. The pieces in
// which it does make no difference to the DAG: what goes over old bytes may end
// anywhere, and what goes behind them ends where a leaf does.
func (w *fileWrite) fill(m *mod.DagModifier, old int64, content io.Reader) (written int64, err error) {
	for {
		piece := max(mfsChunk, min(mfsWindow, w.node.imports.share())/mfsChunk*mfsChunk)
		if at := int64(w.req.Offset) + written; at < old {
			piece = min(piece, old-at)
		}
		k, err := io.CopyN(m, content, piece)
		written += k
		if err != nil && !errors.Is(err, io.EOF) {
			return written, err
		}
		if int64(w.req.Offset)+written > maxFileSize {
			return written, invalidOption("offset", w.req.Offset, "a file of more than %d bytes", uint64(maxFileSize))
		}
		if syncErr := m.Sync(); syncErr != nil {
			return written, syncErr
		}
		if err != nil {
			return written, nil
		}
	}
}

// A fileDAG is what boxo's modifier of files reads from and writes to: the store,
// with what was added and may not have reached it yet.
type fileDAG struct {
	store  *store
	writer *blockWriter
	fresh  map[cid.Cid]blocks.Block
	size   int64 // of fresh, in bytes
}

var _ ipld.DAGService = (*fileDAG)(nil)

// Get returns a node. The repo is looked into first: what was added is there.
func (d *fileDAG) Get(ctx context.Context, c cid.Cid) (ipld.Node, error) {
	if b := d.fresh[c]; b != nil {
		return decodeNode(b)
	}
	nd, err := dagReader{d.store}.Get(withoutFetcher(ctx), c)
	if nodeapi.CodeOf(err) == nodeapi.CodeNotFound && fetcherOf(ctx) != nil {
		return dagReader{d.store}.Get(ctx, c)
	}
	return nd, err
}

// GetMany returns nodes one after the other.
func (d *fileDAG) GetMany(ctx context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	return getEach(ctx, d, cids)
}

// Add has a node written.
func (d *fileDAG) Add(ctx context.Context, nd ipld.Node) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	data := nd.RawData() // before the CID, which it settles
	b, err := blocks.NewBlockWithCid(data, nd.Cid())
	if err != nil {
		return err
	}
	nodeapi.Spend(ctx, len(data))
	d.fresh[b.Cid()] = b
	d.size += int64(len(data))
	if err := d.writer.put(b); err != nil || d.size < mfsWindow {
		return err
	}
	return d.settle()
}

// settle returns once all that was added is in the store.
func (d *fileDAG) settle() error {
	err := d.writer.flush()
	clear(d.fresh)
	d.size = 0
	return err
}

// AddMany has nodes written.
func (d *fileDAG) AddMany(ctx context.Context, nds []ipld.Node) error {
	for _, nd := range nds {
		if err := d.Add(ctx, nd); err != nil {
			return err
		}
	}
	return nil
}

// Remove leaves everything as it is: what nothing leads to is garbage.
func (d *fileDAG) Remove(context.Context, cid.Cid) error { return nil }

// RemoveMany likewise.
func (d *fileDAG) RemoveMany(context.Context, []cid.Cid) error { return nil }
