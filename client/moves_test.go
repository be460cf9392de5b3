package client

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestFollowMoves(t *testing.T) {
	moved := func(worker map[string]any) error {
		return &nodeapi.Error{Code: nodeapi.CodeWorkerMoved, Details: map[string]any{"worker": worker}}
	}
	to := func(url string) error { return moved(map[string]any{"kind": "shared", "url": url, "version": "2"}) }
	failed := &nodeapi.Error{Code: CodeWorkerFailed}
	for _, c := range []struct {
		name    string
		answers []error // to each dial; the last one stands for all after it
		dialed  []string
		code    nodeapi.Code
	}{
		{name: "there", answers: []error{nil}, dialed: []string{"home"}},
		{name: "elsewhere", answers: []error{to("a"), to("b"), nil}, dialed: []string{"home", "a", "b"}},
		{name: "gone since", answers: []error{to("a"), failed, nil}, dialed: []string{"home", "a", "home"}},
		{name: "no script", answers: []error{failed}, dialed: []string{"home"}, code: CodeWorkerFailed},
		{name: "named nothing", answers: []error{moved(nil), nil}, dialed: []string{"home", "home"}},
		{
			name: "in a tab", answers: []error{moved(map[string]any{"kind": "dedicated", "url": "a"})},
			dialed: []string{"home"}, code: nodeapi.CodeNotSupported,
		},
		{
			name: "round and round", answers: []error{to("a")},
			dialed: []string{"home", "a", "a", "a", "a", "a", "a", "a", "a"}, code: nodeapi.CodeWorkerMoved,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dialed []string
				_, err := followMoves(t.Context(), "home", func(url string) (*Client, error) {
					dialed = append(dialed, url)
					return nil, c.answers[min(len(dialed), len(c.answers))-1]
				})
				if !slices.Equal(dialed, c.dialed) {
					t.Errorf("dialed %q; want %q", dialed, c.dialed)
				}
				if (c.code == "") != (err == nil) || err != nil && !errors.Is(err, &nodeapi.Error{Code: c.code}) {
					t.Errorf("got error %v; want code %q", err, c.code)
				}
			})
		})
	}
}
