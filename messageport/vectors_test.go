package messageport

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/frames.json anew")

const vectorsFile = "testdata/frames.json"

//go:embed testdata/frames.json
var vectorsJSON []byte

// vectors is the file that the Go and the TypeScript tests share. All hex is
// lower case. A JSON value stands for a CBOR one, where {"$bytes": hex} is a byte
// string and {"$int": text} a whole number beyond what a float64 holds exactly.
type vectors struct {
	// Messages are valid, each to be decoded to its frames, and these to be
	// encoded to it.
	Messages []messageVector `json:"messages"`
	// Invalid messages are refused with the code, whoever reads them.
	Invalid []invalidVector `json:"invalid"`
	// CBOR values, each to be decoded and encoded.
	CBOR []cborVector `json:"cbor"`
	// InvalidCBOR is refused by any reader.
	InvalidCBOR []cborVector `json:"invalidCBOR"`
	// Versions are what a server answers to the versions that a client offers.
	Versions []versionVector `json:"versions"`
	// Hellos are payloads of a hello that a server of version 1 refuses.
	Hellos []helloVector `json:"hellos"`
	// Sessions are messages, valid each, that end a session with the code.
	Sessions []sessionVector `json:"sessions"`
}

type messageVector struct {
	Name   string        `json:"name"`
	Hex    string        `json:"hex"`
	Frames []frameVector `json:"frames"`
}

type frameVector struct {
	Type    string `json:"type"`
	Code    uint8  `json:"code"`
	Flags   uint8  `json:"flags"`
	ID      uint32 `json:"id"`
	Payload string `json:"payload"`
	// Method of an open frame.
	Method string `json:"method,omitempty"`
	// Value is what the CBOR in the payload stands for.
	Value json.RawMessage `json:"value,omitempty"`
}

type invalidVector struct {
	Name string `json:"name"`
	paddedHex
	Code string `json:"code"`
}

// paddedHex is bytes, many of which may be zeros at the end.
type paddedHex struct {
	Hex string `json:"hex"`
	// PadTo, if not 0, is the length to which zeros are added.
	PadTo int `json:"padTo,omitempty"`
}

func (p paddedHex) bytes(t testing.TB) []byte {
	t.Helper()
	data := unhex(t, p.Hex)
	return append(data, make([]byte, max(0, p.PadTo-len(data)))...)
}

type cborVector struct {
	Name  string          `json:"name"`
	Hex   string          `json:"hex"`
	Value json.RawMessage `json:"value,omitempty"`
}

type versionVector struct {
	Name    string   `json:"name"`
	Client  []uint64 `json:"client"`
	Server  []uint64 `json:"server"`
	Version uint64   `json:"version,omitempty"` // 0 if refused
	Older   string   `json:"older,omitempty"`   // then, the older side
}

type helloVector struct {
	Name  string `json:"name"`
	Hex   string `json:"hex"`
	Code  string `json:"code"`
	Field string `json:"field,omitempty"`
}

type sessionVector struct {
	Name string `json:"name"`
	// Receiver of the messages is "client" or "server".
	Receiver string `json:"receiver"`
	// Begun says that the handshake was done before the messages come, with
	// windows of 65536 bytes.
	Begun bool `json:"begun"`
	// Uploads is how many calls with a stream the client has opened before. What
	// comes for them is not read.
	Uploads  int         `json:"uploads,omitempty"`
	Messages []paddedHex `json:"messages"`
	Code     string      `json:"code"`
}

