package node

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/multiformats/go-multihash"
)

// TestFingerprints compares the set with a map, on members that fall together.
func TestFingerprints(t *testing.T) {
	var f fingerprints
	want := map[fingerprint]bool{}
	for range 20_000 {
		k := 1 + fingerprint(rand.IntN(500))<<rand.IntN(20)
		if got := f.has(k); got != want[k] {
			t.Fatalf("has(%d): got %v; want %v", k, got, want[k])
		}
		if got := f.add(k); got == want[k] {
			t.Fatalf("add(%d): got %v; want %v", k, got, !want[k])
		}
		want[k] = true
	}
	for k := range f.all() {
		if !want[k] {
			t.Errorf("all yields %d, or yields it twice", k)
		}
		delete(want, k)
	}
	if len(want) != 0 {
		t.Errorf("all left out %d members", len(want))
	}
}

// TestFingerprintsAreCompact wants a million marks in no more than 20 MiB.
func TestFingerprintsAreCompact(t *testing.T) {
	const marks = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := &fingerprints{}
	var digest [8]byte
	for i := range marks {
		binary.LittleEndian.PutUint64(digest[:], uint64(i))
		f.add(fingerprintOf(multihash.Multihash(digest[:])))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("a million marks take %d MiB", grown>>20)
	}
	if f.count != marks {
		t.Errorf("of %d multihashes %d have fingerprints of their own", marks, f.count)
	}
}
