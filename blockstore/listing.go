package blockstore

import (
	"context"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// pageLen is how many keys a listing asks for at a time.
const pageLen = 1024

// AllSizes implements Sizer.
func (b *Blocks) AllSizes(ctx context.Context, visit func(c cid.Cid, size int) error) error {
	return b.lanes.each(ctx, wholeTable, func(name []byte, size int) error {
		return visit(cid.NewCidV1(cid.Raw, multihash.Multihash(name)), size)
	})
}

// Stat implements Stater. It reads all keys.
func (b *Blocks) Stat(ctx context.Context) (count, bytes uint64, err error) {
	err = b.lanes.each(ctx, wholeTable, func(_ []byte, size int) error {
		count++
		bytes += uint64(size)
		return nil
	})
	return count, bytes, err
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
