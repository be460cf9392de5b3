package blockstore

import (
	"context"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// The interfaces below are powers that a blockstore may have beside boxo's
// Blockstore, found by type assertion. They use no type of this package, so
// that a consumer can state the same interface without importing it.

// ManyGetter reads many blocks in one transaction.
type ManyGetter interface {
	// GetMany returns the blocks of cids, in their order. In place of a block
	// that is missing stands nil, which is no error.
	GetMany(ctx context.Context, cids []cid.Cid) ([]blocks.Block, error)
}

// StoredGetter reads what is stored, of a store that else may answer from
// memory.
type StoredGetter interface {
	GetStored(ctx context.Context, c cid.Cid) (blocks.Block, error)
}

// Locator tells where blocks are stored, to who can read the database by himself.
type Locator interface {
	// Location names the database of IndexedDB and the object store that blocks
	// are in. Both are empty if they are in none.
	Location() (database, store string)
	// Locate returns the key of a block of size bytes, whether it is stored or
	// not, and nil for a block that never is.
	Locate(c cid.Cid, size int) (key []byte)
}

// ManyDeleter deletes many blocks in one transaction.
type ManyDeleter interface {
	// DeleteMany deletes all blocks of cids or, with an error, none. Blocks that
	// are missing are no error.
	DeleteMany(ctx context.Context, cids []cid.Cid) error
}

// Sizer lists blocks with their sizes without reading them.
type Sizer interface {
	// AllSizes calls visit with each block's CID (version 1, codec raw) and its
	// size in bytes, and stops at visit's first error, which it returns. A nil
	// error means that every block which was there all the time was visited
	// once. No transaction is open while visit runs: it may read, write and
	// delete.
	AllSizes(ctx context.Context, visit func(c cid.Cid, size int) error) error
}

// Stater counts blocks without reading them.
type Stater interface {
	// Stat returns the number of blocks and the sum of their sizes in bytes. A
	// write that returned before is counted. Only the first call takes time.
	Stat(ctx context.Context) (count, bytes uint64, err error)
}
