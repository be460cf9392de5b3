package server

import (
	"context"
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
	maxAddr = 2 << 10
	maxTerm = 1 << 10 // a topic or a protocol
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
	if secretFields[field] {
		value = "what is secret"
	}
	details := map[string]any{"field": field, "value": value}
	code, known := fieldCodes[field]
	if !known {
		code = nodeapi.CodeInvalidOption
		details["option"] = field
	}
	return &nodeapi.Error{Code: code, Message: fmt.Sprintf("%s, not %v", e.Message, value), Details: details}
}

// fieldCodes has the codes of fields that are not just options.
var fieldCodes = map[string]nodeapi.Code{
	"path":  nodeapi.CodeInvalidPath,
	"paths": nodeapi.CodeInvalidPath,
	"from":  nodeapi.CodeInvalidPath,
	"cid":   nodeapi.CodeInvalidCID,
	"cids":  nodeapi.CodeInvalidCID,
	"addr":  nodeapi.CodeInvalidAddress,
	"peer":  nodeapi.CodeInvalidPeerID,
	"topic": nodeapi.CodeInvalidTopic,

	"domain": nodeapi.CodeInvalidName,
}

// secretFields may have what not even an error is to tell.
var secretFields = map[string]bool{"key": true, "password": true}

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
	return checkText(nodeapi.CodeInvalidPath, "path", path, maxPath)
}

func checkAddr(addr string) error {
	return checkText(nodeapi.CodeInvalidAddress, "address", addr, maxAddr)
}

// checkPeer takes a peer id, or an address that ends in one.
func checkPeer(peer string) error {
	return checkText(nodeapi.CodeInvalidPeerID, "peer", peer, maxAddr)
}

func checkTopic(topic string) error {
	return checkText(nodeapi.CodeInvalidTopic, "topic", topic, maxTerm)
}

// checkText refuses a text that is not there, or too long for its kind. Whether
// it is one of that kind the backend says.
func checkText(code nodeapi.Code, kind, text string, most int) error {
	details := map[string]any{"value": brief(text)}
	switch {
	case text == "":
		return nodeapi.Errorf(code, details, "there is no %s", kind)
	case len(text) > most:
		return nodeapi.Errorf(code, details, "%s of %d bytes; the most is %d", kind, len(text), most)
	}
	return nil
}

func checkProtocol(option, protocol string) error {
	if protocol == "" || len(protocol) > maxTerm {
		return invalidOption(option, protocol, "has a name of %d bytes; want 1 to %d", len(protocol), maxTerm)
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

// decodePath decodes a request that names a path, and returns the context in
// which it is to be answered.
func decodePath(ctx context.Context, call *messageport.ServerCall) (context.Context, string, error) {
	req, err := decode[nodeapi.PathRequest](call)
	if err != nil {
		return ctx, "", err
	}
	return within(ctx, req.Offline), req.Path, checkPath(req.Path)
}

// decodeCID is decodePath for a CID.
func decodeCID(ctx context.Context, call *messageport.ServerCall) (context.Context, cid.Cid, error) {
	req, err := decode[nodeapi.CIDRequest](call)
	if err != nil {
		return ctx, cid.Undef, err
	}
	return within(ctx, req.Offline), req.Cid, checkCID("cid", req.Cid)
}

// within returns the context of a call that may have asked for the repo alone.
func within(ctx context.Context, offline bool) context.Context {
	if offline {
		return nodeapi.WithOffline(ctx)
	}
	return ctx
}