func TestVectorsAreUpToDate(t *testing.T) {
	want, err := json.MarshalIndent(makeVectors(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(vectorsJSON, want) {
		t.Errorf("%s is not what the code gives; look at the difference after go test -run Vectors -update", vectorsFile)
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	var v vectors
	if err := json.Unmarshal(vectorsJSON, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectorMessages(t *testing.T) {
	for _, v := range readVectors(t).Messages {
		t.Run(v.Name, func(t *testing.T) {
			msg := unhex(t, v.Hex)
			frames, err := Decode(msg, maxMaxFrame)
			if err != nil {
				t.Fatal(err)
			}
			if got := describeFrames(t, frames); !reflect.DeepEqual(got, v.Frames) {
				t.Errorf("got frames %+v; want %+v", got, v.Frames)
			}
			var again []byte
			for _, f := range frames {
				again = AppendFrame(again, f)
			}
			if !bytes.Equal(again, msg) {
				t.Errorf("encoded again: got %x; want %x", again, msg)
			}
		})
	}
}

// TestVectorsTruncated cuts every valid message at every byte.
func TestVectorsTruncated(t *testing.T) {
	for _, v := range readVectors(t).Messages {
		msg := unhex(t, v.Hex)
		whole := map[int]bool{}
		end := 0
		for _, f := range v.Frames {
			end += HeaderSize + len(f.Payload)/2
			whole[end] = true
		}
		for n := range msg {
			_, err := Decode(msg[:n], maxMaxFrame)
			if whole[n] != (err == nil) {
				t.Errorf("%s: %d of %d bytes: got error %v", v.Name, n, len(msg), err)
			}
			if err != nil && !errors.Is(err, &Error{Code: CodeProtocolError}) {
				t.Errorf("%s: %d of %d bytes: got %v; want code %s", v.Name, n, len(msg), err, CodeProtocolError)
			}
		}
	}
}

func TestVectorInvalid(t *testing.T) {
	for _, v := range readVectors(t).Invalid {
		t.Run(v.Name, func(t *testing.T) {
			if _, err := Decode(v.bytes(t), maxMaxFrame); !errors.Is(err, &Error{Code: v.Code}) {
				t.Errorf("got error %v; want code %s", err, v.Code)
			}
		})
	}
}

func TestVectorCBOR(t *testing.T) {
	file := readVectors(t)
	for _, v := range file.CBOR {
		data := unhex(t, v.Hex)
		if got := jsonOf(t, data); !bytes.Equal(got, compact(t, v.Value)) {
			t.Errorf("%s: got %s; want %s", v.Name, got, v.Value)
		}
	}
	for _, v := range file.InvalidCBOR {
		var value any
		if err := Unmarshal(unhex(t, v.Hex), &value); !errors.Is(err, &Error{Code: CodeBadRequest}) {
			t.Errorf("%s: got %v, error %v; want code %s", v.Name, value, err, CodeBadRequest)
		}
	}
}

func TestVectorVersions(t *testing.T) {
	for _, v := range readVectors(t).Versions {
		got, err := chooseVersion(v.Client, v.Server)
		if got != v.Version || (err != nil) != (v.Version == 0) {
			t.Errorf("%s: got version %d, error %v; want %d", v.Name, got, err, v.Version)
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, &Error{Code: CodeVersionUnsupported}) || !strings.Contains(err.Error(), "the "+v.Older+" is older; ") {
			t.Errorf("%s: got error %v; want code %s, the older being the %s", v.Name, err, CodeVersionUnsupported, v.Older)
		}
	}
}

func TestVectorHellos(t *testing.T) {
	for _, v := range readVectors(t).Hellos {
		_, _, err := readHello(unhex(t, v.Hex))
		var e *Error
		if !errors.As(err, &e) || e.Code != v.Code {
			t.Errorf("%s: got error %v; want code %s", v.Name, err, v.Code)
			continue
		}
		if field, _ := e.Details["field"].(string); field != v.Field {
			t.Errorf("%s: got field %q in %v; want %q", v.Name, field, err, v.Field)
		}
	}
}

// describeFrames turns frames into what the file has for them.
func describeFrames(t testing.TB, frames []Frame) []frameVector {
	t.Helper()
	var list []frameVector
	for _, f := range frames {
		v := frameVector{
			Type: f.Type.String(), Code: uint8(f.Type), Flags: f.Flags, ID: f.ID,
			Payload: hex.EncodeToString(f.Payload),
		}
		body := f.Payload
		switch f.Type {
		case TypeBind, TypeData, TypeCredit, TypePing, TypePong:
			body = nil
		case TypeOpen:
			method, request := splitOpen(body)
			v.Method, body = string(method), request
		}
		if body != nil {
			v.Value = jsonOf(t, body)
		}
		list = append(list, v)
	}
	return list
}

// jsonOf decodes CBOR, checks that Marshal gives the same bytes again, and
// returns the JSON that stands for it.
func jsonOf(t testing.TB, data []byte) json.RawMessage {
	t.Helper()
	var value any
	if err := Unmarshal(data, &value); err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	if again, err := Marshal(value); err != nil || !bytes.Equal(again, data) {
		t.Errorf("%x: encoded again: got %x, error %v", data, again, err)
	}
	text, err := json.Marshal(plain(value))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// plain turns a decoded CBOR value into one that JSON can hold.
func plain(value any) any {
	switch v := value.(type) {
	case []byte:
		return map[string]any{"$bytes": hex.EncodeToString(v)}
	case uint64:
		if v > 1<<53 {
			return map[string]any{"$int": strconv.FormatUint(v, 10)}
		}
	case int64:
		if v < -1<<53 {
			return map[string]any{"$int": strconv.FormatInt(v, 10)}
		}
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = plain(element)
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for key, element := range v {
			m[key] = plain(element)
		}
		return m
	}
	return value
}

func compact(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// UnmarshalJSON keeps the value compact, whatever the file's indentation.
func (v *frameVector) UnmarshalJSON(data []byte) error {
	type plainVector frameVector
	if err := json.Unmarshal(data, (*plainVector)(v)); err != nil {
		return err
	}
	if v.Value == nil {
		return nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, v.Value)
	v.Value = b.Bytes()
	return err
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(fmt.Errorf("%q: %w", text, err))
	}
	return data
}
