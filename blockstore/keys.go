package blockstore

import (
	"encoding/binary"
	"errors"
	"math"
	"path"

	ds "github.com/ipfs/go-datastore"
	"github.com/multiformats/go-multihash"
)

// span is the keys from first on that are less than end. A nil end is no bound.
type span struct {
	first, end []byte
}

// only holds one key.
func only(key []byte) span { return span{first: key, end: next(key)} }

// wholeTable holds all keys: the empty one is the least there is.
func wholeTable() span { return span{first: []byte{}} }

// after narrows s to what lies behind key.
func (s span) after(key []byte) span { return span{first: next(key), end: s.end} }

// next is the least key greater than key.
func next(key []byte) []byte {
	longer := make([]byte, len(key)+1)
	copy(longer, key)
	return longer
}

// A block's key is its multihash followed by the block's size, 4 bytes
// big-endian. So existence and size are read from keys alone, with no second
// place to keep in step. A multihash tells its own length: no key of one block
// lies between keys of another.
const sizeLen = 4

func blockKey(mh multihash.Multihash, size uint32) []byte {
	key := make([]byte, 0, len(mh)+sizeLen)
	key = append(key, mh...)
	return binary.BigEndian.AppendUint32(key, size)
}

// blockSpan holds the keys that the block can have, whatever its size: at most
// MaxValue.
func blockSpan(mh multihash.Multihash) span {
	return span{first: blockKey(mh, 0), end: blockKey(mh, math.MaxUint32)}
}

// splitBlockKey is the reverse of blockKey.
func splitBlockKey(key []byte) (mh multihash.Multihash, size int, err error) {
	n := len(key) - sizeLen
	if n <= 0 {
		return nil, 0, errors.New("blockstore: block key too short")
	}
	return key[:n], int(binary.BigEndian.Uint32(key[n:])), nil
}

// recordKey is the key of a datastore's record: the bytes of its own.
func recordKey(k ds.Key) []byte { return []byte(k.String()) }

// prefixSpan holds the keys of all records below prefix, as a Query means it:
// strict children only.
func prefixSpan(prefix string) span {
	clean := path.Clean("/" + prefix)
	if clean == "/" {
		return wholeTable()
	}
	return span{first: []byte(clean + "/"), end: []byte(clean + "0")} // "0" follows "/"
}
