package node

import (
	"hash/maphash"
	"iter"

	"github.com/multiformats/go-multihash"
)

// A fingerprint stands for a multihash in sets that must stay small. Two blocks
// with one fingerprint are as good as impossible, and would only make garbage
// collection keep the one because of the other.
type fingerprint uint64

var fingerprintSeed = maphash.MakeSeed()

func fingerprintOf(mh multihash.Multihash) fingerprint {
	return max(1, fingerprint(maphash.Bytes(fingerprintSeed, mh))) // 0 is no fingerprint
}

func fingerprintOfKey(key string) fingerprint {
	return max(1, fingerprint(maphash.String(fingerprintSeed, key)))
}

// fingerprints is a set. It takes 16 bytes a member or a little more, where a map
// takes twice that. The zero value is empty.
type fingerprints struct {
	slots []fingerprint // a power of two, each member at its own slot or after it
	count int
}

// slot returns where k is, or would be.
func (f *fingerprints) slot(k fingerprint) *fingerprint {
	mask := fingerprint(len(f.slots) - 1)
	i := k & mask
	for f.slots[i] != k && f.slots[i] != 0 {
		i = (i + 1) & mask
	}
	return &f.slots[i]
}

// has reports whether k is a member.
func (f *fingerprints) has(k fingerprint) bool {
	return f.count > 0 && *f.slot(k) == k
}

// add makes k a member and reports whether it was none.
func (f *fingerprints) add(k fingerprint) bool {
	if 4*f.count >= 3*len(f.slots) {
		f.grow()
	}
	slot := f.slot(k)
	if *slot == k {
		return false
	}
	*slot = k
	f.count++
	return true
}

func (f *fingerprints) grow() {
	old := f.slots
	f.slots = make([]fingerprint, max(8, 2*len(old)))
	for _, k := range old {
		if k != 0 {
			*f.slot(k) = k
		}
	}
}

// all yields the members in no order.
func (f *fingerprints) all() iter.Seq[fingerprint] {
	return func(yield func(fingerprint) bool) {
		for _, k := range f.slots {
			if k != 0 && !yield(k) {
				return
			}
		}
	}
}
