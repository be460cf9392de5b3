package node

import (
	"context"
	"slices"

	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxBlockSize is the largest block that others take over bitswap.
const maxBlockSize = 2 << 20

// store is how the node reaches its blocks: it gives errors their codes, holds
// what is put on the putter's lease, and reads blocks with identity hashes out
// of their CIDs. What is missing it asks peers for, on behalf of operations that
// want that: see fetcher.
type store struct {
	blocks   blockstore.Blockstore
	given    blockstore.Blockstore // as it was given, for what more it can do
	many     manyGetter            // given, or nil if it is none
	exchange *exchange             // nil until the node is made
	guard    *guard
	limit    limit
	watch    *storageWatch // nil until the node is made
	room     roomMaker     // nil without a watermark
	reads    *budget       // of those who read files

	fullError, closedError error
}

// manyGetter reads many blocks at once. In place of a missing one stands nil.
// The node's blockstore may have it.
type manyGetter interface {
	GetMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error)
}

func newStore(cfg Config) *store {
	many, _ := cfg.Blockstore.(manyGetter)
	return &store{
		given:       cfg.Blockstore,
		many:        many,
		blocks:      blockstore.NewIdStore(cfg.Blockstore),
		guard:       newGuard(),
		reads:       newReadBudget(),
		limit:       limit{most: cfg.StorageMax},
		fullError:   cfg.FullError,
		closedError: cfg.ClosedError,
	}
}

// get returns a block.
func (s *store) get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	if err := checkCID(c); err != nil {
		return nil, err
	}
	f := fetcherOf(ctx)
	if f.looksFirst(c) {
		b, err := s.blocks.Get(ctx, c)
		if f == nil || !ipld.IsNotFound(err) {
			return b, s.wrap(ctx, err)
		}
	}
	found := []blocks.Block{nil}
	err := f.fetch(ctx, []cid.Cid{c}, found)
	return found[0], err
}

// storedGetter reads what is stored, where other reads may be answered from
// memory. The node's blockstore may have it.
type storedGetter interface {
	GetStored(ctx context.Context, c cid.Cid) (blocks.Block, error)
}

// getStored returns a block of the repo as it is stored.
func (s *store) getStored(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	stored, ok := s.given.(storedGetter)
	if !ok {
		return s.get(ctx, c)
	}
	b, err := stored.GetStored(ctx, c)
	return b, s.wrap(ctx, err)
}

// getMany returns blocks in the order of their CIDs. It takes some at a time:
// all of them are in memory.
func (s *store) getMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error) {
	for _, c := range cids {
		if err := checkCID(c); err != nil {
			return nil, err
		}
	}
	found, err := s.readMany(ctx, cids)
	if err != nil {
		return nil, s.wrap(ctx, err)
	}
	missing := slices.Index(found, nil)
	if missing < 0 {
		return found, nil
	}
	f := fetcherOf(ctx)
	if f == nil {
		return nil, notFound(cids[missing])
	}
	return found, f.fetch(ctx, cids, found)
}

// readMany returns what the repo has; in place of a missing block stands nil.
func (s *store) readMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error) {
	found := make([]blocks.Block, len(cids))
	if s.many != nil {
		var err error
		if found, err = s.many.GetMany(ctx, cids); err != nil {
			return nil, err
		}
	}
	for i, c := range cids {
		if found[i] != nil || s.many != nil && c.Prefix().MhType != multihash.IDENTITY {
			continue
		}
		b, err := s.blocks.Get(ctx, c)
		if err != nil && !ipld.IsNotFound(err) {
			return nil, err
		}
		if err == nil {
			found[i] = b
		}
	}
	return found, nil
}

// size returns a block's size.
func (s *store) size(ctx context.Context, c cid.Cid) (int, error) {
	if err := checkCID(c); err != nil {
		return 0, err
	}
	size, err := s.blocks.GetSize(ctx, c)
	if !ipld.IsNotFound(err) || fetcherOf(ctx) == nil {
		return size, s.wrap(ctx, err)
	}
	b, err := s.get(ctx, c)
	if err != nil {
		return 0, err
	}
	return len(b.RawData()), nil
}

// need returns nil once a block is in the repo.
func (s *store) need(ctx context.Context, c cid.Cid) error {
	has, err := s.has(ctx, c)
	if err != nil || has {
		return err
	}
	if fetcherOf(ctx) == nil {
		return notFound(c)
	}
	_, err = s.get(ctx, c)
	return err
}

// has reports whether a block is in the repo.
func (s *store) has(ctx context.Context, c cid.Cid) (bool, error) {
	if err := checkCID(c); err != nil {
		return false, err
	}
	has, err := s.blocks.Has(ctx, c)
	return has, s.wrap(ctx, err)
}

// put writes blocks, which hash to their CIDs, and holds them on the lease.
// When it returns without error they are as durable as the store makes them.
func (s *store) put(ctx context.Context, l *lease, bs ...blocks.Block) error {
	mhs := make([]multihash.Multihash, len(bs))
	for i, b := range bs {
		mhs[i] = b.Cid().Hash()
	}
	if err := l.hold(ctx, mhs...); err != nil {
		return err
	}
	return s.write(ctx, bs...)
}

// A roomMaker may free some room for a write that found none. prepare is called
// before the write; makeRoom, after it failed, reports whether to try again.
type roomMaker interface {
	prepare() (ticket uint64)
	makeRoom(ctx context.Context, ticket uint64) bool
}

// write is put of blocks that are on a lease already.
func (s *store) write(ctx context.Context, bs ...blocks.Block) error {
	return chargeOf(ctx).write(ctx, bs, func() error { return s.writeUncharged(ctx, bs) })
}

func (s *store) writeUncharged(ctx context.Context, bs []blocks.Block) error {
	if s.room == nil {
		return s.tryWrite(ctx, bs)
	}
	ticket := s.room.prepare()
	err := s.tryWrite(ctx, bs)
	if nodeapi.CodeOf(err) == nodeapi.CodeStorageFull && s.room.makeRoom(ctx, ticket) {
		return s.tryWrite(ctx, bs)
	}
	return err
}

func (s *store) tryWrite(ctx context.Context, bs []blocks.Block) error {
	settle, err := s.limit.reserve(ctx, s, bs)
	if err != nil {
		return err
	}
	err = s.blocks.PutMany(ctx, bs)
	settle(err)
	if err != nil {
		return s.wrap(ctx, err)
	}
	s.guard.writes.Add(1)
	s.watch.wrote(bytesOf(bs))
	if s.exchange != nil {
		s.exchange.added(bs)
	}
	return nil
}
