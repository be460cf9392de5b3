package node_test

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestBootstrap(t *testing.T) {
	server := newNode(t, onlineConfig())
	at := addressOf(t, server)
	elsewhere := "/ip4/127.0.0.1/tcp/1/ws/p2p/" + peerID(t, server)
	cfg := dialOnlyConfig()
	cfg.Bootstrap = []string{at}
	n := newNode(t, cfg)
	ctx := t.Context()
	for _, step := range []struct {
		name       string
		do         func() ([]string, error)
		want, left []string
	}{
		{"list", func() ([]string, error) { return n.BootstrapList(ctx) }, []string{at}, []string{at}},
		{"add", func() ([]string, error) { return n.BootstrapAdd(ctx, elsewhere) }, []string{elsewhere}, []string{at, elsewhere}},
		{"add again", func() ([]string, error) { return n.BootstrapAdd(ctx, elsewhere) }, nil, []string{at, elsewhere}},
		{"remove", func() ([]string, error) { return n.BootstrapRemove(ctx, at) }, []string{at}, []string{elsewhere}},
		{"remove again", func() ([]string, error) { return n.BootstrapRemove(ctx, at) }, nil, []string{elsewhere}},
		{"reset", func() ([]string, error) { return n.BootstrapReset(ctx) }, []string{at}, []string{at}},
		{"clear", func() ([]string, error) { return n.BootstrapClear(ctx) }, []string{at}, nil},
	} {
		got, err := step.do()
		if err != nil || !slices.Equal(got, step.want) {
			t.Errorf("%s: got %q, %v; want %q", step.name, got, err, step.want)
		}
		if left := n.Config().Bootstrap; !slices.Equal(left, step.left) {
			t.Errorf("after %s the list is %q; want %q", step.name, left, step.left)
		}
	}
	_, err := n.BootstrapAdd(ctx, "nonsense")
	wantCode(t, "add", err, nodeapi.CodeInvalidAddress, "value", "nonsense")
	must(t, n.Extend(ctx, nodeapi.Config{Bootstrap: []string{at}})) // a client that connects later
	if got := n.Config().Bootstrap; !slices.Equal(got, []string{at}) {
		t.Errorf("after a client asked for it the list is %q", got)
	}
	offline := newNode(t, newConfig())
	_, err = offline.BootstrapList(ctx)
	wantCode(t, "offline", err, nodeapi.CodeOffline)
	_, err = offline.BootstrapAdd(ctx, at)
	wantCode(t, "offline", err, nodeapi.CodeOffline)
}
