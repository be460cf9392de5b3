package blockstore

import (
	"context"

	"github.com/ipfs/go-cid"
)

// listPage is how many keys a listing asks for at a time.
const listPage = 1024

// AllSizes implements Sizer.
func (b *Blocks) AllSizes(ctx context.Context, visit func(c cid.Cid, size int) error) error {
	rest := wholeTable()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := b.lanes.engine.list(blockTable, rest, listPage, false)
		if err != nil {
			return err
		}
		for _, key := range p.keys {
			hash, size, err := splitBlockKey(key)
			if err != nil {
				return err
			}
			if err := visit(cid.NewCidV1(cid.Raw, hash), size); err != nil {
				return err
			}
		}
		if len(p.keys) < listPage {
			return nil
		}
		rest = rest.after(p.keys[len(p.keys)-1])
	}
}

// Stat implements Stater. The first call reads all keys, and later ones none.
func (b *Blocks) Stat(ctx context.Context) (count, bytes uint64, err error) {
	return b.totals.get(ctx)
}

// AllKeysChan lists the blocks as AllKeysChanWithErr does, for callers that can
// do without knowing whether the list is whole.
func (b *Blocks) AllKeysChan(ctx context.Context) (<-chan cid.Cid, error) {
	keys, _, err := b.AllKeysChanWithErr(ctx)
	return keys, err
}

// AllKeysChanWithErr lists the CID (version 1, codec raw) of each block. Every
// block that is there all the time is listed once; one that comes or goes
// meanwhile may be listed or not. The channel is closed at the end, early when
// ctx ends or reading fails: the function, called after that, says so.
func (b *Blocks) AllKeysChanWithErr(ctx context.Context) (<-chan cid.Cid, func() error, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	keys := make(chan cid.Cid, 128)
	outcome := make(chan error, 1)
	go func() {
		err := b.AllSizes(ctx, func(c cid.Cid, _ int) error {
			select {
			case keys <- c:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		outcome <- err
		close(keys)
	}()
	return keys, func() error {
		err := <-outcome
		outcome <- err // for the next who asks
		return err
	}, nil
}
