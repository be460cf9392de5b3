package blockstore

import (
	"bytes"
	"testing"

	ds "github.com/ipfs/go-datastore"
	"github.com/multiformats/go-multihash"
)

func TestBlockKey(t *testing.T) {
	hash, err := multihash.Sum([]byte("x"), multihash.SHA2_256, -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []uint32{0, 1, 255, 256, 1 << 20, MaxValue} {
		key := blockKey(hash, size)
		gotHash, gotSize, err := splitBlockKey(key)
		if err != nil || !bytes.Equal(gotHash, hash) || gotSize != int(size) {
			t.Errorf("size %d: got %x, %d, %v", size, gotHash, gotSize, err)
		}
		s := blockSpan(hash)
		if !s.holds(key) {
			t.Errorf("size %d: key is not in the block's span", size)
		}
		if s.after(key).holds(key) || !wholeTable().holds(key) || !only(key).holds(key) {
			t.Errorf("size %d: spans do not bound the key", size)
		}
	}
	if _, _, err := splitBlockKey(make([]byte, sizeLen)); err == nil {
		t.Error("a key without a name: got no error")
	}
}

// TestBlockSpansAreDisjoint: also for hashes of which one begins with the other.
func TestBlockSpansAreDisjoint(t *testing.T) {
	var hashes []multihash.Multihash
	for _, digest := range []string{"", "\x00", "\x00\x00", "\xff", "\xff\xff\xff\xff\xff", "abc"} {
		for _, code := range []uint64{multihash.IDENTITY, multihash.SHA2_256, multihash.BLAKE2B_MAX} {
			hash, err := multihash.Encode([]byte(digest), code)
			if err != nil {
				t.Fatal(err)
			}
			hashes = append(hashes, hash)
		}
	}
	for i, a := range hashes {
		for j, b := range hashes {
			for _, size := range []uint32{0, 1 << 16, MaxValue} {
				if blockSpan(a).holds(blockKey(b, size)) != (i == j) {
					t.Errorf("span of %x and key of %x, %d", a, b, size)
				}
			}
		}
	}
}

func TestPrefixSpan(t *testing.T) {
	for _, tc := range []struct {
		prefix, key string
		want        bool
	}{
		{"", "/a", true},
		{"/", "/a", true},
		{"/a", "/a", false},
		{"/a", "/a/b", true},
		{"/a/", "/a/b", true},
		{"a", "/a/b/c", true},
		{"/a/../b", "/b/x", true},
		{"/a", "/ab", false},
		{"/a", "/a0", false},
		{"/a", "/a/\x00", true},
		{"/a", "/a/\xff\xff", true},
		{"/a/b", "/a/c", false},
	} {
		if got := prefixSpan(tc.prefix).holds(recordKey(ds.RawKey(tc.key))); got != tc.want {
			t.Errorf("prefix %q holds %q: got %v; want %v", tc.prefix, tc.key, got, tc.want)
		}
	}
}

func (s span) holds(key []byte) bool {
	return bytes.Compare(s.first, key) <= 0 && (s.end == nil || bytes.Compare(key, s.end) < 0)
}
