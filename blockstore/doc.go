// Package blockstore keeps a node's blocks and records in one IndexedDB
// database, or in memory: boxo's Blockstore and a go-datastore Batching.
package blockstore
