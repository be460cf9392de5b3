// Package protoreflect has of google.golang.org/protobuf/reflect/protoreflect
// what the generated code of messages names. There are no descriptors, so nothing
// can be asked of what it returns.
package protoreflect

// ProtoMessage is a message: a pointer to a struct that protoc-gen-go made.
type ProtoMessage interface{ ProtoReflect() Message }

// Message is a message's other form.
type Message interface{ ProtoMethods() }

type (
	// FileDescriptor describes nothing.
	FileDescriptor interface{ Path() string }
	// EnumDescriptor describes nothing.
	EnumDescriptor interface{ Enum() }
	// EnumType describes nothing.
	EnumType interface{ Descriptor() EnumDescriptor }
	// EnumNumber is the number of an enum's value.
	EnumNumber int32
)
