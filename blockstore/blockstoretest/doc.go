// Package blockstoretest is the contract of a blockstore as tests that can be
// run: what boxo's Blockstore says, what every store under a node has to add to
// it, and the optional powers of package blockstore.
//
// Beyond boxo's words the contract says:
//
//   - A block is known by its multihash. Any CID with that multihash finds it
//     and deletes it, and a block comes back under the CID it was asked by.
//   - A missing block is ipld.ErrNotFound with the CID asked for, with size -1.
//     Deleting it is no error.
//   - A write that returned an error wrote nothing.
//   - A call whose context ends returns soon, with its full effect and no error
//     or with none and the context's.
//   - Calls may be concurrent. A read sees every write that returned before it.
//   - A listing has each block that is there all the time, once.
package blockstoretest
