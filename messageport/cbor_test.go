package messageport

import (
	"errors"
	"strings"
	"testing"
)

type inner struct {
	Level string `cbor:"level"`
}

type outer struct {
	Path   string  `cbor:"path"`
	Offset uint64  `cbor:"offset,omitempty"`
	Length *uint64 `cbor:"length,omitempty"`
	Inner  inner   `cbor:"inner,omitempty"`
	Refuse refuser `cbor:"refuse,omitempty"`
}

// refuser is a type that decodes itself, as a CID does.
type refuser struct{}

func (*refuser) UnmarshalBinary([]byte) error  { return errors.New("these are not such bytes") }
func (refuser) MarshalBinary() ([]byte, error) { return []byte{1}, nil }

func TestUnmarshalNamesTheField(t *testing.T) {
	tests := []struct {
		name  string
		value any
		field string
		text  string
	}{
		{"text for a number", map[string]any{"path": "p", "offset": "7"}, "offset", "want uint64"},
		{"negative for uint", map[string]any{"offset": -1}, "offset", "negative"},
		{"number for text", map[string]any{"path": 7}, "path", "want string"},
		{"bytes for text", map[string]any{"path": []byte("p")}, "path", "want string"},
		{"fraction for a number", map[string]any{"length": 1.5}, "length", ""},
		{"list for a map", map[string]any{"inner": []int{1}}, "inner", ""},
		{"inside a map", map[string]any{"inner": map[string]any{"level": 1}}, "inner", "want string"},
		{"what a type itself refuses", map[string]any{"refuse": []byte{1}}, "refuse", "these are not such bytes"},
		{"list for the struct", []int{1}, "", "want"},
		{"text for the struct", "p", "", "want"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var v outer
			err := Unmarshal(encode(t, test.value), &v)
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeBadRequest {
				t.Fatalf("got %v; want an Error with code %q", err, CodeBadRequest)
			}
			if field, _ := e.Details["field"].(string); field != test.field || !strings.Contains(e.Message, test.field) || !strings.Contains(e.Message, test.text) {
				t.Errorf("got field %q, %q; want %q and %q in it", field, e.Message, test.field, test.text)
			}
		})
	}
}

func TestUnmarshalAgrees(t *testing.T) {
	var v outer
	err := Unmarshal(encode(t, map[string]any{"path": "p", "new": map[string]any{"x": 1}, "offset": 7}), &v)
	if err != nil || v.Path != "p" || v.Offset != 7 {
		t.Errorf("with a field it does not know: got %+v, error %v", v, err)
	}
	if err := Unmarshal(encode(t, nil), &v); err != nil {
		t.Errorf("null for a struct: %v", err)
	}
	if err := Unmarshal(encode(t, map[string]any{"Path": "q", "PATH": "r"}), &v); err != nil || v.Path != "p" {
		t.Errorf("names in other case: got %+v, error %v; want them to be others", v, err)
	}
}

func TestMarshalHasNoNull(t *testing.T) {
	got := encode(t, struct {
		List  []string       `cbor:"list"`
		Map   map[string]int `cbor:"map"`
		Bytes []byte         `cbor:"bytes"`
	}{})
	want := encode(t, map[string]any{"list": []any{}, "map": map[string]any{}, "bytes": []byte{}})
	if string(got) != string(want) {
		t.Errorf("got %x; want %x, nil slices and maps being empty", got, want)
	}
	if _, err := Marshal(make(chan int)); err == nil {
		t.Error("a channel can be encoded")
	}
}
