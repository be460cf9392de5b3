package proto

import (
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// size returns how many bytes the message at p takes.
func (s *structure) size(p unsafe.Pointer) int {
	if p == nil {
		return 0
	}
	size := len(*at[[]byte](p, s.unknown))
	for i := range s.fields {
		f := &s.fields[i]
		n, q := f.values(p)
		if n > 0 && f.packed {
			size += len(f.tag) + protowire.SizeBytes(f.sizes(n, q))
		} else {
			size += n*len(f.tag) + f.sizes(n, q)
		}
	}
	return size
}

// sizes returns how many bytes n values take, without their tags.
func (f *field) sizes(n int, q unsafe.Pointer) (size int) {
	for i := range n {
		size += f.sizeOf(unsafe.Add(q, uintptr(i)*f.kind.stride()))
	}
	return size
}

func (f *field) sizeOf(q unsafe.Pointer) int {
	switch f.kind {
	case kindString:
		return protowire.SizeBytes(len(*(*string)(q)))
	case kindBytes:
		return protowire.SizeBytes(len(*(*[]byte)(q)))
	case kindMessage:
		sub, err := f.message()
		if err != nil {
			return 0 // and append fails
		}
		return protowire.SizeBytes(sub.size(*(*unsafe.Pointer)(q)))
	}
	switch f.wire {
	case protowire.Fixed32Type:
		return protowire.SizeFixed32()
	case protowire.Fixed64Type:
		return protowire.SizeFixed64()
	default:
		return protowire.SizeVarint(f.load(q))
	}
}

// append appends the message at p.
func (s *structure) append(b []byte, p unsafe.Pointer) (_ []byte, err error) {
	for i := range s.fields {
		f := &s.fields[i]
		n, q := f.values(p)
		if n > 0 && f.packed {
			b = protowire.AppendTag(b, f.number, protowire.BytesType)
			b = protowire.AppendVarint(b, uint64(f.sizes(n, q)))
		}
		for i := range n {
			if !f.packed {
				b = append(b, f.tag...)
			}
			if b, err = f.append(b, unsafe.Add(q, uintptr(i)*f.kind.stride())); err != nil {
				return b, err
			}
		}
	}
	return append(b, *at[[]byte](p, s.unknown)...), nil
}

func (f *field) append(b []byte, q unsafe.Pointer) ([]byte, error) {
	switch f.kind {
	case kindString:
		v := *(*string)(q)
		if f.utf8 && !utf8.ValidString(v) {
			return b, f.invalidUTF8()
		}
		return protowire.AppendString(b, v), nil
	case kindBytes:
		return protowire.AppendBytes(b, *(*[]byte)(q)), nil
	case kindMessage:
		sub, err := f.message()
		if err != nil {
			return b, err
		}
		p := *(*unsafe.Pointer)(q)
		b = protowire.AppendVarint(b, uint64(sub.size(p)))
		if p == nil {
			return b, nil
		}
		return sub.append(b, p)
	}
	switch f.wire {
	case protowire.Fixed32Type:
		b = protowire.AppendFixed32(b, uint32(f.load(q)))
	case protowire.Fixed64Type:
		b = protowire.AppendFixed64(b, f.load(q))
	default:
		b = protowire.AppendVarint(b, f.load(q))
	}
	return b, nil
}

func (f *field) invalidUTF8() error {
	return errorf("field %s contains invalid UTF-8", f.name)
}

// checkRequired returns an error if a field is missing, here or deeper, that a
// message must have.
func (s *structure) checkRequired(p unsafe.Pointer) error {
	if p == nil {
		return nil
	}
	for i := range s.fields {
		f := &s.fields[i]
		n, q := f.values(p)
		if f.required && n == 0 {
			return errorf("required field %v.%s not set", s.typ, f.name)
		}
		if f.kind != kindMessage {
			continue
		}
		sub, err := f.message()
		if err != nil {
			return err
		}
		for i := range n {
			if err := sub.checkRequired(*at[unsafe.Pointer](q, uintptr(i)*f.kind.stride())); err != nil {
				return err
			}
		}
	}
	return nil
}
