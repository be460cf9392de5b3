package node

import (
	"context"
	"sync"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An mfsDAG is what boxo's mfs reads from and writes to: the store, and in
// memory what was added. It remembers which block was missing. It may be used
// concurrently.
type mfsDAG struct {
	store *store

	mu      sync.Mutex // guards following
	added   map[cid.Cid]*addedNode
	missing cid.Cid // the first
}

// An addedNode is one as it was when it was added: boxo goes on to change some.
type addedNode struct {
	block blocks.Block
	links []cid.Cid
}

var _ ipld.DAGService = (*mfsDAG)(nil)

// Get returns a node.
func (d *mfsDAG) Get(ctx context.Context, c cid.Cid) (ipld.Node, error) {
	if added := d.find(c); added != nil {
		return decodeNode(added.block)
	}
	nd, err := dagReader{d.store}.Get(ctx, c)
	if nodeapi.CodeOf(err) == nodeapi.CodeNotFound {
		d.miss(c)
	}
	return nd, err
}

func (d *mfsDAG) find(c cid.Cid) *addedNode {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.added[c]
}

func (d *mfsDAG) miss(c cid.Cid) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.missing.Defined() {
		d.missing = c
	}
}

func (d *mfsDAG) firstMissing() cid.Cid {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.missing
}

// GetMany returns nodes one after the other.
func (d *mfsDAG) GetMany(ctx context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	return getEach(ctx, d, cids)
}

// Add keeps a node in memory.
func (d *mfsDAG) Add(_ context.Context, nd ipld.Node) error {
	data := nd.RawData() // before the CID, which it settles
	b, err := blocks.NewBlockWithCid(data, nd.Cid())
	if err != nil {
		return err
	}
	added := &addedNode{block: b}
	for _, l := range nd.Links() {
		added.links = append(added.links, l.Cid)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.added[b.Cid()] = added
	return nil
}

// AddMany keeps nodes in memory.
func (d *mfsDAG) AddMany(ctx context.Context, nds []ipld.Node) error {
	for _, nd := range nds {
		if err := d.Add(ctx, nd); err != nil {
			return err
		}
	}
	return nil
}

// Remove leaves everything as it is: what nothing leads to is not written.
func (d *mfsDAG) Remove(context.Context, cid.Cid) error { return nil }

// RemoveMany likewise.
func (d *mfsDAG) RemoveMany(context.Context, []cid.Cid) error { return nil }

// write writes what was added and is now under root, but for what has been written.
func (d *mfsDAG) write(ctx context.Context, l *lease, root cid.Cid, written *cid.Set) error {
	ctx, cancel := context.WithCancel(ctx)
	w := newBlockWriter(ctx, d.store, l, func() int64 { return batchBytes })
	defer w.flying.Wait()
	defer cancel()
	todo := []cid.Cid{root}
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		added := d.find(c)
		if added == nil || !written.Visit(c) {
			continue
		}
		if err := w.put(added.block); err != nil {
			return err
		}
		todo = append(todo, added.links...)
	}
	return w.flush()
}

// batchBytes is how much of a change is written at a time.
const batchBytes = 1 << 20
