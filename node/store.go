package node

import (
	"context"

	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// maxBlockSize is the largest block that others take over bitswap.
const maxBlockSize = 2 << 20

// store is how the node reaches its blocks: it gives errors their codes, holds
// what is put on the putter's lease, and reads blocks with identity hashes out
// of their CIDs. It is also where an exchange will be asked for what is missing.
type store struct {
	blocks blockstore.Blockstore
	given  blockstore.Blockstore // as it was given, for what more it can do
	many   manyGetter            // given, or nil if it is none
	guard  *guard
	limit  limit
	reads  *budget // of those who read files

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

func (s *store) get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	if err := checkCID(c); err != nil {
		return nil, err
	}
	b, err := s.blocks.Get(ctx, c)
	return b, s.wrap(ctx, err)
}

// getMany returns blocks in the order of their CIDs. It takes some at a time:
// all of them are in memory.
func (s *store) getMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error) {
	found := make([]blocks.Block, len(cids))
	if s.many != nil {
		for _, c := range cids {
			if err := checkCID(c); err != nil {
				return nil, err
			}
		}
		var err error
		if found, err = s.many.GetMany(ctx, cids); err != nil {
			return nil, s.wrap(ctx, err)
		}
	}
	for i, c := range cids {
		if found[i] != nil {
			continue
		}
		// Missing, an identity hash, or there is no manyGetter.
		var err error
		if found[i], err = s.get(ctx, c); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (s *store) size(ctx context.Context, c cid.Cid) (int, error) {
	if err := checkCID(c); err != nil {
		return 0, err
	}
	size, err := s.blocks.GetSize(ctx, c)
	return size, s.wrap(ctx, err)
}

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
	settle, err := s.limit.reserve(ctx, s, bs)
	if err != nil {
		return err
	}
	err = s.blocks.PutMany(ctx, bs)
	settle(err)
	return s.wrap(ctx, err)
}
