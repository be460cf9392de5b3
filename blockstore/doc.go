// Package blockstore keeps what a node has: blocks, as boxo's Blockstore, and
// records such as pins, as a go-datastore Batching. A Store holds both in one
// IndexedDB database (Open, in a browser) or in memory (NewMemory, anywhere).
// Both run the same code but for a small engine at the bottom.
//
// # Layout
//
// The database has an object store for each, "blocks" and "records", with
// binary keys and Uint8Array values. A block's key is its multihash and its
// size: Has, GetSize and listings read keys and never a value, and nothing has
// to be kept in step. Keeping sizes in an object store of their own made a put
// cost 1.7 times as much; looking up by a range instead of a key costs nothing
// that could be measured. A record's key is that of the datastore, in UTF-8, so
// that a Query's prefix is a range and its order the database's.
//
// The version of the database is the number of steps its layout has been
// through (schema_js.go); Open takes an older one through the rest.
//
// # Writes
//
// A write returns when its transaction is complete, and an error means that
// nothing of it was written. What is asked for while transactions are under way
// goes together into the next, up to 4 MiB: 16 blocks of 256 KiB written at
// once are twice as fast as one after the other, 32 of 1 KiB five times. Changes
// to blocks take effect in the order in which they were asked for, and so do
// those to records. If a transaction fails, all who shared it get its error.
//
// A write whose context ends while it waits for its turn is not made. Once it
// has been handed to the browser it cannot be taken back, and the call returns
// with its outcome, some milliseconds later.
//
// A block of 4 KiB or more that is there is not written again, unless other
// writes are under way, for which a look would have to wait. Smaller ones are:
// it costs little more than a look.
//
// # Reads
//
// Reads gather in the same way. A read in a browser waits for the writes of the
// same kind that started before it.
//
// NewCached keeps what was read or written last in memory (cached.go, recent.go):
// what a browser takes hundreds of microseconds for, each time.
//
// How many blocks there are and how large is counted once, when first asked
// for, and then kept in step by a look at what each write replaces (totals.go).
//
// Blocks are not compared with their hashes here. Who lets a block in verifies
// it; boxo's ValidatingBlockstore around Blocks verifies what comes out.
//
// # Limits
//
// Values have at most MaxValue bytes. Memory is that of the calls under way and
// of 4 MiB of buffers.
package blockstore
