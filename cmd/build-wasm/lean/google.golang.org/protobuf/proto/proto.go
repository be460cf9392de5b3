// Package proto has of google.golang.org/protobuf/proto what the libraries of the
// node call, over messages as protoc-gen-go generates them from schemas of
// proto2 and proto3 with fields of every type but maps, groups, oneofs and
// extensions. A message that has one of those is an error. What a message has
// beyond its schema is kept, and written again after the rest.
package proto

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Message is a message.
type Message = protoreflect.ProtoMessage

// Error matches every error that this package makes.
var Error = errors.New("protobuf error")

func errorf(format string, args ...any) error {
	return fmt.Errorf("proto: %w", &protoError{fmt.Sprintf(format, args...)})
}

type protoError struct{ text string }

func (e *protoError) Error() string { return e.text }

func (*protoError) Is(target error) bool { return target == Error }

// of returns where a message is and how it is made up. The pointer is nil for a
// message that is nil.
func of(m Message) (unsafe.Pointer, *structure, error) {
	if m == nil {
		return nil, &structure{}, nil
	}
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Pointer || v.Type().Elem().Kind() != reflect.Struct {
		return nil, nil, errorf("%T is no generated message", m)
	}
	s, err := structureOf(v.Type().Elem())
	return v.UnsafePointer(), s, err
}

// Marshal returns the bytes of a message.
func Marshal(m Message) ([]byte, error) { return MarshalOptions{}.Marshal(m) }

// MarshalOptions say how to write messages.
type MarshalOptions struct {
	// AllowPartial leaves out required fields without an error.
	AllowPartial bool
	// Deterministic has the same bytes come of the same message, as always here.
	Deterministic bool
	// UseCachedSize has no effect.
	UseCachedSize bool
}

// Marshal returns the bytes of a message.
func (o MarshalOptions) Marshal(m Message) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	p, s, err := of(m)
	if err != nil {
		return nil, err
	}
	b, err := o.append(make([]byte, 0, s.size(p)), p, s)
	return b, err
}

// MarshalAppend appends the bytes of a message.
func (o MarshalOptions) MarshalAppend(b []byte, m Message) ([]byte, error) {
	p, s, err := of(m)
	if err != nil {
		return b, err
	}
	return o.append(b, p, s)
}

func (o MarshalOptions) append(b []byte, p unsafe.Pointer, s *structure) ([]byte, error) {
	if p == nil {
		return b, nil
	}
	b, err := s.append(b, p)
	if err == nil && !o.AllowPartial {
		err = s.checkRequired(p)
	}
	return b, err
}

// Size returns how many bytes a message takes.
func (o MarshalOptions) Size(m Message) int { return Size(m) }

// Size returns how many bytes a message takes.
func Size(m Message) int {
	p, s, err := of(m)
	if err != nil {
		return 0
	}
	return s.size(p)
}

// Unmarshal sets a message to what b says.
func Unmarshal(b []byte, m Message) error { return UnmarshalOptions{}.Unmarshal(b, m) }

// UnmarshalOptions say how to read messages.
type UnmarshalOptions struct {
	// Merge adds to what the message says already.
	Merge bool
	// AllowPartial does without required fields.
	AllowPartial bool
	// DiscardUnknown forgets what the schema does not have.
	DiscardUnknown bool
}

// Unmarshal sets a message to what b says.
func (o UnmarshalOptions) Unmarshal(b []byte, m Message) error {
	p, s, err := of(m)
	if err != nil {
		return err
	}
	if p == nil {
		return errorf("a message that is nil")
	}
	if !o.Merge {
		s.reset(p)
	}
	if err := s.read(b, p, maxDepth, o.DiscardUnknown); err != nil {
		return err
	}
	if o.AllowPartial {
		return nil
	}
	return s.checkRequired(p)
}

// Reset empties a message.
func Reset(m Message) {
	if p, s, err := of(m); err == nil && p != nil {
		s.reset(p)
	}
}

// Merge adds what src says to dst, a message of the same type.
func Merge(dst, src Message) {
	if reflect.TypeOf(dst) != reflect.TypeOf(src) {
		panic(fmt.Sprintf("proto: merging %T into %T", src, dst))
	}
	to, s, err := of(dst)
	if err != nil {
		panic(err)
	}
	if from, _, _ := of(src); from != nil {
		s.merge(to, from)
	}
}

// Clone returns a copy that shares nothing with the message.
func Clone(m Message) Message {
	if m == nil {
		return nil
	}
	v := reflect.ValueOf(m)
	if v.IsNil() {
		return m
	}
	dst := reflect.New(v.Type().Elem()).Interface().(Message)
	Merge(dst, m)
	return dst
}

// CloneOf returns a copy that shares nothing with the message.
func CloneOf[M Message](m M) M { return Clone(m).(M) }

// The functions following return a pointer to a copy, for fields of proto2.

// Bool returns a pointer.
func Bool(v bool) *bool { return &v }

// Int32 returns a pointer.
func Int32(v int32) *int32 { return &v }

// Int64 returns a pointer.
func Int64(v int64) *int64 { return &v }

// Uint32 returns a pointer.
func Uint32(v uint32) *uint32 { return &v }

// Uint64 returns a pointer.
func Uint64(v uint64) *uint64 { return &v }

// Float32 returns a pointer.
func Float32(v float32) *float32 { return &v }

// Float64 returns a pointer.
func Float64(v float64) *float64 { return &v }

// String returns a pointer.
func String(v string) *string { return &v }
