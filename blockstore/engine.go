package blockstore

import "context"

// engine is what a Store is built on: two tables of binary keys in order.
// IndexedDB is one, memory another; all else in this package is shared.
// Methods may be called concurrently. Their errors wrap those of errors.go.
type engine interface {
	// write starts a transaction that makes the changes in order, all or none.
	// Transactions on one table take effect in the order in which they were
	// started, and reads that start later see them. The changes and what they
	// point to are not used after write returns.
	write(t table, changes []change) transaction
	// read fills in the lookups from one state of the table. On error their
	// results mean nothing.
	read(ctx context.Context, t table, lookups []*lookup) error
	// list returns the first limit keys in s in order, and with withValues their
	// values, from one state of the table.
	list(ctx context.Context, t table, s span, limit int, withValues bool) (page, error)
	// close waits for what is under way and frees what the engine holds. Calls
	// that come later get err.
	close(err error)
}

type table uint8

const (
	blockTable table = iota
	recordTable
	tables // how many there are
)

// change removes what is in clear, if that has bounds, then puts value under
// key, if there is one.
type change struct {
	clear span
	key   []byte
	value []byte
}

// lookup asks for the first record in span. Of what it finds it is given the
// value, or with sizeOnly the key.
type lookup struct {
	span     span
	sizeOnly bool

	found bool
	key   []byte
	value []byte
}

type page struct {
	keys   [][]byte
	values [][]byte // only when asked for
}

// transaction is a write under way.
type transaction interface {
	// wait returns once the transaction has settled: nil if its changes are
	// there, an error if none of them is. When ctx ends it asks for an abort and
	// waits on; if that came in time it returns ctx's error.
	wait(ctx context.Context) error
}
