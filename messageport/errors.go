package messageport

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The codes of the transport itself. The list only grows.
const (
	// CodeCanceled: the client gave the call up.
	CodeCanceled = "canceled"
	// CodeClosed: the session was closed in order, by either side; a call with
	// this code was never sent.
	CodeClosed = "closed"
	// CodeDisconnected: the port ended before the call did. The call has no
	// verdict: it may have been done, or not. Details: reason, the code with which
	// the session ended, where it did with one.
	CodeDisconnected = "disconnected"
	// CodeProtocolError: the other side broke the grammar.
	CodeProtocolError = "protocol-error"
	// CodeFrameTooLarge: a message, a frame or an item over its limit.
	CodeFrameTooLarge = "frame-too-large"
	// CodeTooManyCalls: more calls, or uploads, open at once than are allowed.
	CodeTooManyCalls = "too-many-calls"
	// CodeStalled: the client did not go on with a call for a while, its stream
	// not read or not sent, and too many calls were waiting so.
	CodeStalled = "stalled"
	// CodeQueueLimit: more bytes left unread than are allowed.
	CodeQueueLimit = "queue-limit"
	// CodeVersionUnsupported: no protocol version in common. Details: client and
	// server, the versions of each.
	CodeVersionUnsupported = "version-unsupported"
	// CodeUnknownMethod: the server has no such method. Details: method.
	CodeUnknownMethod = "unknown-method"
	// CodeBadRequest: a request, an item or a result that cannot be decoded as
	// what it should be, or a stream of the wrong shape. Details: field, where
	// one is at fault.
	CodeBadRequest = "bad-request"
	// CodeInternal: a fault in the other side's program.
	CodeInternal = "internal"
)

// ErrClosed is the error of a port or a session that was closed. Like every
// Error that has only a code it stands, in errors.Is, for all errors of it.
var ErrClosed = &Error{Code: CodeClosed}

// Error is an error as it crosses a port.
type Error struct {
	Code    string         `cbor:"code"`    // stable, for programs
	Message string         `cbor:"message"` // for people
	Op      string         `cbor:"op,omitempty"`
	Details map[string]any `cbor:"details,omitempty"`

	// Err is the cause on this side. It does not cross the port.
	Err error `cbor:"-"`
}

// Errorf makes an Error, its cause being what format wraps with %w.
func Errorf(code string, details map[string]any, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Details: details, Err: errors.Unwrap(err)}
}

// UnknownMethod is the error with which a Handler answers a method that it does
// not have.
func UnknownMethod(method string) *Error {
	return Errorf(CodeUnknownMethod, map[string]any{"method": method}, "unknown method %q", method)
}

func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = "messageport: " + e.Code
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code that says nothing
// else, so that errors.Is(err, &Error{Code: CodeCanceled}) asks for the code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == "" && t.Op == ""
}

// hasCode reports whether the first Error in err's chain has the code.
func hasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// foreign returns err as the cause of an Error, unless it is one itself: by
// errors.Is the one would count as both.
func foreign(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return nil
	}
	return err
}

// coded is what an application's errors have, so that they cross a port with
// their code. If they have ErrorDetails too, those cross as well.
type coded interface {
	error
	ErrorCode() string
}

type detailed interface{ ErrorDetails() map[string]any }

// wireError turns any error into one that can be sent.
func wireError(err error, op string) *Error {
	var e *Error
	var c coded
	switch {
	case errors.As(err, &e):
		e = &Error{Code: e.Code, Message: e.Message, Op: e.Op, Details: e.Details}
		if e.Error() != err.Error() { // wrapped in words that matter too
			e.Message, e.Op = err.Error(), op
		}
	case errors.As(err, &c):
		e = &Error{Code: c.ErrorCode(), Message: err.Error()}
		if d, ok := c.(detailed); ok {
			e.Details = d.ErrorDetails()
		}
	case errors.Is(err, context.Canceled):
		e = &Error{Code: CodeCanceled, Message: err.Error()}
	default:
		e = &Error{Code: CodeInternal, Message: err.Error()}
	}
	if e.Op == "" {
		e.Op = op
	}
	if e.Message == "" {
		e.Message = e.Code
	}
	return e
}

// What an error may take on the wire, so that it always fits a frame.
const (
	maxErrorMessage = 8 << 10
	maxErrorDetails = 16 << 10
)

// encodeError returns the payload of an error: shortened where it is too long,
// without its details where those are too many or cannot be encoded, and with
// text that is not UTF-8 made so, since no reader would take it otherwise.
func encodeError(e *Error) []byte {
	short := Error{
		Code:    strings.ToValidUTF8(e.Code, "\uFFFD"),
		Message: strings.ToValidUTF8(e.Message, "\uFFFD"),
		Op:      strings.ToValidUTF8(e.Op, "\uFFFD"),
	}
	if len(short.Message) > maxErrorMessage {
		short.Message = strings.ToValidUTF8(short.Message[:maxErrorMessage], "") + "…"
	}
	if details, err := Marshal(e.Details); err == nil && len(details) <= maxErrorDetails {
		var whole map[string]any
		if Unmarshal(details, &whole) == nil {
			short.Details = e.Details
		}
	}
	payload, err := Marshal(&short)
	if err != nil {
		panic(err) // text, and details that were encoded before
	}
	return payload
}

// decodeError is the inverse of encodeError.
func decodeError(payload []byte) (*Error, error) {
	var e Error
	if err := Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	if e.Code == "" {
		return nil, errors.New("no code")
	}
	return &e, nil
}
