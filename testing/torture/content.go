package torture

import (
	"encoding/binary"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// random returns the bytes that the page's random returns for the same size and
// seed: none alike, and none that a store could compress.
func random(size int, seed uint32) []byte {
	padded := make([]byte, (size+3)/4*4)
	x := (seed + 1) * 0x9E3779B1
	if x == 0 {
		x = 1
	}
	for at := 0; at < len(padded); at += 4 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		binary.LittleEndian.PutUint32(padded[at:], x)
	}
	return padded[:size]
}

// rawCID is the CID that block.put gives a block.
func rawCID(data []byte) string {
	hash, err := multihash.Sum(data, multihash.SHA2_256, -1)
	if err != nil {
		panic(err) // a hash function that is not linked in
	}
	return cid.NewCidV1(cid.Raw, hash).String()
}
