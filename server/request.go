package server

import (
	"errors"
	"fmt"
	"math"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Bounds of text in a request, in bytes.
const (
	maxPath = 8 << 10
	maxName = 255 // as Kubo has it for the name of a pin
)

// decode decodes a call's request.
func decode[T any](call *messageport.ServerCall) (T, error) {
	var req T
	err := call.Decode(&req)
	if err != nil {
		err = explain(err, call.Decode)
	}
	return req, err
}

// explain gives the error of a value that could not be decoded the code and the
// details of the field at fault, where there is one. again decodes the value
// once more, to see what was in that field.
func explain(err error, again func(any) error) error {
	e, ok := errors.AsType[*messageport.Error](err)
	if !ok {
		return err
	}
	field, _ := e.Details["field"].(string)
	if field == "" {
		return err
	}
	var fields map[string]any
	if again(&fields) != nil {
		return err
	}
	value := brief(fields[field])
	details := map[string]any{"field": field, "value": value}
	code := nodeapi.CodeInvalidOption
	switch field {
	case "path", "paths":
		code = nodeapi.CodeInvalidPath
	case "cid", "cids":
		code = nodeapi.CodeInvalidCID
	default:
		details["option"] = field
	}
	return &nodeapi.Error{Code: code, Message: fmt.Sprintf("%s, not %v", e.Message, value), Details: details}
}

// brief returns v if it can be told in a few bytes, and otherwise what it is.
func brief(v any) any {
	const most = 64
	switch v := v.(type) {
	case nil, bool, uint64, int64:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case string:
		if len(v) <= most {
			return v
		}
		return fmt.Sprintf("text of %d bytes", len(v))
	case []byte:
		if len(v) <= most {
			return fmt.Sprintf("0x%x", v)
		}
		return fmt.Sprintf("%d bytes", len(v))
	case []any:
		return fmt.Sprintf("list of %d", len(v))
	}
	return "map"
}

func invalidOption(option string, value any, format string, args ...any) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": option, "value": brief(value)},
		"option %s %s", option, fmt.Sprintf(format, args...))
}

func checkPath(path string) error {
	details := map[string]any{"value": brief(path)}
	switch {
	case path == "":
		return nodeapi.Errorf(nodeapi.CodeInvalidPath, details, "there is no path")
	case len(path) > maxPath:
		return nodeapi.Errorf(nodeapi.CodeInvalidPath, details, "a path of %d bytes; the most is %d", len(path), maxPath)
	}
	return nil
}

func checkName(option, name string) error {
	if len(name) > maxName {
		return invalidOption(option, name, "has %d bytes; the most is %d", len(name), maxName)
	}
	return nil
}

// checkCID finds the CID that was left out, or was null or a map: the decoder
// takes these for an undefined one.
func checkCID(field string, c cid.Cid) error {
	if !c.Defined() {
		return nodeapi.Errorf(nodeapi.CodeInvalidCID, map[string]any{"field": field, "value": nil}, "field %q: there is no CID", field)
	}
	return nil
}

// decodePath decodes a request that is a path alone.
func decodePath(call *messageport.ServerCall) (string, error) {
	req, err := decode[nodeapi.PathRequest](call)
	if err != nil {
		return "", err
	}
	return req.Path, checkPath(req.Path)
}

// decodeCID decodes a request that is a CID alone.
func decodeCID(call *messageport.ServerCall) (cid.Cid, error) {
	req, err := decode[nodeapi.CIDRequest](call)
	if err != nil {
		return cid.Undef, err
	}
	return req.Cid, checkCID("cid", req.Cid)
}
