// Package servertest has a small backend in memory, so that servers and clients
// can be tried without a node: blocks in a map, a file as one raw block of all
// its bytes, a directory as a JSON block from names to CIDs. It counts what it
// holds for its callers, so that tests see what was not given back.
package servertest
