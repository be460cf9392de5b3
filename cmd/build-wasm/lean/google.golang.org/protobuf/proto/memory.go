package proto

import (
	"reflect"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// What follows reads and writes the fields of structs where they are in memory.
// Values are reached by a pointer to where they are kept: of a message that is
// where the pointer to it is kept.

func at[T any](p unsafe.Pointer, offset uintptr) *T { return (*T)(unsafe.Add(p, offset)) }

// stride is how far the values of a slice are apart.
func (k kind) stride() uintptr {
	switch k {
	case kindBool:
		return 1
	case kind32:
		return 4
	case kind64:
		return 8
	case kindString:
		return unsafe.Sizeof("")
	case kindBytes:
		return unsafe.Sizeof([]byte(nil))
	default:
		return unsafe.Sizeof(unsafe.Pointer(nil))
	}
}

// values returns how many values a field has in the message at p, and where the
// first is.
func (f *field) values(p unsafe.Pointer) (n int, first unsafe.Pointer) {
	q := unsafe.Add(p, f.offset)
	has := false
	switch {
	case f.shape == repeated:
		// Every slice begins with where its values are, and how many.
		s := *(*[]struct{})(q)
		return len(s), unsafe.Pointer(unsafe.SliceData(s))
	case f.shape == implicit:
		has = !f.isZero(q)
	case f.kind == kindBytes:
		has = *(*[]byte)(q) != nil
	case f.kind == kindMessage:
		has = *(*unsafe.Pointer)(q) != nil
	default:
		q = *(*unsafe.Pointer)(q)
		has = q != nil
	}
	if has {
		return 1, q
	}
	return 0, nil
}

func (f *field) isZero(q unsafe.Pointer) bool {
	switch f.kind {
	case kindString:
		return *(*string)(q) == ""
	case kindBytes:
		return len(*(*[]byte)(q)) == 0
	default:
		return f.load(q) == 0
	}
}

// slot returns where the next value of a field is to go.
func (f *field) slot(p unsafe.Pointer) unsafe.Pointer {
	q := unsafe.Add(p, f.offset)
	if f.shape == repeated {
		return f.grow(q)
	}
	if f.kind == kindMessage {
		if m := (*unsafe.Pointer)(q); *m == nil {
			*m = reflect.New(f.elem).UnsafePointer()
		}
		return q
	}
	if f.shape == implicit || f.kind == kindBytes {
		return q
	}
	var value unsafe.Pointer
	switch f.kind {
	case kindBool:
		value = unsafe.Pointer(new(bool))
	case kind32:
		value = unsafe.Pointer(new(uint32))
	case kind64:
		value = unsafe.Pointer(new(uint64))
	case kindString:
		value = unsafe.Pointer(new(string))
	}
	*(*unsafe.Pointer)(q) = value
	return value
}

// grow appends a value to the slice at q and returns where it is.
func (f *field) grow(q unsafe.Pointer) unsafe.Pointer {
	switch f.kind {
	case kindBool:
		return grown[bool](q)
	case kind32:
		return grown[uint32](q)
	case kind64:
		return grown[uint64](q)
	case kindString:
		return grown[string](q)
	case kindBytes:
		return grown[[]byte](q)
	default:
		value := grown[unsafe.Pointer](q)
		*(*unsafe.Pointer)(value) = reflect.New(f.elem).UnsafePointer()
		return value
	}
}

func grown[T any](q unsafe.Pointer) unsafe.Pointer {
	s := (*[]T)(q)
	*s = append(*s, *new(T))
	return unsafe.Pointer(&(*s)[len(*s)-1])
}

// load returns a number as it is written.
func (f *field) load(q unsafe.Pointer) uint64 {
	var v uint64
	switch f.kind {
	case kindBool:
		return protowire.EncodeBool(*(*bool)(q))
	case kind32:
		v = uint64(*(*uint32)(q))
		if f.signed && f.wire == protowire.VarintType {
			v = uint64(int64(*(*int32)(q)))
		}
	case kind64:
		v = *(*uint64)(q)
	}
	if f.zigzag {
		v = protowire.EncodeZigZag(int64(v))
	}
	return v
}

// store undoes load.
func (f *field) store(q unsafe.Pointer, v uint64) {
	if f.zigzag {
		if f.kind == kind32 {
			v &= 1<<32 - 1
		}
		v = uint64(protowire.DecodeZigZag(v))
	}
	switch f.kind {
	case kindBool:
		*(*bool)(q) = protowire.DecodeBool(v)
	case kind32:
		*(*uint32)(q) = uint32(v)
	case kind64:
		*(*uint64)(q) = v
	}
}
