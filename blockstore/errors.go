package blockstore

import "errors"

// What a Store answers with beside ipld.ErrNotFound, go-datastore's
// ErrNotFound and the error of an ended context. Match them with errors.Is.
var (
	// ErrClosed: the store was closed, by Close or from under us. In the second
	// case the error also matches ErrSuperseded, ErrCleared, ErrTaken or ErrStuck.
	ErrClosed = errors.New("blockstore: closed")
	// ErrSuperseded: another connection wants to upgrade or delete the database,
	// and this one made way.
	ErrSuperseded = errors.New("blockstore: database is being upgraded or deleted elsewhere")
	// ErrCleared: the browser took the database away, as it does when a person
	// clears the site's data.
	ErrCleared = errors.New("blockstore: database was taken away by the browser")
	// ErrTaken: the database is somebody else's by now. Nothing of the failed call
	// was written.
	ErrTaken = errors.New("blockstore: database was taken over")
	// ErrStuck: a transaction did not end for minutes. Whether the calls that were
	// under way have taken effect is not known.
	ErrStuck = errors.New("blockstore: the browser's database does not answer")
	// ErrFull: the browser's quota or the disk has no room. Nothing of the
	// failed call was written.
	ErrFull = errors.New("blockstore: storage full")
	// ErrTooLarge: a value larger than MaxValue.
	ErrTooLarge = errors.New("blockstore: value too large")
	// ErrBlocked: Open gave up while another connection stood in the way.
	ErrBlocked = errors.New("blockstore: database is held by another connection")
	// ErrVersion: the database was made by a newer version of this package, or
	// by something else.
	ErrVersion = errors.New("blockstore: database has an unknown layout")
	// ErrUnavailable: this browser, or this place in it, has no IndexedDB.
	ErrUnavailable = errors.New("blockstore: IndexedDB is not available")
	// ErrInvalidCID: a block without a defined CID.
	ErrInvalidCID = errors.New("blockstore: undefined CID")
)
