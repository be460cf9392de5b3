// Package bitnet carries bitswap's messages between a libp2p host and its peers,
// as boxo's bitswap wants it: it is a network.BitSwapNetwork. The protocol is
// described in https://specs.ipfs.tech/bitswap-protocol/.
//
// It stands where boxo's bsnet would, and differs from it in this:
//
//   - Blocks are hashed by a Hasher, which in a browser is not the worker's one
//     thread, and are parts of the message that they came in, not copies.
//   - Blocks are dropped unhashed while nothing is wanted.
//   - Memory for a message is reserved with the resource manager before it is
//     made, and a message must come within a time.
//   - Peers that are reached through a relay only, over a limited connection, are
//     peers like others: browsers often have no other way to each other.
//   - It does not dial to send. Who is connected is asked.
//
// A message that breaks the grammar or a limit ends the stream that it came on,
// and is counted. A block that cannot be wanted is dropped and counted.
package bitnet
