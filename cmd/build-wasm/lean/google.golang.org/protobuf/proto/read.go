package proto

import (
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

var errInvalid = errorf("cannot parse invalid wire-format data")

// read adds what b says to the message at p.
func (s *structure) read(b []byte, p unsafe.Pointer, depth int, discard bool) error {
	if depth--; depth < 0 {
		return errorf("exceeded maximum recursion depth")
	}
	for len(b) > 0 {
		number, wire, n := protowire.ConsumeTag(b)
		if n < 0 || number > protowire.MaxValidNumber || wire == protowire.EndGroupType {
			return errInvalid
		}
		value := b[n:]
		if f := s.find(number); f != nil && f.takes(wire) {
			m, err := f.read(value, p, wire, depth, discard)
			if err != nil {
				return err
			}
			b = value[m:]
			continue
		}
		m := protowire.ConsumeFieldValue(number, wire, value)
		if m < 0 {
			return errInvalid
		}
		if !discard {
			unknown := at[[]byte](p, s.unknown)
			*unknown = append(*unknown, b[:n+m]...)
		}
		b = value[m:]
	}
	return nil
}

// takes reports whether a field may be written so.
func (f *field) takes(wire protowire.Type) bool {
	return wire == f.wire || f.packs(wire)
}

// packs reports whether many values are written as one.
func (f *field) packs(wire protowire.Type) bool {
	return wire == protowire.BytesType && f.shape == repeated && f.kind < kindString
}

// read reads a value, or many in one, and returns how many bytes it took.
func (f *field) read(b []byte, p unsafe.Pointer, wire protowire.Type, depth int, discard bool) (int, error) {
	if wire != protowire.BytesType {
		v, n := f.readNumber(b)
		if n < 0 {
			return 0, errInvalid
		}
		f.store(f.slot(p), v)
		return n, nil
	}
	v, n := protowire.ConsumeBytes(b)
	if n < 0 {
		return 0, errInvalid
	}
	if f.packs(wire) {
		return n, f.readPacked(v, p)
	}
	if f.utf8 && f.kind == kindString && !utf8.Valid(v) {
		return 0, f.invalidUTF8()
	}
	q := f.slot(p)
	switch f.kind {
	case kindString:
		*(*string)(q) = string(v)
	case kindBytes:
		*(*[]byte)(q) = f.copyOf(v)
	case kindMessage:
		sub, err := f.message()
		if err != nil {
			return 0, err
		}
		return n, sub.read(v, *(*unsafe.Pointer)(q), depth, discard)
	}
	return n, nil
}

// copyOf returns a copy of bytes. That of none is nil only where it means the
// same.
func (f *field) copyOf(v []byte) []byte {
	if f.shape == implicit {
		return append([]byte(nil), v...)
	}
	return append([]byte{}, v...)
}

func (f *field) readPacked(b []byte, p unsafe.Pointer) error {
	for len(b) > 0 {
		v, n := f.readNumber(b)
		if n < 0 {
			return errInvalid
		}
		f.store(f.slot(p), v)
		b = b[n:]
	}
	return nil
}

func (f *field) readNumber(b []byte) (v uint64, n int) {
	switch f.wire {
	case protowire.Fixed32Type:
		v, n := protowire.ConsumeFixed32(b)
		return uint64(v), n
	case protowire.Fixed64Type:
		return protowire.ConsumeFixed64(b)
	default:
		return protowire.ConsumeVarint(b)
	}
}

// merge adds what the message at src says to that at dst.
func (s *structure) merge(dst, src unsafe.Pointer) {
	for i := range s.fields {
		f := &s.fields[i]
		n, q := f.values(src)
		for i := range n {
			f.copyTo(f.slot(dst), unsafe.Add(q, uintptr(i)*f.kind.stride()))
		}
	}
	unknown := at[[]byte](dst, s.unknown)
	*unknown = append(*unknown, *at[[]byte](src, s.unknown)...)
}

func (f *field) copyTo(to, from unsafe.Pointer) {
	switch f.kind {
	case kindString:
		*(*string)(to) = *(*string)(from)
	case kindBytes:
		*(*[]byte)(to) = f.copyOf(*(*[]byte)(from))
	case kindMessage:
		if p := *(*unsafe.Pointer)(from); p != nil {
			if sub, err := f.message(); err == nil {
				sub.merge(*(*unsafe.Pointer)(to), p)
			}
		}
	default:
		f.store(to, f.load(from))
	}
}
