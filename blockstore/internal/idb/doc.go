// Package idb is a thin typed layer over the browser's IndexedDB, for object
// stores whose keys and values are bytes. It knows neither CIDs nor policy.
//
// Opening and upgrading a database goes through hack-pad/go-indexeddb. The rest
// is done here, because in version 0.3.2 of that package
//
//   - Request.Await returns no error when its context ends, so that a write
//     which never happened reads as done;
//   - each request waited for costs two js.Funcs and two goroutines, each
//     transaction three and four: more than the request itself;
//   - the event "blocked" has no listener and the request that it is fired at
//     is hidden, "close" has none either, and the listener for "versionchange"
//     logs, is never released and cannot be asked;
//   - there is no getAll;
//   - an upgrade that returns an error panics in a callback, which ends the
//     program.
//
// # Transactions
//
// A transaction here never waits for anything: Begin, the requests, Send.
// Nothing may block between them, since a browser commits a transaction that
// idles. Send commits it explicitly, which saves a round trip to the browser's
// process (a quarter of the time of a transaction with one put) and means
// that it cannot be aborted any more. Its outcome is that of the transaction;
// no request has a callback of its own. Callbacks are made once and lent to one
// transaction after another.
//
// Values are copied through buffers of their exact size: IndexedDB stores the
// whole buffer behind a view. Keys may be views, of which it takes the bytes.
//
// # Errors
//
// A JavaScript exception becomes an *Exception, compared by its name with
// errors.Is. No method panics, and no callback does.
package idb
