package messageport

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"testing"
)

// makeVectors is where the vectors come from.
func makeVectors(t testing.TB) vectors {
	return vectors{
		Messages:    makeMessages(t),
		Invalid:     makeInvalid(),
		CBOR:        makeCBOR(t),
		InvalidCBOR: makeInvalidCBOR(),
		Versions:    makeVersions(),
		Hellos:      makeHellos(t),
		Sessions:    makeSessions(t),
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	data, err := Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func encodeHex(t testing.TB, v any) string {
	t.Helper()
	return hex.EncodeToString(encode(t, v))
}

func encodeOpen(t testing.TB, method string, request any) []byte {
	t.Helper()
	return slices.Concat([]byte{byte(len(method))}, []byte(method), encode(t, request))
}

var (
	sampleHello = Hello{
		Versions: []uint64{1}, Client: "sharednode-js/0.1.0", Lock: "sharednode-tab:1f2e", Window: 262144,
		App: RawMessage("\xa1\x66config\xa0"),
	}
	sampleBind    = bytes.Repeat([]byte{0xb1}, BindSize)
	sampleWelcome = Welcome{
		Version: 1, Server: "sharednode/0.1.0", Epoch: "5b1c", Session: "s1", Lock: "sharednode:default",
		Window: 262144, MaxFrame: 1048576, MaxCalls: 256, MaxUploads: 64,
		App: RawMessage("\xa1\x66peerId\x6312D"),
	}
	sampleError = &Error{
		Code: "not-found", Message: "block not found", Op: "block.get",
		Details: map[string]any{"cid": []byte{1, 0x55, 0x12, 0x20}},
	}
	sampleRequest = map[string]any{"path": "bafkqaaa/ä", "offset": 7, "length": uint64(1) << 32}
)

func makeMessages(t testing.TB) []messageVector {
	request := encodeOpen(t, "cat", sampleRequest)
	long := strings.Repeat("m", 255)
	list := []struct {
		name   string
		frames []Frame
	}{
		{"hello", []Frame{{Type: TypeHello, Payload: encode(t, sampleHello)}}},
		{"hello without lock or app", []Frame{{Type: TypeHello, Payload: encode(t, Hello{Versions: []uint64{1, 2, 3}, Window: MinWindow})}}},
		{"welcome", []Frame{{Type: TypeWelcome, Payload: encode(t, sampleWelcome)}}},
		{"refuse", []Frame{{Type: TypeRefuse, Payload: encodeError(sampleRefusal())}}},
		{"bind", []Frame{{Type: TypeBind, Payload: sampleBind}}},
		{"bind and hello", []Frame{{Type: TypeBind, Payload: sampleBind}, {Type: TypeHello, Payload: encode(t, sampleHello)}}},
		{"open", []Frame{{Type: TypeOpen, ID: 1, Payload: request}}},
		{"open with END", []Frame{{Type: TypeOpen, Flags: FlagEnd, ID: 2, Payload: request}}},
		{"open with no request", []Frame{{Type: TypeOpen, Flags: FlagEnd, ID: 3, Payload: encodeOpen(t, "id", nil)}}},
		{"open with the longest method and the largest id", []Frame{{Type: TypeOpen, ID: math.MaxUint32, Payload: encodeOpen(t, long, nil)}}},
		{"open with a method of one character of two bytes", []Frame{{Type: TypeOpen, ID: 1, Payload: encodeOpen(t, "ä", nil)}}},
		{"data", []Frame{{Type: TypeData, ID: 1, Payload: []byte{0, 1, 2, 0xff}}}},
		{"data of one byte", []Frame{{Type: TypeData, ID: 1, Payload: []byte{0}}}},
		{"data with END", []Frame{{Type: TypeData, Flags: FlagEnd, ID: 1, Payload: []byte("end")}}},
		{"empty data with END", []Frame{{Type: TypeData, Flags: FlagEnd, ID: 1}}},
		{"item", []Frame{{Type: TypeItem, ID: 1, Payload: encode(t, map[string]any{"path": "a/b", "size": 0})}}},
		{"item with END", []Frame{{Type: TypeItem, Flags: FlagEnd, ID: 1, Payload: encode(t, nil)}}},
		{"credit of one byte", []Frame{{Type: TypeCredit, ID: 1, Payload: []byte{0, 0, 0, 1}}}},
		{"the most credit", []Frame{{Type: TypeCredit, ID: 1, Payload: []byte{0xff, 0xff, 0xff, 0xff}}}},
		{"cancel", []Frame{{Type: TypeCancel, ID: 1, Payload: encodeError(&Error{Code: CodeCanceled, Message: "canceled"})}}},
		{"result", []Frame{{Type: TypeResult, ID: 1, Payload: encode(t, map[string]any{"cid": []byte{1, 0x55}, "size": 262144})}}},
		{"result of null", []Frame{{Type: TypeResult, ID: 1, Payload: encode(t, nil)}}},
		{"error", []Frame{{Type: TypeError, ID: 1, Payload: encodeError(sampleError)}}},
		{"error with only a code and a message", []Frame{{Type: TypeError, ID: 1, Payload: encodeError(&Error{Code: CodeInternal, Message: "…"})}}},
		{"ping", []Frame{{Type: TypePing, Payload: []byte{1, 2, 3, 4, 5, 6, 7, 8}}}},
		{"pong", []Frame{{Type: TypePong, Payload: []byte{1, 2, 3, 4, 5, 6, 7, 8}}}},
		{"goodbye", []Frame{{Type: TypeGoodbye, Payload: encodeError(&Error{Code: CodeClosed, Message: "closed"})}}},
		{"several frames", []Frame{
			{Type: TypeOpen, ID: 7, Payload: encodeOpen(t, "add", map[string]any{})},
			{Type: TypeItem, ID: 7, Payload: encode(t, map[string]any{"path": "a"})},
			{Type: TypeData, ID: 7, Payload: []byte("hello")},
			{Type: TypeData, Flags: FlagEnd, ID: 7},
			{Type: TypeOpen, Flags: FlagEnd, ID: 8, Payload: encodeOpen(t, "id", nil)},
			{Type: TypePong, Payload: make([]byte, 8)},
		}},
	}
	var vs []messageVector
	for _, m := range list {
		var msg []byte
		for _, f := range m.frames {
			msg = AppendFrame(msg, f)
		}
		vs = append(vs, messageVector{Name: m.name, Hex: hex.EncodeToString(msg), Frames: describeFrames(t, m.frames)})
	}
	return vs
}

func sampleRefusal() *Error {
	_, err := chooseVersion([]uint64{2, 3}, []uint64{1})
	return wireError(err, "")
}

func makeInvalid() []invalidVector {
	header := func(typ, flags byte, reserved uint16, id, n uint32) []byte {
		b := []byte{typ, flags}
		b = binary.BigEndian.AppendUint16(b, reserved)
		b = binary.BigEndian.AppendUint32(b, id)
		return binary.BigEndian.AppendUint32(b, n)
	}
	ping := append(header(0x20, 0, 0, 0, 8), make([]byte, 8)...)
	list := []struct {
		name  string
		msg   []byte
		padTo int
		code  string
	}{
		{"empty message", nil, 0, CodeProtocolError},
		{"type 0", header(0x00, 0, 0, 0, 0), 0, CodeProtocolError},
		{"type after bind", header(0x05, 0, 0, 0, 0), 0, CodeProtocolError},
		{"bind to nothing", header(0x04, 0, 0, 0, 0), 0, CodeProtocolError},
		{"bind of 31 bytes", append(header(0x04, 0, 0, 0, 31), make([]byte, 31)...), 0, CodeProtocolError},
		{"bind of 33 bytes", append(header(0x04, 0, 0, 0, 33), make([]byte, 33)...), 0, CodeProtocolError},
		{"bind of a call", append(header(0x04, 0, 0, 1, 32), make([]byte, 32)...), 0, CodeProtocolError},
		{"END on a bind", append(header(0x04, 1, 0, 0, 32), make([]byte, 32)...), 0, CodeProtocolError},
		{"type after error", header(0x17, 0, 0, 1, 0), 0, CodeProtocolError},
		{"type after goodbye", header(0x23, 0, 0, 0, 0), 0, CodeProtocolError},
		{"type 0xff", header(0xff, 0, 0, 0, 0), 0, CodeProtocolError},
		{"unknown flag", append(header(0x11, 0x02, 0, 1, 1), 0), 0, CodeProtocolError},
		{"END and an unknown flag", append(header(0x11, 0x81, 0, 1, 1), 0), 0, CodeProtocolError},
		{"END on a result", append(header(0x15, 0x01, 0, 1, 1), 0xf6), 0, CodeProtocolError},
		{"END on a ping", append(header(0x20, 0x01, 0, 0, 8), make([]byte, 8)...), 0, CodeProtocolError},
		{"first reserved byte", append(header(0x11, 0, 0x0100, 1, 1), 0), 0, CodeProtocolError},
		{"second reserved byte", append(header(0x11, 0, 0x0001, 1, 1), 0), 0, CodeProtocolError},
		{"data without a call", append(header(0x11, 0, 0, 0, 1), 0), 0, CodeProtocolError},
		{"open without a call", append(header(0x10, 0, 0, 0, 3), 1, 'a', 0xf6), 0, CodeProtocolError},
		{"ping of a call", append(header(0x20, 0, 0, 1, 8), make([]byte, 8)...), 0, CodeProtocolError},
		{"hello of a call", append(header(0x01, 0, 0, 1, 1), 0xa0), 0, CodeProtocolError},
		{"payload longer than the message", append(header(0x11, 0, 0, 1, 3), 1, 2), 0, CodeProtocolError},
		{"one byte after a frame", append(slices.Clone(ping), 0x11), 0, CodeProtocolError},
		{"broken frame after a whole one", append(slices.Clone(ping), header(0x20, 0, 0, 0, 7)...), 0, CodeProtocolError},
		{"empty data without END", header(0x11, 0, 0, 1, 0), 0, CodeProtocolError},
		{"empty item", header(0x12, 0, 0, 1, 0), 0, CodeProtocolError},
		{"empty item with END", header(0x12, 1, 0, 1, 0), 0, CodeProtocolError},
		{"empty open", header(0x10, 0, 0, 1, 0), 0, CodeProtocolError},
		{"open with an empty method", append(header(0x10, 0, 0, 1, 2), 0, 0xf6), 0, CodeProtocolError},
		{"open with a method longer than the payload", append(header(0x10, 0, 0, 1, 3), 3, 'i', 'd'), 0, CodeProtocolError},
		{"open with a method that is not UTF-8", append(header(0x10, 0, 0, 1, 3), 1, 0xc3, 0xf6), 0, CodeProtocolError},
		{"credit of 0", append(header(0x13, 0, 0, 1, 4), 0, 0, 0, 0), 0, CodeProtocolError},
		{"credit of 3 bytes", append(header(0x13, 0, 0, 1, 3), 0, 0, 1), 0, CodeProtocolError},
		{"credit of 5 bytes", append(header(0x13, 0, 0, 1, 5), 0, 0, 0, 0, 1), 0, CodeProtocolError},
		{"ping of 7 bytes", append(header(0x20, 0, 0, 0, 7), make([]byte, 7)...), 0, CodeProtocolError},
		{"pong of 9 bytes", append(header(0x21, 0, 0, 0, 9), make([]byte, 9)...), 0, CodeProtocolError},
		{"payload over 1 MiB", header(0x11, 0, 0, 1, maxMaxFrame+1), 0, CodeFrameTooLarge},
		{"the longest payload there can be said to be", header(0x11, 0, 0, 1, math.MaxUint32), 0, CodeFrameTooLarge},
		{"item of 32757 bytes", header(0x12, 0, 0, 1, MaxItem+1), HeaderSize + MaxItem + 1, CodeFrameTooLarge},
		{"open of 65537 bytes", append(header(0x10, 0, 0, 1, MaxOpen+1), 1, 'a'), HeaderSize + MaxOpen + 1, CodeFrameTooLarge},
		{"message over 2 MiB", ping, MaxMessage + 1, CodeFrameTooLarge},
	}
	var vs []invalidVector
	for _, v := range list {
		vs = append(vs, invalidVector{Name: v.name, paddedHex: paddedHex{Hex: hex.EncodeToString(v.msg), PadTo: v.padTo}, Code: v.code})
	}
	return vs
}

func makeCBOR(t testing.TB) []cborVector {
	list := []struct {
		name  string
		value any
	}{
		{"null", nil},
		{"true", true},
		{"0", 0},
		{"23 and 24", []any{23, 24}},
		{"bounds of the lengths of numbers", []any{255, 256, 65535, 65536, int64(math.MaxUint32), int64(math.MaxUint32) + 1}},
		{"largest exact float64", int64(1) << 53},
		{"largest", uint64(math.MaxUint64)},
		{"-1", -1},
		{"smallest", int64(math.MinInt64)},
		{"1.5", 1.5},
		{"1.1", 1.1},
		{"empty text", ""},
		{"text", "ä€𝄞"},
		{"empty bytes", []byte{}},
		{"bytes", []byte{0, 0xff}},
		{"empty list", []any{}},
		{"empty map", map[string]any{}},
		{"keys in order of their encoding", map[string]any{"b": 1, "aa": 2, "a": 3, "": 4, "ä": 5, "z": 6}},
		{"key of 24 bytes", map[string]any{"abcdefghijklmnopqrstuvwx": 1, "z": 2}},
	}
	var vs []cborVector
	for _, v := range list {
		data := encode(t, v.value)
		vs = append(vs, cborVector{Name: v.name, Hex: hex.EncodeToString(data), Value: jsonOf(t, data)})
	}
	return vs
}

func makeInvalidCBOR() []cborVector {
	return []cborVector{
		{Name: "nothing", Hex: ""},
		{Name: "truncated number", Hex: "19ff"},
		{Name: "truncated text", Hex: "6261"},
		{Name: "truncated list", Hex: "8201"},
		{Name: "two items", Hex: "0101"},
		{Name: "reserved length", Hex: "1c"},
		{Name: "duplicate key", Hex: "a2616101616102"},
		{Name: "indefinite text", Hex: "7f6161ff"},
		{Name: "indefinite bytes", Hex: "5f4101ff"},
		{Name: "indefinite list", Hex: "9f01ff"},
		{Name: "indefinite map", Hex: "bf616101ff"},
		{Name: "break alone", Hex: "ff"},
		{Name: "tag", Hex: "d82a4100"},
		{Name: "big number", Hex: "c249010000000000000000"},
		{Name: "text that is not UTF-8", Hex: "61ff"},
		{Name: "33 levels", Hex: strings.Repeat("81", 33) + "00"},
		{Name: "list said to have 65537 elements", Hex: "9a00010001"},
		{Name: "map said to have 1025 pairs", Hex: "b90401"},
		{Name: "list said to have more than there is memory", Hex: "9bffffffffffffffff"},
		{Name: "text said to be longer than there is memory", Hex: "7bffffffffffffffff"},
	}
}

func makeVersions() []versionVector {
	return []versionVector{
		{Name: "the one", Client: []uint64{1}, Server: []uint64{1}, Version: 1},
		{Name: "a newer client", Client: []uint64{1, 2, 3}, Server: []uint64{1}, Version: 1},
		{Name: "a newer server", Client: []uint64{1}, Server: []uint64{1, 2}, Version: 1},
		{Name: "the highest of both", Client: []uint64{3, 1, 2}, Server: []uint64{1, 2}, Version: 2},
		{Name: "with a gap", Client: []uint64{1, 3}, Server: []uint64{2, 3, 4}, Version: 3},
		{Name: "a client too new", Client: []uint64{2, 3}, Server: []uint64{1}, Older: "server"},
		{Name: "a client too old", Client: []uint64{1}, Server: []uint64{2, 3}, Older: "client"},
		{Name: "version 0 is none", Client: []uint64{0}, Server: []uint64{1}, Older: "client"},
		{Name: "a version beyond what a float64 holds", Client: []uint64{math.MaxUint64}, Server: []uint64{1}, Older: "server"},
	}
}

func makeHellos(t testing.TB) []helloVector {
	hello := func(change map[string]any) string {
		m := map[string]any{"versions": []int{1}, "client": "c", "lock": "", "window": 65536, "app": nil}
		for key, value := range change {
			m[key] = value
		}
		return encodeHex(t, m)
	}
	return []helloVector{
		{Name: "not CBOR", Hex: "ff", Code: CodeBadRequest},
		{Name: "empty", Hex: "", Code: CodeBadRequest},
		{Name: "not a map", Hex: encodeHex(t, []int{1}), Code: CodeBadRequest},
		{Name: "no versions", Hex: hello(map[string]any{"versions": []int{}}), Code: CodeBadRequest, Field: "versions"},
		{Name: "versions missing", Hex: encodeHex(t, map[string]any{"window": 65536}), Code: CodeBadRequest, Field: "versions"},
		{Name: "17 versions", Hex: hello(map[string]any{"versions": make([]int, 17)}), Code: CodeBadRequest, Field: "versions"},
		{Name: "versions of text", Hex: hello(map[string]any{"versions": []string{"1"}}), Code: CodeBadRequest, Field: "versions"},
		{Name: "a negative version", Hex: hello(map[string]any{"versions": []int{-1}}), Code: CodeBadRequest, Field: "versions"},
		{Name: "client of bytes", Hex: hello(map[string]any{"client": []byte("c")}), Code: CodeBadRequest, Field: "client"},
		{Name: "lock of a number", Hex: hello(map[string]any{"lock": 1}), Code: CodeBadRequest, Field: "lock"},
		{Name: "window too small", Hex: hello(map[string]any{"window": 65535}), Code: CodeBadRequest, Field: "window"},
		{Name: "window too large", Hex: hello(map[string]any{"window": int64(1) << 32}), Code: CodeBadRequest, Field: "window"},
		{Name: "another version with other fields", Hex: encodeHex(t, map[string]any{"versions": []int{2}, "client": 7}), Code: CodeVersionUnsupported},
	}
}

func makeSessions(t testing.TB) []sessionVector {
	msg := func(frames ...Frame) paddedHex {
		var b []byte
		for _, f := range frames {
			b = AppendFrame(b, f)
		}
		if n := len(b); n > packSize/4 {
			return paddedHex{Hex: hex.EncodeToString(bytes.TrimRight(b, "\x00")), PadTo: n}
		}
		return paddedHex{Hex: hex.EncodeToString(b)}
	}
	hello := Frame{Type: TypeHello, Payload: encode(t, sampleHello)}
	bind := Frame{Type: TypeBind, Payload: sampleBind}
	welcome := Frame{Type: TypeWelcome, Payload: encode(t, sampleWelcome)}
	ping := Frame{Type: TypePing, Payload: make([]byte, 8)}
	open := func(id uint32, flags uint8) Frame {
		return Frame{Type: TypeOpen, Flags: flags, ID: id, Payload: encodeOpen(t, "id", nil)}
	}
	one := []byte{0}
	result := Frame{Type: TypeResult, ID: 1, Payload: encode(t, nil)}
	failure := Frame{Type: TypeError, ID: 1, Payload: encodeError(sampleError)}
	broken := encode(t, map[string]any{"code": 7, "message": ""})
	// Data beyond a window of 65536 bytes, by one.
	full := Frame{Type: TypeData, ID: 1, Payload: make([]byte, MinWindow/2-HeaderSize)}
	list := []sessionVector{
		{Name: "ping before hello", Receiver: "server", Messages: []paddedHex{msg(ping)}},
		{Name: "open before hello", Receiver: "server", Messages: []paddedHex{msg(open(1, 1))}},
		{Name: "welcome to a server", Receiver: "server", Messages: []paddedHex{msg(welcome)}},
		{Name: "open before welcome", Receiver: "server", Messages: []paddedHex{msg(hello, open(1, 1))}},
		{Name: "two hellos", Receiver: "server", Messages: []paddedHex{msg(hello, hello)}},
		{Name: "two binds", Receiver: "server", Messages: []paddedHex{msg(bind, bind)}},
		{Name: "ping after bind", Receiver: "server", Messages: []paddedHex{msg(bind, ping)}},
		{Name: "open after bind", Receiver: "server", Messages: []paddedHex{msg(bind, open(1, 1))}},
		{Name: "bind after hello", Receiver: "server", Messages: []paddedHex{msg(hello, bind)}},
		{Name: "bind, hello, bind", Receiver: "server", Messages: []paddedHex{msg(bind), msg(hello), msg(bind)}},
		{Name: "bind after the welcome", Receiver: "server", Begun: true, Messages: []paddedHex{msg(bind)}},
		{Name: "hello again", Receiver: "server", Begun: true, Messages: []paddedHex{msg(hello)}},
		{Name: "result to a server", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(result)}},
		{Name: "error to a server", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(failure)}},
		{Name: "id again", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(open(1, 1))}},
		{Name: "ids going down", Receiver: "server", Begun: true, Messages: []paddedHex{msg(open(7, 0)), msg(open(6, 1))}},
		{Name: "data for no call", Receiver: "server", Begun: true, Messages: []paddedHex{msg(Frame{Type: TypeData, ID: 1, Payload: one})}},
		{Name: "item for no call", Receiver: "server", Begun: true, Messages: []paddedHex{msg(Frame{Type: TypeItem, ID: 1, Payload: one})}},
		{Name: "credit for no call", Receiver: "server", Begun: true, Messages: []paddedHex{msg(Frame{Type: TypeCredit, ID: 1, Payload: []byte{0, 0, 0, 1}})}},
		{Name: "cancel of no call", Receiver: "server", Begun: true, Messages: []paddedHex{msg(Frame{Type: TypeCancel, ID: 1, Payload: encodeError(sampleError)})}},
		{Name: "cancel with a broken error", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeCancel, ID: 1, Payload: broken})}},
		{Name: "goodbye with a broken error", Receiver: "server", Begun: true, Messages: []paddedHex{msg(Frame{Type: TypeGoodbye, Payload: broken})}},
		{Name: "data after open with END", Receiver: "server", Begun: true, Messages: []paddedHex{msg(open(1, 1), Frame{Type: TypeData, ID: 1, Payload: one})}},
		{Name: "data after END", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeData, Flags: FlagEnd, ID: 1}), msg(Frame{Type: TypeData, ID: 1, Payload: one})}},
		{Name: "item after END", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeItem, Flags: FlagEnd, ID: 1, Payload: one}, Frame{Type: TypeItem, ID: 1, Payload: one})}},
		{Name: "END twice", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeData, Flags: FlagEnd, ID: 1}, Frame{Type: TypeData, Flags: FlagEnd, ID: 1})}},
		{Name: "data beyond the credit", Receiver: "server", Begun: true, Uploads: 1, Messages: []paddedHex{msg(full), msg(full), msg(Frame{Type: TypeData, ID: 1, Payload: one})}},

		{Name: "ping before welcome", Receiver: "client", Messages: []paddedHex{msg(ping)}},
		{Name: "bind to a client", Receiver: "client", Messages: []paddedHex{msg(bind)}},
		{Name: "bind to a client after the welcome", Receiver: "client", Begun: true, Messages: []paddedHex{msg(bind)}},
		{Name: "hello to a client", Receiver: "client", Messages: []paddedHex{msg(hello)}},
		{Name: "two welcomes", Receiver: "client", Messages: []paddedHex{msg(welcome, welcome)}},
		{Name: "welcome of another version", Receiver: "client", Messages: []paddedHex{msg(Frame{Type: TypeWelcome, Payload: encode(t, with(sampleWelcome, func(w *Welcome) { w.Version = 2 }))})}},
		{Name: "welcome with a small window", Receiver: "client", Messages: []paddedHex{msg(Frame{Type: TypeWelcome, Payload: encode(t, with(sampleWelcome, func(w *Welcome) { w.Window = MinWindow - 1 }))})}},
		{Name: "welcome with small frames", Receiver: "client", Messages: []paddedHex{msg(Frame{Type: TypeWelcome, Payload: encode(t, with(sampleWelcome, func(w *Welcome) { w.MaxFrame = minMaxFrame - 1 }))})}},
		{Name: "welcome without calls", Receiver: "client", Messages: []paddedHex{msg(Frame{Type: TypeWelcome, Payload: encode(t, with(sampleWelcome, func(w *Welcome) { w.MaxCalls = 0 }))})}},
		{Name: "welcome that is not CBOR", Receiver: "client", Messages: []paddedHex{msg(Frame{Type: TypeWelcome, Payload: []byte{0xff}})}},
		{Name: "open to a client", Receiver: "client", Begun: true, Messages: []paddedHex{msg(open(1, 1))}},
		{Name: "cancel to a client", Receiver: "client", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeCancel, ID: 1, Payload: encodeError(sampleError)})}},
		{Name: "result for no call", Receiver: "client", Begun: true, Messages: []paddedHex{msg(result)}},
		{Name: "error with a broken error", Receiver: "client", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeError, ID: 1, Payload: broken})}},
		{Name: "server's data after END", Receiver: "client", Begun: true, Uploads: 1, Messages: []paddedHex{msg(Frame{Type: TypeData, Flags: FlagEnd, ID: 1}, Frame{Type: TypeData, ID: 1, Payload: one})}},
		{Name: "server's data beyond the credit", Receiver: "client", Begun: true, Uploads: 1, Messages: []paddedHex{msg(full), msg(full), msg(Frame{Type: TypeData, ID: 1, Payload: one})}},
	}
	for i := range list {
		list[i].Code = CodeProtocolError
	}
	return list
}

func with(w Welcome, change func(*Welcome)) Welcome {
	change(&w)
	return w
}
