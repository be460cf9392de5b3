// Package node is a node made from parts: blocks, DAGs, UnixFS files, pins and
// garbage collection over a blockstore and a datastore that it is given, with
// one identity kept in the datastore.
//
// It knows nothing of ports, tabs or browsers. What differs in a browser:
//
//   - SHA-2 of more than a few KiB goes to WebCrypto, which is ten times faster
//     than Go compiled to wasm.
//
// # Blocks and leases
//
// Garbage collection runs beside everything else. What keeps it from taking a
// block away that someone is about to pin is a lease: each operation that puts
// blocks, or counts on blocks that it found, holds one, with the multihashes of
// these blocks, from before it looks until what it pins is pinned. No lock is
// held while bytes come from outside, so a source that stalls stops nobody. See
// guard.
//
// # Blocks from peers
//
// With a network, operations that read look for missing blocks with the peers
// that are connected, by bitswap, and wait until one of them has it, the repo
// gets it otherwise, or their context ends. Under nodeapi.WithOffline, and for
// what is about the repo itself, garbage collection or verification, say, the
// repo is all that there is.
//
// An operation carries a fetcher in its context. All that it misses belongs to
// one session of bitswap. The exchange has one want for a block at a time, which
// all operations that miss it wait for, and which goes on until the last of them
// leaves. What comes is checked, put once, and held on the leases of those who
// wait. See fetcher and exchange.
//
// # The Mutable File System
//
// One UnixFS directory of the repo changes: its CID is in the datastore. A change
// is made of boxo's mfs over the root of the moment, in memory, under a turn that
// waits for nobody; then its blocks are written, then the new root is kept, then
// it is what all see. Who reads has a root and needs no turn. What bytes are
// written into a file is built before the turn is taken, and once more if the file
// has changed meanwhile. Collections keep the root, the one in the datastore if
// that is another, and what is being read or put in. See mfsTree.
//
// What peers do not send at once is asked of trustless gateways, if there are any,
// and if there are routers they are asked for peers that have it. Neither is
// believed: see packages gateway and delegated.
//
// # Keys, names and pins elsewhere
//
// Keys, the records of names and the pinning services with their tokens are in the
// datastore: see packages keystore, names and pinservice. Whatever is asked over
// HTTP goes through package web. Nothing of it is contacted unless it was named, and
// nothing of it costs anything at the start.
//
// # Errors
//
// Errors that say something to a caller are *nodeapi.Error. A missing block is
// one with nodeapi.CodeNotFound, which is also an ipld.ErrNotFound.
package node
