package blockstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"path"

	ds "github.com/ipfs/go-datastore"
	"github.com/multiformats/go-multihash"
)

// A record's key is its name followed by the size of its value, 4 bytes
// big-endian. So existence and size are read from keys alone, with no second
// place to keep in step. No name is a prefix of another, hence all keys that
// begin with a name belong to it, and keys sort as names do.
const sizeLen = 4

// span is the keys from first to last, both included. A nil last is no bound.
type span struct {
	first, last []byte
}

var wholeTable = span{first: []byte{}}

// blockName is the name of a block: its multihash, which tells its own length.
func blockName(mh multihash.Multihash) []byte { return []byte(mh) }

// recordName is the name of a datastore key: its bytes, a zero byte in them
// followed by 0xff, and two zero bytes at the end.
func recordName(k ds.Key) []byte {
	return append(escape(k.String()), 0, 0)
}

func escape(s string) []byte {
	return bytes.ReplaceAll([]byte(s), []byte{0}, []byte{0, 0xff})
}

// recordKey is the datastore key that name was made from.
func recordKey(name []byte) (string, error) {
	escaped, ok := bytes.CutSuffix(name, []byte{0, 0})
	if !ok {
		return "", errors.New("blockstore: datastore key without an end")
	}
	return string(bytes.ReplaceAll(escaped, []byte{0, 0xff}, []byte{0})), nil
}

// prefixSpan holds the keys of all records below prefix, as a Query has it:
// strict children only.
func prefixSpan(prefix string) span {
	clean := path.Clean("/" + prefix)
	if clean == "/" {
		return wholeTable
	}
	first := escape(clean + "/")
	last := bytes.Clone(first)
	last[len(last)-1]++
	return span{first: first, last: last}
}

// keyOf is the key of a record.
func keyOf(name []byte, size uint32) []byte {
	key := make([]byte, 0, len(name)+sizeLen)
	key = append(key, name...)
	return binary.BigEndian.AppendUint32(key, size)
}

// spanOf holds the keys that a record of that name can have.
func spanOf(name []byte) span {
	return span{first: keyOf(name, 0), last: keyOf(name, math.MaxUint32)}
}

// splitKey is the reverse of keyOf.
func splitKey(key []byte) (name []byte, size int, err error) {
	n := len(key) - sizeLen
	if n < 0 {
		return nil, 0, errors.New("blockstore: key too short")
	}
	return key[:n], int(binary.BigEndian.Uint32(key[n:])), nil
}

// after narrows s to what lies behind all keys that the record of key can have.
func (s span) after(key []byte) (span, error) {
	name, _, err := splitKey(key)
	if err != nil {
		return span{}, err
	}
	s.first = append(spanOf(name).last, 0)
	return s, nil
}
