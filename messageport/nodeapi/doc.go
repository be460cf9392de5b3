// Package nodeapi is the vocabulary of the node's API as it crosses a port: the
// names of the methods, their requests and answers, and the error codes, once,
// for the node, the server and the clients alike. The names, options and
// results follow the Core API as kubo-rpc-client 7 has it.
//
// It has no behaviour and knows no port. Structs travel as CBOR maps under the
// names of their cbor tags; a CID travels as its binary form in a byte string
// (the cid.Cid type does that by itself), a path as text.
package nodeapi

//go:generate go run ./gen -o ../../client/js/src/nodeapi.gen.ts
