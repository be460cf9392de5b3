package blockstore

import (
	"context"
	"fmt"

	bstore "github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

// Blocks is the blockstore of a Store. Blocks are kept by multihash, so that
// all CIDs of one multihash name one block. A CID with an identity hash holds
// its block itself: such a block is always there, is never written, never
// listed, and cannot be deleted.
//
// Blocks does not compare blocks with their hashes: what lets blocks in does.
// boxo's ValidatingBlockstore around it verifies what is read.
//
// A missing block is ipld.ErrNotFound. An error from a write means that none
// of it was written.
type Blocks struct {
	lanes    *lanes
	totals   *totals
	database string // of IndexedDB; empty if it is none
}

var (
	_ bstore.Blockstore           = (*Blocks)(nil)
	_ bstore.AllKeysChanWithErrer = (*Blocks)(nil)
	_ Locator                     = (*Blocks)(nil)
	_ ManyGetter                  = (*Blocks)(nil)
	_ ManyDeleter                 = (*Blocks)(nil)
	_ Sizer                       = (*Blocks)(nil)
	_ Stater                      = (*Blocks)(nil)
)

// Has reports whether the block is there, without reading it.
func (b *Blocks) Has(ctx context.Context, c cid.Cid) (bool, error) {
	if !c.Defined() {
		return false, nil
	}
	if _, ok := inlined(c); ok {
		return true, nil
	}
	_, found, err := b.lanes.key(ctx, blockSpan(c.Hash()))
	return found, err
}

// GetSize returns the block's size in bytes, without reading it, and -1 with
// any error.
func (b *Blocks) GetSize(ctx context.Context, c cid.Cid) (int, error) {
	if !c.Defined() {
		return -1, ipld.ErrNotFound{Cid: c}
	}
	if data, ok := inlined(c); ok {
		return len(data), nil
	}
	key, found, err := b.lanes.key(ctx, blockSpan(c.Hash()))
	if err != nil {
		return -1, err
	}
	if !found {
		return -1, ipld.ErrNotFound{Cid: c}
	}
	_, size, err := splitBlockKey(key)
	return size, err
}

// Get returns the block under the CID it was asked by. Its bytes belong to the
// caller.
func (b *Blocks) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	found, err := b.GetMany(ctx, []cid.Cid{c})
	if err != nil {
		return nil, err
	}
	if found[0] == nil {
		return nil, ipld.ErrNotFound{Cid: c}
	}
	return found[0], nil
}

// Location implements Locator.
func (b *Blocks) Location() (database, store string) {
	if b.database == "" {
		return "", ""
	}
	return b.database, storeNames[blockTable]
}

// Locate implements Locator.
func (b *Blocks) Locate(c cid.Cid, size int) (key []byte) {
	if _, ok := inlined(c); ok || size < 0 || size > MaxValue {
		return nil
	}
	return blockKey(c.Hash(), uint32(size))
}

// GetMany implements ManyGetter.
func (b *Blocks) GetMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error) {
	var (
		found   = make([]blocks.Block, len(cids))
		lookups []*lookup
		places  []int // where in found the lookups belong
		err     error
	)
	for i, c := range cids {
		if !c.Defined() {
			continue
		}
		if data, ok := inlined(c); ok {
			if found[i], err = blocks.NewBlockWithCid(data, c); err != nil {
				return nil, err
			}
			continue
		}
		lookups = append(lookups, &lookup{span: blockSpan(c.Hash())})
		places = append(places, i)
	}
	if err := b.lanes.values.do(ctx, lookups...); err != nil {
		return nil, err
	}
	for i, look := range lookups {
		if !look.found {
			continue
		}
		at := places[i]
		if found[at], err = blocks.NewBlockWithCid(look.value, cids[at]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Put writes the block, unless it finds it there. After it returned nil the
// block is there until a delete that was called after Put was.
func (b *Blocks) Put(ctx context.Context, block blocks.Block) error {
	return b.PutMany(ctx, []blocks.Block{block})
}

// PutMany writes those of the blocks that it does not find there, in one
// transaction, with Put's promise for each.
func (b *Blocks) PutMany(ctx context.Context, many []blocks.Block) error {
	puts, err := putsOf(many)
	if err != nil {
		return err
	}
	if puts, err = b.missing(ctx, puts); err != nil {
		return err
	}
	changes := make([]change, len(puts))
	for i, p := range puts {
		changes[i] = change{key: blockKey(p.hash, uint32(len(p.data))), value: p.data}
	}
	return b.lanes.writes.do(ctx, changes...)
}

// put is a block on its way in.
type put struct {
	hash multihash.Multihash
	data []byte
}

// putsOf checks the blocks and leaves out inlined ones and repetitions.
func putsOf(many []blocks.Block) ([]put, error) {
	puts := make([]put, 0, len(many))
	seen := make(map[string]struct{}, len(many))
	for _, block := range many {
		c := block.Cid()
		if !c.Defined() {
			return nil, ErrInvalidCID
		}
		if _, ok := inlined(c); ok {
			continue
		}
		data := block.RawData()
		if len(data) > MaxValue {
			return nil, fmt.Errorf("%w: block %s has %d bytes, the limit is %d", ErrTooLarge, c, len(data), MaxValue)
		}
		hash := c.Hash()
		if _, ok := seen[string(hash)]; ok {
			continue
		}
		seen[string(hash)] = struct{}{}
		puts = append(puts, put{hash: hash, data: data})
	}
	return puts, nil
}

// checkFrom is the size of blocks from which asking whether one is there is
// clearly cheaper than to write it once more.
const checkFrom = 4 << 10

// missing leaves out of puts the large blocks that are there already. It looks
// only while no write is under way: a look would wait for it, which takes longer
// than to write again, and a delete called before Put could be among those
// under way. Any other delete was called after Put.
func (b *Blocks) missing(ctx context.Context, puts []put) ([]put, error) {
	if b.lanes.writes.busy() {
		return puts, nil
	}
	var lookups []*lookup
	for _, p := range puts {
		if len(p.data) >= checkFrom {
			lookups = append(lookups, &lookup{span: blockSpan(p.hash), keyOnly: true})
		}
	}
	if err := b.lanes.keys.do(ctx, lookups...); err != nil {
		return nil, err
	}
	absent := puts[:0]
	for _, p := range puts {
		if len(p.data) >= checkFrom {
			there := lookups[0].found
			lookups = lookups[1:]
			if there {
				continue
			}
		}
		absent = append(absent, p)
	}
	return absent, nil
}

// DeleteBlock deletes the block. A missing one is no error.
func (b *Blocks) DeleteBlock(ctx context.Context, c cid.Cid) error {
	return b.DeleteMany(ctx, []cid.Cid{c})
}

// DeleteMany implements ManyDeleter.
func (b *Blocks) DeleteMany(ctx context.Context, cids []cid.Cid) error {
	changes := make([]change, 0, len(cids))
	for _, c := range cids {
		if !c.Defined() {
			continue
		}
		if _, ok := inlined(c); ok {
			continue
		}
		changes = append(changes, change{clear: blockSpan(c.Hash())})
	}
	return b.lanes.writes.do(ctx, changes...)
}

// inlined returns the block that an identity CID holds itself.
func inlined(c cid.Cid) ([]byte, bool) {
	if c.Prefix().MhType != multihash.IDENTITY {
		return nil, false
	}
	decoded, err := multihash.Decode(c.Hash())
	if err != nil {
		return nil, false
	}
	return append([]byte{}, decoded.Digest...), true
}
