package node

import (
	"context"
	"sync"

	blocks "github.com/ipfs/go-block-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A limit keeps the blocks of a repo within a number of bytes. To be cheap it
// takes each block put for a new one, and has the store count again only when by
// that reckoning there is no room left.
type limit struct {
	most uint64 // 0 for no limit

	mu      sync.Mutex // guards following; held while the store counts
	counted bool       // whether used means anything yet
	used    uint64     // never less than what the store holds
	pending uint64     // the part of used whose puts are under way
	loose   bool       // used may be more than what the store holds
}

// reserve makes room for blocks that are about to be put; settle must be called
// with the put's outcome.
func (l *limit) reserve(ctx context.Context, s *store, bs []blocks.Block) (settle func(error), err error) {
	if l.most == 0 {
		return func(error) {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	need := bytesOf(bs)
	if !l.counted || l.loose && l.used+need > l.most {
		if err := l.recount(ctx, s); err != nil {
			return nil, err
		}
	}
	if l.used+need > l.most {
		if need, err = s.bytesMissing(ctx, bs); err != nil {
			return nil, err
		}
	}
	if need > 0 && l.used+need > l.most {
		details := map[string]any{"used": l.used, "limit": l.most, "kind": limitStorageMax}
		return nil, nodeapi.Errorf(nodeapi.CodeStorageFull, details, "the repo's limit of %d bytes is reached", l.most)
	}
	l.used += need
	l.pending += need
	l.loose = l.loose || need > 0
	return func(err error) { l.settle(need, err) }, nil
}

func (l *limit) settle(need uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending -= need
	if err != nil {
		l.used -= need
	}
}

// recount is called with mu held.
func (l *limit) recount(ctx context.Context, s *store) error {
	_, size, err := s.stat(ctx)
	if err != nil {
		return err
	}
	l.counted, l.used, l.loose = true, size+l.pending, l.pending > 0
	return nil
}

// freed notes that blocks were removed.
func (l *limit) freed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loose = true
}

func bytesOf(bs []blocks.Block) (sum uint64) {
	for _, b := range bs {
		sum += uint64(len(b.RawData()))
	}
	return sum
}

// bytesMissing returns how much of the blocks the store does not have.
func (s *store) bytesMissing(ctx context.Context, bs []blocks.Block) (sum uint64, err error) {
	for _, b := range bs {
		has, err := s.blocks.Has(ctx, b.Cid())
		if err != nil {
			return 0, s.wrap(ctx, err)
		}
		if !has {
			sum += uint64(len(b.RawData()))
		}
	}
	return sum, nil
}
