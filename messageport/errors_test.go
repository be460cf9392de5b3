package messageport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

type appError struct{}

func (*appError) Error() string                { return "app: it is not here" }
func (*appError) ErrorCode() string            { return "not-found" }
func (*appError) ErrorDetails() map[string]any { return map[string]any{"cid": "bafy"} }

func TestWireError(t *testing.T) {
	own := &Error{Code: "x", Message: "m", Op: "inner", Details: map[string]any{"a": 1}}
	tests := []struct {
		name string
		err  error
		want Error
	}{
		{"an Error", own, Error{Code: "x", Message: "m", Op: "inner"}},
		{"an Error in more words", fmt.Errorf("boot: %w", own), Error{Code: "x", Message: "boot: inner: m", Op: "op"}},
		{"an Error with only a code", &Error{Code: "x"}, Error{Code: "x", Message: "x", Op: "op"}},
		{"an application's", fmt.Errorf("get: %w", &appError{}), Error{Code: "not-found", Message: "get: app: it is not here", Op: "op"}},
		{"canceled", fmt.Errorf("get: %w", context.Canceled), Error{Code: CodeCanceled, Message: "get: context canceled", Op: "op"}},
		{"any other", errors.New("oops"), Error{Code: CodeInternal, Message: "oops", Op: "op"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := wireError(test.err, "op")
			if got.Code != test.want.Code || got.Message != test.want.Message || got.Op != test.want.Op {
				t.Errorf("got %+v; want %+v", *got, test.want)
			}
			sent, err := decodeError(encodeError(got))
			if err != nil || sent.Code != got.Code || sent.Message != got.Message || len(sent.Details) != len(got.Details) {
				t.Errorf("over the wire: got %+v, error %v; want %+v", sent, err, *got)
			}
		})
	}
	if got := wireError(&appError{}, "op"); got.Details["cid"] != "bafy" {
		t.Errorf("got details %v; want the application's", got.Details)
	}
	if own.Op != "inner" || own.Message != "m" {
		t.Error("wireError changed its argument")
	}
}

func TestEncodeErrorIsBounded(t *testing.T) {
	tests := []struct {
		name string
		err  *Error
	}{
		{"long message", &Error{Code: "x", Message: strings.Repeat("€", 1<<20)}},
		{"large details", &Error{Code: "x", Message: "m", Details: map[string]any{"a": make([]byte, 1<<20)}}},
		{"details that cannot be encoded", &Error{Code: "x", Message: "m", Details: map[string]any{"a": make(chan int)}}},
		{"text that is not UTF-8", &Error{Code: "x", Message: "\xff"}},
		{"details that are not UTF-8", &Error{Code: "x", Message: "m", Details: map[string]any{"a": "\xff"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			payload := encodeError(test.err)
			if len(payload) > MaxItem {
				t.Errorf("%d bytes", len(payload))
			}
			got, err := decodeError(payload)
			if err != nil {
				t.Fatal(err)
			}
			if got.Code != "x" || got.Message == "" || !utf8.ValidString(got.Message) {
				t.Errorf("got %+v", *got)
			}
		})
	}
}

func TestErrorIs(t *testing.T) {
	err := fmt.Errorf("in words: %w", Errorf("x", nil, "because of %w", context.Canceled))
	for target, want := range map[error]bool{
		&Error{Code: "x"}:                true,
		&Error{Code: "y"}:                false,
		&Error{Code: "x", Message: "m"}:  false,
		context.Canceled:                 true,
		ErrClosed:                        false,
		&Error{Code: "x", Op: "another"}: false,
	} {
		if errors.Is(err, target) != want {
			t.Errorf("errors.Is(err, %#v): got %t", target, !want)
		}
	}
	if got := ErrClosed.Error(); got != "messageport: closed" {
		t.Errorf("got %q", got)
	}
}
