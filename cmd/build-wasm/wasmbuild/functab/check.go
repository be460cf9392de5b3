package functab

import "encoding/binary"

// padding is how many bytes at most are between two pieces, for the second to be
// aligned (symalign in cmd/link/internal/ld).
const padding = 31

// check sees that names, tables and data are what the package takes them for, by
// what their own contents say about their sizes.
func (t *table) check() error {
	if len(t.names) == 0 || t.names[len(t.names)-1] != 0 {
		return refuse("the last name does not end")
	}
	for _, f := range t.functions {
		if int(f.name) >= len(t.names) {
			return refuse("a name at %d of %d", f.name, len(t.names))
		}
		for kind, at := range f.data {
			if at != none && !t.fits(kind, t.data.at(at)) {
				return refuse("data of kind %d of %s", kind, t.name(f.name))
			}
		}
	}
	for at := range t.values.ends {
		table := t.values.at(at)
		if n := valuesSize(table); n == 0 || n > len(table) || n+padding < len(table) {
			return refuse("a table of values at %d", at)
		}
	}
	return nil
}

// fits reports whether data is of the kind.
func (t *table) fits(kind int, data []byte) bool {
	c := cursor{b: data}
	size := len(data)
	switch kind {
	case argMaps, localMaps: // runtime.stackmap
		count, bits := c.next(), c.next()
		size = 8 + int(count)*((int(bits)+7)/8)
	case objects: // a count of 64 bits and runtime.stackObjectRecord
		count, high := c.next(), c.next()
		if high != 0 {
			return false
		}
		size = 8 + 16*int(count)
	case copies: // runtime.inlinedCall
		for at := 4; at+4 <= len(data); at += 16 {
			if name := binary.LittleEndian.Uint32(data[at:]); int(name) >= len(t.names) {
				return false
			}
		}
		size = len(data) &^ 15
	}
	return !c.short && size > 0 && size <= len(data) && len(data) <= size+padding
}

// valuesSize returns how long a table of values is, by its own account; 0 if it
// does not end. See runtime.step.
func valuesSize(b []byte) int {
	at := 0
	for at < len(b) && (b[at] != 0 || at == 0) {
		for range 2 { // a difference of the value, and one of the position
			_, n := binary.Uvarint(b[at:])
			if n <= 0 {
				return 0
			}
			at += n
		}
	}
	if at >= len(b) {
		return 0
	}
	return at + 1
}
