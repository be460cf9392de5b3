// Package nodeapi is the vocabulary of the node's API as it crosses a port: the
// names of the methods, their requests and answers, and the error codes, once,
// for the node, the server and the clients alike. The names, options and
// results follow the Core API as kubo-rpc-client 7 has it.
//
// It has no behaviour and knows no port. Structs travel as CBOR maps under the
// names of their cbor tags; a CID travels as its binary form in a byte string
// (the cid.Cid type does that by itself), a path as text.
//
// # What is shared, and what may be changed
//
// The node is everybody's: no method stops it or starts it. It starts with its
// first client and ends after its last one; what a client can end is its own
// session.
//
// Of the configuration the first client decides, for as long as the node runs,
// save for its lists, which grow with what clients ask for when they connect. The
// list of bootstrap peers may also be edited as it runs (bootstrap.*): a client
// that connects later adds what it asks for once more. Nothing else may be set
// live: a client that asks for what the first one asked for is never refused, and
// would be if a third one could change it meanwhile.
package nodeapi

//go:generate go run ./gen -o ../../client/js/src/nodeapi.gen.ts
