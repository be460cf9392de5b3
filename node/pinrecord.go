package node

import (
	"context"
	"encoding/binary"
	"path"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/multiformats/go-multibase"
)

// What boxo's pinner keeps of a pin: a record under a random id, and the id
// under the CID in one of two indexes, and under the name, if there is one, in a
// third.
const (
	pinRecords        = "/pins/pin"
	pinIndex          = "/pins/index"
	pinIndexRecursive = pinIndex + "/cidRindex"
	pinIndexDirect    = pinIndex + "/cidDindex"
	pinIndexNames     = pinIndex + "/nameIndex"
)

// addNew writes the pin of a block that has none, and reports whether that was
// so. It writes what boxo's pinner would, for a quarter of the time: most pins
// are of this kind, those of small files.
func (s *pinStore) addNew(ctx context.Context, c cid.Cid, mode pin.Mode, name string) (bool, error) {
	recursive, direct := indexDir(pinIndexRecursive, c.KeyString()), indexDir(pinIndexDirect, c.KeyString())
	if s.maybeIndexed(recursive) || s.maybeIndexed(direct) {
		return false, nil
	}
	id := path.Base(ds.RandomKey().String())
	if err := s.Put(ctx, ds.RawKey(pinRecords+"/"+id), pinRecord(c, mode, name)); err != nil {
		return false, err
	}
	dir := recursive
	if mode == pin.Direct {
		dir = direct
	}
	if err := s.Put(ctx, indexEntry(dir, id), nil); err != nil {
		return false, err
	}
	if name == "" {
		return true, nil
	}
	return true, s.Put(ctx, indexEntry(indexDir(pinIndexNames, name), id), nil)
}

// maybeIndexed reports whether a directory of an index may have entries.
func (s *pinStore) maybeIndexed(dir string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.indexed.has(fingerprintOfKey(dir))
}

// indexDir is where an index keeps the ids of a key's pins.
func indexDir(index, key string) string { return index + "/" + encodeIndexed(key) }

func indexEntry(dir, id string) ds.Key { return ds.RawKey(dir + "/" + encodeIndexed(id)) }

// indexedCID is the CID that a key of one of the first two indexes is for.
func indexedCID(key string) (cid.Cid, error) {
	decoded, err := decodeIndexed(path.Base(path.Dir(key)))
	if err != nil {
		return cid.Undef, err
	}
	return cid.Cast([]byte(decoded))
}

func decodeIndexed(encoded string) (string, error) {
	_, decoded, err := multibase.Decode(encoded)
	return string(decoded), err
}

func encodeIndexed(s string) string {
	encoded, err := multibase.Encode(multibase.Base64url, []byte(s))
	if err != nil {
		panic(err) // an encoding that it does not know
	}
	return encoded
}

// pinRecord is the CBOR of a pin: a map of "cid" to bytes, "mode" to a small
// number and, if there is one, "name" to text.
func pinRecord(c cid.Cid, mode pin.Mode, name string) []byte {
	const mapOf, bytesOf = 5 << 5, 2 << 5
	size := 2
	if name != "" {
		size = 3
	}
	var r []byte
	r = appendText(appendHead(r, mapOf, size), "cid")
	r = append(appendHead(r, bytesOf, c.ByteLen()), c.Bytes()...)
	r = append(appendText(r, "mode"), byte(mode))
	if name != "" {
		r = appendText(appendText(r, "name"), name)
	}
	return r
}

func appendText(r []byte, text string) []byte {
	const textOf = 3 << 5
	return append(appendHead(r, textOf, len(text)), text...)
}

// appendHead appends the head of a CBOR item of a kind and a length.
func appendHead(r []byte, kind byte, length int) []byte {
	switch {
	case length < 24:
		return append(r, kind|byte(length))
	case length < 256:
		return append(r, kind|24, byte(length))
	default:
		return binary.BigEndian.AppendUint16(append(r, kind|25), uint16(length))
	}
}
