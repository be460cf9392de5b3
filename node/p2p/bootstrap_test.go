//go:build !js

package p2p_test

import (
	"slices"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// only makes the list of bootstrap peers these.
func only(entries ...string) func([]string) []string {
	return func([]string) []string { return entries }
}

// A peer that is taken from the list is not connected again, and one that is added
// is.
func TestEditBootstrap(t *testing.T) {
	cfg := relayConfig(t)
	server := start(t, cfg)
	id := server.Host().ID()
	at := address(t, server, "/ws")
	client := newNetwork(t, p2p.Config{DialOnly: true})
	added, removed, err := client.EditBootstrap(only(at, at))
	if err != nil || !slices.Equal(added, []string{at}) || len(removed) > 0 {
		t.Fatalf("added %q, removed %q, %v; want %q added", added, removed, err, at)
	}
	eventually(t, "the connection", isConnected(client, id))
	if !client.Host().ConnManager().IsProtected(id, "") {
		t.Error("the peer is not protected")
	}

	added, removed, err = client.EditBootstrap(only())
	if err != nil || len(added) > 0 || !slices.Equal(removed, []string{at}) || len(client.Config().Bootstrap) > 0 {
		t.Fatalf("added %q, removed %q, %v; want %q removed", added, removed, err, at)
	}
	if !isConnected(client, id)() || client.Host().ConnManager().IsProtected(id, "") {
		t.Error("the connection was closed, or is protected still")
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the loss of the connection", func() bool { return !isConnected(client, id)() })
	server = start(t, cfg)
	defer server.Close()
	other := newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Bootstrap: []string{at}}})
	eventually(t, "a connection of one that keeps it", isConnected(other, id))
	if isConnected(client, id)() {
		t.Error("a peer that was taken from the list is connected again")
	}
	if _, _, err := client.EditBootstrap(only(at)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection again", isConnected(client, id))
}

// A peer that another entry names, or the relays, is kept.
func TestEditBootstrapLeavesOthers(t *testing.T) {
	relay := start(t, relayConfig(t))
	defer relay.Close()
	at, id := address(t, relay, "/ws"), relay.Host().ID()
	elsewhere := "/ip4/127.0.0.1/tcp/1/ws/p2p/" + id.String()
	for name, lists := range map[string]p2p.Lists{
		"another entry": {Bootstrap: []string{elsewhere, at}},
		"the relays":    {Bootstrap: []string{elsewhere}, Relays: []string{at}},
	} {
		t.Run(name, func(t *testing.T) {
			client := newNetwork(t, p2p.Config{DialOnly: true, Lists: lists})
			eventually(t, "the connection", isConnected(client, id))
			without := func(have []string) []string {
				return slices.DeleteFunc(have, func(s string) bool { return s == elsewhere })
			}
			if _, removed, err := client.EditBootstrap(without); err != nil || !slices.Equal(removed, []string{elsewhere}) {
				t.Fatalf("removed %q, %v", removed, err)
			}
			if !client.Host().ConnManager().IsProtected(id, "") {
				t.Error("the peer is kept no more")
			}
		})
	}
}

func newID(t testing.TB) peer.ID {
	t.Helper()
	id, err := peer.IDFromPrivateKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestEditBootstrapBadEntries(t *testing.T) {
	client := newNetwork(t, p2p.Config{DialOnly: true})
	for _, entry := range []string{"", "nonsense", "/ip4/127.0.0.1/tcp/1/ws", "/p2p/" + client.Host().ID().String()} {
		_, _, err := client.EditBootstrap(only(entry))
		if nodeapi.CodeOf(err) != nodeapi.CodeInvalidAddress {
			t.Errorf("%q: got %v", entry, err)
		}
	}
	var many []string
	for range 257 {
		many = append(many, "/ip4/127.0.0.1/tcp/1/ws/p2p/"+newID(t).String())
	}
	if _, _, err := client.EditBootstrap(only(many...)); nodeapi.CodeOf(err) != nodeapi.CodeInvalidOption {
		t.Errorf("257 entries: got %v", err)
	}
	if got := client.Config().Bootstrap; len(got) > 0 {
		t.Errorf("the list is %q", got)
	}
}
