package messageport

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// RawMessage is one CBOR item that has not been decoded.
type RawMessage = cbor.RawMessage

// What one CBOR item may hold.
const (
	maxNesting  = 32
	maxElements = 64 << 10
	maxPairs    = 1 << 10
)

var (
	encMode = newEncMode()
	decMode = newDecMode()
)

func newEncMode() cbor.EncMode {
	opts := cbor.CoreDetEncOptions()
	// A client in another language expects a list where Go has a nil slice.
	opts.NilContainers = cbor.NilContainerAsEmpty
	mode, err := opts.EncMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	return mode
}

func newDecMode() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   maxNesting,
		MaxArrayElements:  maxElements,
		MaxMapPairs:       maxPairs,
		DefaultMapType:    reflect.TypeFor[map[string]any](),
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	}.DecMode()
	if err != nil {
		panic(err) // the options above are constants
	}
	return mode
}

// Marshal encodes v as CBOR as it crosses ports: deterministic, and with a nil
// slice or map as an empty one.
func Marshal(v any) ([]byte, error) {
	data, err := encMode.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("messageport: encode %T: %w", v, err)
	}
	return data, nil
}

// Unmarshal decodes one CBOR item into the value that v points to. It ignores
// fields of a map that the Go struct does not have, so that peers of different
// ages understand each other. Any other mismatch is an Error with
// CodeBadRequest, which names the field at fault where there is one.
func Unmarshal(data []byte, v any) error {
	err := decMode.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	field, err := faultyField(data, v, err)
	e := &Error{Code: CodeBadRequest, Message: describe(err), Err: err}
	if field != "" {
		e.Message = fmt.Sprintf("field %q: %s", field, e.Message)
		e.Details = map[string]any{"field": field}
	}
	return e
}

// faultyField finds which field of a map made decoding into the struct behind v
// fail, by decoding each alone, and returns it with its error. Elsewhere it
// returns "" and err itself.
func faultyField(data []byte, v any, err error) (string, error) {
	t := reflect.TypeOf(v)
	var fields map[string]RawMessage
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct || decMode.Unmarshal(data, &fields) != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		alone, encErr := encMode.Marshal(map[string]RawMessage{name: fields[name]})
		if encErr != nil {
			continue
		}
		if fieldErr := decMode.Unmarshal(alone, reflect.New(t.Elem()).Interface()); fieldErr != nil {
			return name, fieldErr
		}
	}
	return "", err
}

// describe says what is wrong without naming Go's structs.
func describe(err error) string {
	var wrongType *cbor.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fmt.Sprintf("got %s; want %s", wrongType.CBORType, wrongType.GoType)
	}
	return strings.TrimPrefix(err.Error(), "cbor: ")
}
