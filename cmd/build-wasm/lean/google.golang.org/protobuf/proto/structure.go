package proto

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxDepth is how deep messages may be in others.
const maxDepth = protowire.DefaultRecursionLimit

// structure is how a type of messages is made up.
type structure struct {
	typ     reflect.Type
	fields  []field // by number
	unknown uintptr // where the bytes are kept that the schema does not have
}

// field is one of a message.
type field struct {
	number   protowire.Number
	wire     protowire.Type
	tag      []byte
	name     string
	offset   uintptr
	kind     kind
	signed   bool
	zigzag   bool
	shape    shape
	packed   bool
	required bool
	utf8     bool         // is checked
	elem     reflect.Type // of messages
}

// kind is a type of values in Go.
type kind uint8

const (
	kindBool kind = iota
	kind32
	kind64
	kindString
	kindBytes
	kindMessage
)

// shape is how a field holds its value or values.
type shape uint8

const (
	implicit shape = iota // the value itself; zero is as good as none
	explicit              // a pointer; of bytes and messages what is not nil
	repeated              // a slice
)

var structures sync.Map // *structure or error by reflect.Type

func structureOf(t reflect.Type) (*structure, error) {
	known, ok := structures.Load(t)
	if !ok {
		s, err := newStructure(t)
		if known = s; err != nil {
			known = err
		}
		structures.Store(t, known)
	}
	if err, failed := known.(error); failed {
		return nil, err
	}
	return known.(*structure), nil
}

func newStructure(t reflect.Type) (*structure, error) {
	s := &structure{typ: t}
	unknown, ok := t.FieldByName("unknownFields")
	if !ok {
		return nil, errorf("%v is no generated message", t)
	}
	s.unknown = unknown.Offset
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("protobuf")
		if !ok {
			if f.IsExported() {
				return nil, errorf("%v.%s is of a kind that is not known here", t, f.Name)
			}
			continue
		}
		s.fields = append(s.fields, field{name: f.Name, offset: f.Offset})
		if err := s.fields[len(s.fields)-1].parse(f.Type, strings.Split(tag, ",")); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.fields, func(a, b field) int { return cmp.Compare(a.number, b.number) })
	return s, nil
}

// parse reads a tag, "varint,1,opt,name=type,proto3".
func (f *field) parse(t reflect.Type, tag []string) error {
	if len(tag) < 3 {
		return errorf("%s has a tag that is none", f.name)
	}
	number, err := strconv.ParseInt(tag[1], 10, 32)
	if err != nil {
		return errorf("%s: %v", f.name, err)
	}
	f.number = protowire.Number(number)
	has := func(what string) bool { return slices.Contains(tag[2:], what) }
	f.required = has("req")
	f.packed = has("packed")
	bytes := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	switch {
	case has("rep"):
		f.shape, t = repeated, t.Elem()
	case t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.Struct:
		f.shape, t = explicit, t.Elem()
	case t.Kind() == reflect.Pointer || bytes && (!has("proto3") || has("oneof")):
		f.shape = explicit
	}
	switch tag[0] {
	case "varint", "zigzag32", "zigzag64":
		f.wire, f.zigzag = protowire.VarintType, tag[0] != "varint"
	case "fixed32":
		f.wire = protowire.Fixed32Type
	case "fixed64":
		f.wire = protowire.Fixed64Type
	case "bytes":
		f.wire = protowire.BytesType
	default:
		return errorf("%s is a %s, which is not known here", f.name, tag[0])
	}
	f.utf8 = has("proto3")
	f.tag = protowire.AppendTag(nil, f.number, f.wire)
	return f.setKind(t)
}

func (f *field) setKind(t reflect.Type) error {
	switch t.Kind() {
	case reflect.Bool:
		f.kind = kindBool
	case reflect.Int32, reflect.Uint32, reflect.Float32:
		f.kind, f.signed = kind32, t.Kind() == reflect.Int32
	case reflect.Int64, reflect.Uint64, reflect.Float64:
		f.kind = kind64
	case reflect.String:
		f.kind = kindString
	case reflect.Slice:
		f.kind = kindBytes
	case reflect.Pointer:
		f.kind, f.elem = kindMessage, t.Elem()
	default:
		return errorf("%s is of the type %v, which is not known here", f.name, t)
	}
	if isBytes := f.kind >= kindString; isBytes != (f.wire == protowire.BytesType) || f.kind == kindBytes && t.Elem().Kind() != reflect.Uint8 {
		return errorf("%s is of the type %v, which is not known here", f.name, t)
	}
	return nil
}

// message returns the structure of a field's messages. It is not asked for
// before there is one, as a type may contain itself.
func (f *field) message() (*structure, error) { return structureOf(f.elem) }

// find returns the field of a number, or nil.
func (s *structure) find(number protowire.Number) *field {
	for i := range s.fields {
		if f := &s.fields[i]; f.number >= number {
			if f.number == number {
				return f
			}
			break
		}
	}
	return nil
}

// reset empties a message.
func (s *structure) reset(p unsafe.Pointer) { reflect.NewAt(s.typ, p).Elem().SetZero() }
