// Package protoimpl has of google.golang.org/protobuf/runtime/protoimpl what the
// generated code of messages calls. Messages are described by their structs'
// tags, which package proto reads when it meets the first of a type; to register
// one as the program starts costs nothing.
package protoimpl

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// The versions of the generated code that are understood.
const (
	MinVersion = 20
	MaxVersion = 20
)

// EnforceVersion fails to compile for others.
type EnforceVersion uint

type (
	// SizeCache is a field of every message.
	SizeCache = int32
	// UnknownFields is the field for what a message has besides those that are known.
	UnknownFields = []byte
	// Pointer points to a message.
	Pointer = unsafe.Pointer
)

// MessageState is a field of every message.
type MessageState struct{}

// ProtoMethods marks a message.
func (*MessageState) ProtoMethods() {}

// LoadMessageInfo returns one, for nobody to have to store it.
func (*MessageState) LoadMessageInfo() *MessageInfo { return &info }

// StoreMessageInfo does nothing.
func (*MessageState) StoreMessageInfo(*MessageInfo) {}

var info MessageInfo

// MessageInfo is what is known of a type of messages: nothing.
type MessageInfo struct{ OneofWrappers []any }

// MessageOf returns the other form of a message that is nil.
func (*MessageInfo) MessageOf(any) protoreflect.Message { return (*MessageState)(nil) }

// EnumInfo is what is known of an enum: nothing.
type EnumInfo struct{}

// Enum marks an enum.
func (*EnumInfo) Enum() {}

// Descriptor returns the enum.
func (e *EnumInfo) Descriptor() protoreflect.EnumDescriptor { return e }

// ExtensionInfo is what is known of an extension: nothing.
type ExtensionInfo struct{}

// DescBuilder says where descriptors are to be had.
type DescBuilder struct {
	GoPackagePath string
	RawDescriptor []byte

	NumEnums, NumMessages, NumExtensions, NumServices int32
}

// TypeBuilder would register types.
type TypeBuilder struct {
	File              DescBuilder
	GoTypes           []any
	DependencyIndexes []int32
	EnumInfos         []EnumInfo
	MessageInfos      []MessageInfo
	ExtensionInfos    []ExtensionInfo
}

// Build returns a file that is not nil, for it not to be built again.
func (TypeBuilder) Build() (out struct{ File protoreflect.FileDescriptor }) {
	out.File = file{}
	return out
}

type file struct{}

func (file) Path() string { return "" }

// X has what generated code calls.
var X export

type export struct{}

// MessageStateOf returns the state of a message, which is its first field.
func (export) MessageStateOf(p Pointer) *MessageState { return (*MessageState)(p) }

// MessageStringOf tells the type of a message.
func (export) MessageStringOf(m protoreflect.ProtoMessage) string {
	return fmt.Sprintf("%s{…}", reflect.TypeOf(m))
}

// EnumStringOf tells the number of an enum's value.
func (export) EnumStringOf(_ protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	return strconv.Itoa(int(n))
}

// CompressGZIP returns no descriptor.
func (export) CompressGZIP([]byte) []byte { return nil }

// UnmarshalJSONEnum returns an error: the names of values are not known.
func (export) UnmarshalJSONEnum(protoreflect.EnumDescriptor, []byte) (protoreflect.EnumNumber, error) {
	return 0, errors.New("proto: enums have no names here")
}
