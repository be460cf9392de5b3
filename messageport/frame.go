package messageport

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Type says what a frame is. The package documentation lists the types.
type Type uint8

// The types of frames.
const (
	TypeHello   Type = 0x01
	TypeWelcome Type = 0x02
	TypeRefuse  Type = 0x03
	TypeBind    Type = 0x04
	TypeOpen    Type = 0x10
	TypeData    Type = 0x11
	TypeItem    Type = 0x12
	TypeCredit  Type = 0x13
	TypeCancel  Type = 0x14
	TypeResult  Type = 0x15
	TypeError   Type = 0x16
	TypePing    Type = 0x20
	TypePong    Type = 0x21
	TypeGoodbye Type = 0x22
)

var typeNames = map[Type]string{
	TypeHello: "hello", TypeWelcome: "welcome", TypeRefuse: "refuse", TypeBind: "bind",
	TypeOpen: "open", TypeData: "data", TypeItem: "item", TypeCredit: "credit",
	TypeCancel: "cancel", TypeResult: "result", TypeError: "error",
	TypePing: "ping", TypePong: "pong", TypeGoodbye: "goodbye",
}

func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return fmt.Sprintf("type 0x%02x", uint8(t))
}

// ofCall reports whether frames of this type belong to a call.
func (t Type) ofCall() bool { return t >= TypeOpen && t <= TypeError }

// takesEnd reports whether frames of this type may carry FlagEnd.
func (t Type) takesEnd() bool { return t == TypeOpen || t == TypeData || t == TypeItem }

// FlagEnd on an open, data or item frame says that its sender sends no more data
// or items for the call.
const FlagEnd = 0x01

// BindSize is the length in bytes of what a bind frame carries.
const BindSize = 32

// HeaderSize is the length in bytes of a frame's header.
const HeaderSize = 12

// Frame is one frame of a message.
type Frame struct {
	Type    Type
	Flags   uint8
	ID      uint32 // the call, or 0
	Payload []byte
}

// end reports whether the frame half-closes its call.
func (f Frame) end() bool { return f.Flags&FlagEnd != 0 }

// cost is what the frame takes of its stream's credit.
func (f Frame) cost() int {
	if len(f.Payload) == 0 {
		return 0
	}
	return HeaderSize + len(f.Payload)
}

// AppendFrame appends the frame's bytes to dst.
func AppendFrame(dst []byte, f Frame) []byte {
	dst = appendHeader(dst, f, len(f.Payload))
	return append(dst, f.Payload...)
}

func appendHeader(dst []byte, f Frame, n int) []byte {
	dst = append(dst, byte(f.Type), f.Flags, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, f.ID)
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}

// Decode splits a message into its frames, whose payloads are parts of msg. A
// message over MaxMessage, or with a payload over maxFrame, an open frame's over
// MaxOpen or an item over MaxItem, gives an Error with CodeFrameTooLarge, any other that breaks the
// grammar one with CodeProtocolError. Whether a frame may come at this moment,
// from this side, is not looked at, nor is CBOR.
func Decode(msg []byte, maxFrame int) ([]Frame, error) {
	var frames []Frame
	for s := newScanner(msg, maxFrame); ; {
		f, ok, err := s.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return frames, nil
		}
		frames = append(frames, f)
	}
}

// scanner walks over the frames of one message.
type scanner struct {
	msg      []byte
	offset   int
	maxFrame int
}

func newScanner(msg []byte, maxFrame int) scanner {
	return scanner{msg: msg, maxFrame: maxFrame}
}

// next returns the next frame, or false at the message's end.
func (s *scanner) next() (f Frame, ok bool, err error) {
	rest := s.msg[s.offset:]
	switch {
	case len(s.msg) > MaxMessage:
		return f, false, messageTooLarge(len(s.msg))
	case len(rest) == 0 && s.offset > 0:
		return f, false, nil
	case len(rest) < HeaderSize:
		return f, false, s.broken("%d bytes where a header has %d", len(rest), HeaderSize)
	}
	f = Frame{Type: Type(rest[0]), Flags: rest[1], ID: binary.BigEndian.Uint32(rest[4:])}
	if err := s.checkHeader(f, rest[2], rest[3]); err != nil {
		return f, false, err
	}
	// Compared as uint32 and int64, since an int may have 32 bits.
	n := binary.BigEndian.Uint32(rest[8:])
	if limit := s.limit(f.Type); int64(n) > int64(limit) {
		return f, false, Errorf(CodeFrameTooLarge, nil, "%s frame with a payload of %d bytes, %d allowed", f.Type, n, limit)
	}
	if int64(n) > int64(len(rest)-HeaderSize) {
		return f, false, s.broken("%s frame with %d of its %d bytes", f.Type, len(rest)-HeaderSize, n)
	}
	end := HeaderSize + int(n)
	f.Payload = rest[HeaderSize:end:end]
	if err := s.checkPayload(f); err != nil {
		return f, false, err
	}
	s.offset += end
	return f, true, nil
}

func (s *scanner) limit(t Type) int {
	switch t {
	case TypeOpen:
		return min(s.maxFrame, MaxOpen)
	case TypeItem:
		return min(s.maxFrame, MaxItem)
	}
	return s.maxFrame
}

func (s *scanner) checkHeader(f Frame, reserved ...byte) error {
	if _, known := typeNames[f.Type]; !known {
		return s.broken("unknown frame %s", f.Type)
	}
	for _, b := range reserved {
		if b != 0 {
			return s.broken("%s frame with reserved bytes set", f.Type)
		}
	}
	if f.Flags&^FlagEnd != 0 || (f.Flags != 0 && !f.Type.takesEnd()) {
		return s.broken("%s frame with flags 0x%02x", f.Type, f.Flags)
	}
	if f.Type.ofCall() != (f.ID != 0) {
		return s.broken("%s frame with call id %d", f.Type, f.ID)
	}
	return nil
}

func (s *scanner) checkPayload(f Frame) error {
	n := len(f.Payload)
	switch f.Type {
	case TypeBind:
		if n != BindSize {
			return s.broken("bind frame of %d bytes, not %d", n, BindSize)
		}
	case TypeOpen:
		method, _ := splitOpen(f.Payload)
		if len(method) == 0 {
			return s.broken("open frame without a method")
		}
		if !utf8.Valid(method) {
			return s.broken("open frame with a method that is not UTF-8")
		}
	case TypeData:
		if n == 0 && !f.end() {
			return s.broken("empty data frame without END")
		}
	case TypeItem:
		if n == 0 {
			return s.broken("empty item frame")
		}
	case TypeCredit:
		if n != 4 || binary.BigEndian.Uint32(f.Payload) == 0 {
			return s.broken("credit frame that is not a number above 0")
		}
	case TypePing, TypePong:
		if n != 8 {
			return s.broken("%s frame of %d bytes, not 8", f.Type, n)
		}
	}
	return nil
}

// splitOpen divides the payload of an open frame. Where it is too short, there
// is no method.
func splitOpen(payload []byte) (method, request []byte) {
	if len(payload) == 0 || len(payload) < 1+int(payload[0]) {
		return nil, nil
	}
	n := 1 + int(payload[0])
	return payload[1:n], payload[n:]
}

// broken returns the error of a message that breaks the grammar, saying where.
func (s *scanner) broken(format string, args ...any) error {
	return Errorf(CodeProtocolError, nil, "%s, at byte %d of a message of %d",
		fmt.Sprintf(format, args...), s.offset, len(s.msg))
}
