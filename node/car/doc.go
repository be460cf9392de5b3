// Package car reads and writes CARs, archives of blocks: streams of version 1
// both ways, of version 2 in. It knows no store and does not hash: whether a
// block is what its CID says is for its caller to see.
//
// A CAR of version 1 (https://ipld.io/specs/transport/car/carv1/) is a header and
// then sections up to the end:
//
//	header   varint n, n bytes of DAG-CBOR: {roots: [CID], version: 1}
//	section  varint n, n bytes: a CID, binary, and then the block's bytes
//
// One of version 2 (https://ipld.io/specs/transport/car/carv2/) has such a CAR in
// it. All that a stream needs of it is where that is:
//
//	pragma   11 bytes, a header of version 1 but for {version: 2}
//	header   40 bytes: characteristics (16), then little-endian uint64: offset of
//	         the CAR of version 1, its length, offset of an index
//
// What is between and after, padding and an index, is passed over.
//
// Lengths are checked before anything of that size is allocated, and a CAR that
// ends before its time is an error wherever it does.
//
// # Why not go-car
//
// The framing is little, and github.com/ipld/go-car/v2 (v2.17.0) much: its
// reader and its traversal add 572 KB of WebAssembly to the node, 76 KB of what is
// downloaded (Brotli). Its reader takes a CAR that ends right after the
// length of a section for a whole one, and hashes blocks one by one in Go, where
// a browser is ten times faster at it. Its traversal loads one block at a time,
// which over a network takes a round trip each.
package car
