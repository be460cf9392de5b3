package server

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestOnlyFaultsAreLogged(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want bool
	}{
		{"of the API", nodeapi.Errorf(nodeapi.CodeNotFound, nil, "no such block"), true},
		{"of the API, wrapped", fmt.Errorf("cat: %w", nodeapi.Errorf(nodeapi.CodeNotFound, nil, "no such block")), true},
		{"of the protocol", messageport.Errorf(messageport.CodeBadRequest, nil, "not CBOR"), true},
		{"a fault with a code", nodeapi.Errorf(nodeapi.CodeInternal, nil, "oops"), false},
		{"a fault on the port", messageport.Errorf(messageport.CodeInternal, nil, "oops"), false},
		{"any other", errors.New("oops"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := hasCode(tc.err); got != tc.want {
				t.Errorf("got %v; want %v", got, tc.want)
			}
		})
	}
}
