package node

import (
	"context"
	"slices"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// manyDeleter deletes many blocks at once, all or none. The node's blockstore
// may have it.
type manyDeleter interface {
	DeleteMany(ctx context.Context, cids []cid.Cid) error
}

// freed notes that there may be more room.
func (s *store) freed() {
	s.limit.freed()
	s.watch.lookSoon()
}

// remove deletes those of the blocks that are on no lease, and returns them.
func (s *store) remove(ctx context.Context, cids []cid.Cid) ([]cid.Cid, error) {
	defer s.freed()
	if many, ok := s.given.(manyDeleter); ok {
		return s.guard.delete(cids, func(free []cid.Cid) error { return many.DeleteMany(ctx, free) })
	}
	var removed []cid.Cid
	for one := range slices.Chunk(cids, 1) {
		deleted, err := s.guard.delete(one, func([]cid.Cid) error { return s.blocks.DeleteBlock(ctx, one[0]) })
		if err != nil {
			return removed, err
		}
		removed = append(removed, deleted...)
	}
	return removed, nil
}

// sizer lists blocks with their sizes. The node's blockstore may have it.
type sizer interface {
	AllSizes(ctx context.Context, visit func(c cid.Cid, size int) error) error
}

// keysAtOnce is how many keys are looked at before others may go first.
const keysAtOnce = 256

// each calls visit with each block of the repo until it returns an error.
func (s *store) each(ctx context.Context, visit func(cid.Cid) error) error {
	seen := 0
	look := func(c cid.Cid) error {
		if seen++; seen%keysAtOnce == 0 {
			nodeapi.Spend(ctx, keysAtOnce*keyCost)
		}
		return visit(c)
	}
	if sizes, ok := s.given.(sizer); ok {
		return sizes.AllSizes(ctx, func(c cid.Cid, _ int) error { return look(c) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	keys, failure, err := s.allKeys(ctx)
	if err != nil {
		return err
	}
	for c := range keys {
		if err := look(c); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return failure()
}

// allKeys lists the blocks; failure says whether the list is whole once it has
// been read to its end.
func (s *store) allKeys(ctx context.Context) (keys <-chan cid.Cid, failure func() error, err error) {
	if truthful, ok := s.given.(blockstore.AllKeysChanWithErrer); ok {
		return truthful.AllKeysChanWithErr(ctx)
	}
	keys, err = s.given.AllKeysChan(ctx)
	return keys, func() error { return nil }, err
}
