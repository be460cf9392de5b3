package blockstore

// engine is what a Store is built on: tables of binary keys in order.
// IndexedDB is one, memory another; all else in this package is shared.
// Methods may be called concurrently. Their errors wrap those of errors.go.
type engine interface {
	// write starts a transaction that makes the changes in order, all or none.
	// Transactions on one table take effect in the order in which they were
	// started, and reads that start later see them. The changes and what they
	// point to, but for their lookups, are not used after write returns. wait
	// returns once the transaction has settled: nil if its changes are there, and
	// then their lookups are filled in, an error if none is.
	write(t table, changes []change) (wait func() error)
	// read starts to fill in the lookups from one state of the table. wait
	// returns when they are; with an error they mean nothing.
	read(t table, lookups []*lookup) (wait func() error)
	// list returns the first limit keys in s in order, and withValues their
	// values, from one state of the table.
	list(t table, s span, limit int, withValues bool) (page, error)
	// close frees what the engine holds, as soon as calls under way have ended.
	// Later ones get err.
	close(err error)
}

type table uint8

const (
	blockTable table = iota
	recordTable
	tables // how many there are
)

// storeNames are the tables' object stores in IndexedDB.
var storeNames = [tables]string{
	blockTable:  "blocks",
	recordTable: "records",
}

// change puts value under key or, without a key, removes what is in clear.
type change struct {
	clear span
	key   []byte
	value []byte
	// before, if given, is a look for a key as it was right before the change.
	before *lookup
}

// lookup asks for the first record in span: its value, or keyOnly its key.
type lookup struct {
	span    span
	keyOnly bool

	found bool
	key   []byte
	value []byte
}

type page struct {
	keys   [][]byte
	values [][]byte // only when asked for
}
