package blockstore

import (
	"bytes"
	"context"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// keptOnPut is up to which size a block is kept when it is written: those of
// directories and of records, which are read again. Larger ones are parts of
// files, and writing those would push out what is read.
const keptOnPut = 16 << 10

// Cached is the blockstore of a Store that also keeps what was read or written
// last in memory. It does what Blocks does, with the same promises; the bytes of
// a block that it gives out are shared, and must not be changed.
type Cached struct {
	*Blocks
	kept *recent
}

var (
	_ bstore.Blockstore           = (*Cached)(nil)
	_ bstore.AllKeysChanWithErrer = (*Cached)(nil)
	_ ManyGetter                  = (*Cached)(nil)
	_ ManyDeleter                 = (*Cached)(nil)
	_ StoredGetter                = (*Cached)(nil)
)

// NewCached returns blocks of which up to so many bytes are kept in memory.
// Blocks that are deleted must be deleted by way of it.
func NewCached(b *Blocks, bytes int) *Cached {
	return &Cached{Blocks: b, kept: newRecent(bytes)}
}

// Has reports whether the block is there.
func (c *Cached) Has(ctx context.Context, id cid.Cid) (bool, error) {
	if _, ok := c.size(ctx, id); ok {
		return true, nil
	}
	return c.Blocks.Has(ctx, id)
}

// GetSize returns the block's size in bytes, and -1 with any error.
func (c *Cached) GetSize(ctx context.Context, id cid.Cid) (int, error) {
	if size, ok := c.size(ctx, id); ok {
		return size, nil
	}
	return c.Blocks.GetSize(ctx, id)
}

func (c *Cached) size(ctx context.Context, id cid.Cid) (int, bool) {
	if !c.serves(ctx) {
		return 0, false
	}
	return c.kept.size(hashOf(id))
}

// serves reports whether calls may be answered from memory: what fails without,
// fails with it too.
func (c *Cached) serves(ctx context.Context) bool {
	return ctx.Err() == nil && !c.lanes.values.over()
}

// hashOf names a block. It is empty for an undefined CID.
func hashOf(id cid.Cid) string { return string(id.Hash()) }

// Get returns the block under the CID it was asked by.
func (c *Cached) Get(ctx context.Context, id cid.Cid) (blocks.Block, error) {
	if !id.Defined() || !c.serves(ctx) {
		return c.Blocks.Get(ctx, id)
	}
	hash := hashOf(id)
	if data, ok := c.kept.get(hash); ok {
		return blocks.NewBlockWithCid(data, id)
	}
	ticket := c.kept.begin()
	b, err := c.Blocks.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	c.keep(ticket, id, b.RawData())
	return b, nil
}

// GetStored implements StoredGetter.
func (c *Cached) GetStored(ctx context.Context, id cid.Cid) (blocks.Block, error) {
	return c.Blocks.Get(ctx, id)
}

// GetMany implements ManyGetter.
func (c *Cached) GetMany(ctx context.Context, ids []cid.Cid) ([]blocks.Block, error) {
	if !c.serves(ctx) {
		return c.Blocks.GetMany(ctx, ids)
	}
	found := make([]blocks.Block, len(ids))
	var rest []cid.Cid
	var places []int // where in found the rest belongs
	var err error
	for i, id := range ids {
		data, ok := []byte(nil), false
		if id.Defined() {
			data, ok = c.kept.get(hashOf(id))
		}
		if !ok {
			rest = append(rest, id)
			places = append(places, i)
		} else if found[i], err = blocks.NewBlockWithCid(data, id); err != nil {
			return nil, err
		}
	}
	if len(rest) == 0 {
		return found, nil
	}
	ticket := c.kept.begin()
	others, err := c.Blocks.GetMany(ctx, rest)
	if err != nil {
		return nil, err
	}
	for i, b := range others {
		if b != nil {
			c.keep(ticket, rest[i], b.RawData())
		}
		found[places[i]] = b
	}
	return found, nil
}

// keep takes the bytes of a block that is stored.
func (c *Cached) keep(ticket uint64, id cid.Cid, data []byte) {
	if _, ok := inlined(id); !ok {
		c.kept.add(ticket, hashOf(id), data)
	}
}

// Put is Blocks.Put.
func (c *Cached) Put(ctx context.Context, block blocks.Block) error {
	return c.PutMany(ctx, []blocks.Block{block})
}

// PutMany is Blocks.PutMany.
func (c *Cached) PutMany(ctx context.Context, many []blocks.Block) error {
	ticket := c.kept.begin()
	if err := c.Blocks.PutMany(ctx, many); err != nil {
		return err
	}
	for _, b := range many {
		if data := b.RawData(); len(data) <= keptOnPut {
			c.keep(ticket, b.Cid(), bytes.Clone(data)) // the caller's are part of something larger
		}
	}
	return nil
}

// DeleteBlock is Blocks.DeleteBlock.
func (c *Cached) DeleteBlock(ctx context.Context, id cid.Cid) error {
	return c.DeleteMany(ctx, []cid.Cid{id})
}

// DeleteMany is Blocks.DeleteMany.
func (c *Cached) DeleteMany(ctx context.Context, ids []cid.Cid) error {
	hashes := make([]string, 0, len(ids))
	for _, id := range ids {
		if id.Defined() {
			hashes = append(hashes, hashOf(id))
		}
	}
	defer c.kept.remove(hashes)()
	return c.Blocks.DeleteMany(ctx, ids)
}
