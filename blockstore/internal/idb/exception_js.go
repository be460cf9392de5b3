package idb

import (
	"fmt"
	"syscall/js"
)

// Exception is a DOMException or a JavaScript error.
type Exception struct {
	Name    string // "QuotaExceededError"
	Message string
}

// Exceptions to match with errors.Is.
var (
	ErrQuotaExceeded = &Exception{Name: "QuotaExceededError"}
	ErrInvalidState  = &Exception{Name: "InvalidStateError"}
	ErrVersion       = &Exception{Name: "VersionError"}
)

func (e *Exception) Error() string {
	if e.Message == "" {
		return e.Name
	}
	return e.Name + ": " + e.Message
}

// Is compares names alone.
func (e *Exception) Is(target error) bool {
	t, ok := target.(*Exception)
	return ok && t.Name == e.Name
}

// exceptionOf makes an error of what JavaScript threw, or keeps as error of a
// request or transaction. Null, the error of a transaction that was aborted and
// did not fail, is an AbortError.
func exceptionOf(v js.Value) *Exception {
	if v.Type() != js.TypeObject {
		return &Exception{Name: "AbortError", Message: "transaction was aborted"}
	}
	return &Exception{Name: text(v.Get("name")), Message: text(v.Get("message"))}
}

func text(v js.Value) string {
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}

// catch turns an exception thrown by JavaScript into *err. It is deferred.
func catch(err *error) {
	if thrown := recovered(recover()); thrown != nil {
		*err = thrown
	}
}

// recovered makes an error of what JavaScript threw, given what was recovered,
// and panics again with anything else.
func recovered(r any) error {
	switch r := r.(type) {
	case nil:
		return nil
	case js.Error:
		return exceptionOf(r.Value)
	case *js.ValueError:
		return fmt.Errorf("idb: unexpected value from the browser: %w", r)
	default:
		panic(r)
	}
}
