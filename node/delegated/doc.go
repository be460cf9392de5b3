// Package delegated asks routers over HTTP who has a block, where a peer is and
// what a name points at: https://specs.ipfs.tech/routing/http-routing-v1/.
//
// There is no client of boxo's in it: that one needs net/http, which a browser
// would have to download beside its own (see package web). What a router says is
// not believed: addresses are tried by who asked, and records of names verified.
package delegated
