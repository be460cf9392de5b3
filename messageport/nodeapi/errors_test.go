package nodeapi_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestErrorIsByCode(t *testing.T) {
	details := map[string]any{"cid": cidV1.String()}
	err := fmt.Errorf("cat: %w", nodeapi.Errorf(nodeapi.CodeNotFound, details, "no block %s: %w", cidV1, io.EOF))

	for _, tc := range []struct {
		name   string
		target error
		want   bool
	}{
		{"the same code", &nodeapi.Error{Code: nodeapi.CodeNotFound}, true},
		{"another code", &nodeapi.Error{Code: nodeapi.CodeInternal}, false},
		{"the same code and more", &nodeapi.Error{Code: nodeapi.CodeNotFound, Message: "m"}, false},
		{"the cause", io.EOF, true},
	} {
		if got := errors.Is(err, tc.target); got != tc.want {
			t.Errorf("errors.Is of %s: got %t; want %t", tc.name, got, tc.want)
		}
	}
	if !ipld.IsNotFound(err) {
		t.Error("ipld.IsNotFound does not know a not-found error")
	}
	if ipld.IsNotFound(&nodeapi.Error{Code: nodeapi.CodeNoLink}) {
		t.Error("ipld.IsNotFound takes a no-link error for a missing block")
	}
	if got, want := err.Error(), "cat: no block "+cidV1.String()+": EOF"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestCodeOf(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want nodeapi.Code
	}{
		{nil, ""},
		{io.EOF, nodeapi.CodeInternal},
		{fmt.Errorf("x: %w", &nodeapi.Error{Code: nodeapi.CodePinned}), nodeapi.CodePinned},
	} {
		if got := nodeapi.CodeOf(tc.err); got != tc.want {
			t.Errorf("CodeOf(%v): got %q; want %q", tc.err, got, tc.want)
		}
	}
}

// TestCodesThatClientsActOn holds the codes on which other clients than this
// package's users act by their text.
func TestCodesThatClientsActOn(t *testing.T) {
	for code, want := range map[nodeapi.Code]string{
		nodeapi.CodeNotGranted:     "not-granted",
		nodeapi.CodeGrantsRevoked:  "grants-revoked",
		nodeapi.CodeGrantsChanged:  "grants-changed",
		nodeapi.CodeQuotaExceeded:  "quota-exceeded",
		nodeapi.CodeWorkerMoved:    "worker-moved",
		nodeapi.CodeConfigConflict: "config-conflict",
	} {
		if string(code) != want {
			t.Errorf("got code %q; want %q", code, want)
		}
	}
}
