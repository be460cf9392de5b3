package node

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/ipfs/boxo/bitswap"
	bsmsg "github.com/ipfs/boxo/bitswap/message"
	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// What serving peers may take. Blocks of up to maxBlockSize are in memory by the
// number of readers, and of bytes on their way to a peer.
const (
	serveReaders     = 8       // reads of the store at a time
	serveSenders     = 8       // messages being made and sent at a time
	serveBytesFlying = 1 << 20 // unsent to one peer, or one block
	serveWants       = 1024    // of one peer that are remembered
)

func newBitswap(x *exchange) *bitswap.Bitswap {
	return bitswap.New(x.stopped, x.net, nil, servedBlocks{x.store},
		bitswap.WithTracer(x),
		bitswap.WithoutDuplicatedBlockStats(), // looks each block up; counted in MessageReceived
		bitswap.EngineBlockstoreWorkerCount(serveReaders),
		bitswap.EngineTaskWorkerCount(serveSenders),
		bitswap.TaskWorkerCount(serveSenders),
		bitswap.MaxOutstandingBytesPerPeer(serveBytesFlying),
		bitswap.MaxQueuedWantlistEntriesPerPeer(serveWants),
	)
}

// exchangeCounts are blocks that came though they were not, or no longer,
// wanted.
type exchangeCounts struct{ blocks, bytes atomic.Uint64 }

// MessageReceived counts blocks that nobody waits for, or that came already.
// bitswap drops them.
func (x *exchange) MessageReceived(_ peer.ID, m bsmsg.BitSwapMessage) {
	for _, b := range m.Blocks() {
		if !x.receives(b.Cid()) {
			x.counts.blocks.Add(1)
			x.counts.bytes.Add(uint64(len(b.RawData())))
		}
	}
}

// receives notes that a block came, and reports whether that is of use.
func (x *exchange) receives(c cid.Cid) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.wants[string(c.Hash())]
	if w == nil || w.received || !w.cid.Equals(c) {
		return false
	}
	w.received = true
	return true
}

// MessageSent is the other half of bitswap's tracer.
func (x *exchange) MessageSent(peer.ID, bsmsg.BitSwapMessage) {}

// servedBlocks is the store as bitswap reads it for peers.
type servedBlocks struct{ store *store }

var _ blockstore.Blockstore = servedBlocks{}

// gone reports whether a block is none to give away: it is being deleted, or its
// CID is one that the node does not take itself.
func (s servedBlocks) gone(c cid.Cid) bool {
	return checkCID(c) != nil || s.store.guard.isDeleting(c)
}

// Get reads a block.
func (s servedBlocks) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	if s.gone(c) {
		return nil, ipld.ErrNotFound{Cid: c}
	}
	return s.store.blocks.Get(ctx, c)
}

// GetSize returns a block's size.
func (s servedBlocks) GetSize(ctx context.Context, c cid.Cid) (int, error) {
	if s.gone(c) {
		return -1, ipld.ErrNotFound{Cid: c}
	}
	return s.store.blocks.GetSize(ctx, c)
}

// Has reports whether a block is there.
func (s servedBlocks) Has(ctx context.Context, c cid.Cid) (bool, error) {
	if s.gone(c) {
		return false, nil
	}
	return s.store.blocks.Has(ctx, c)
}

var errServedOnly = errors.New("node: bitswap only reads the store")

// Put is not for who serves.
func (servedBlocks) Put(context.Context, blocks.Block) error { return errServedOnly }

// PutMany, likewise.
func (servedBlocks) PutMany(context.Context, []blocks.Block) error { return errServedOnly }

// DeleteBlock, likewise.
func (servedBlocks) DeleteBlock(context.Context, cid.Cid) error { return errServedOnly }

// AllKeysChan, likewise.
func (servedBlocks) AllKeysChan(context.Context) (<-chan cid.Cid, error) { return nil, errServedOnly }

// BitswapStat returns the account of blocks exchanged with peers.
func (n *Node) BitswapStat(context.Context) (nodeapi.BitswapStat, error) {
	x := n.store.exchange
	if x.bitswap == nil {
		return nodeapi.BitswapStat{}, errNoExchange
	}
	s, err := x.bitswap.Stat()
	if err != nil {
		return nodeapi.BitswapStat{}, err
	}
	dropped := x.net.Dropped()
	return nodeapi.BitswapStat{
		Wantlist:         x.wantlist(),
		Peers:            s.Peers,
		BlocksReceived:   s.BlocksReceived,
		DataReceived:     s.DataReceived,
		BlocksSent:       s.BlocksSent,
		DataSent:         s.DataSent,
		DupBlksReceived:  x.counts.blocks.Load() + dropped.Blocks,
		DupDataReceived:  x.counts.bytes.Load() + dropped.Bytes,
		MessagesReceived: s.MessagesReceived,
		MessagesDropped:  dropped.Messages,
	}, nil
}

// BitswapWantlist returns what the node wants, or if peer is not empty what that
// peer wants of it.
func (n *Node) BitswapWantlist(_ context.Context, p string) ([]cid.Cid, error) {
	x := n.store.exchange
	if x.bitswap == nil {
		return nil, errNoExchange
	}
	if p == "" {
		return x.wantlist(), nil
	}
	id, err := peer.Decode(p)
	if err != nil {
		return nil, nodeapi.Errorf(nodeapi.CodeInvalidPeerID, map[string]any{"value": p}, "%q is not a peer id: %w", p, err)
	}
	if id == n.id {
		return x.wantlist(), nil
	}
	return x.bitswap.WantlistForPeer(id), nil
}

// wantlist returns what is wanted at the moment.
func (x *exchange) wantlist() []cid.Cid {
	x.mu.Lock()
	defer x.mu.Unlock()
	cids := make([]cid.Cid, 0, len(x.wants))
	for _, w := range x.wants {
		if w.asked {
			cids = append(cids, w.cid)
		}
	}
	return cids
}

// errNoExchange is for what a node without a network cannot tell.
var errNoExchange = &nodeapi.Error{Code: nodeapi.CodeOffline, Message: "the node's network is off"}
