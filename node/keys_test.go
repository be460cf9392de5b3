package node_test

import (
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// Keys are the repo's: they are there after a restart, and the node's own among
// them.
func TestKeysAreKept(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		made, err := n.KeyGen(t.Context(), nodeapi.KeyGenRequest{Name: "k"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(made.ID, "k51") {
			t.Errorf("got the id %s; want it in base36", made.ID)
		}
		again := newNode(t, cfg)
		keys, err := again.KeyList(t.Context(), nodeapi.KeyListRequest{IPNSBase: "b58mh"})
		if err != nil || len(keys) != 2 || keys[0].Name != nodeapi.KeySelf || keys[1].Name != "k" {
			t.Fatalf("got %+v, %v; want self and k", keys, err)
		}
		if id, err := again.ID(t.Context()); err != nil || keys[0].ID != id.ID {
			t.Errorf("the node's own key is %s, its id %s (%v)", keys[0].ID, id.ID, err)
		}
	})
}

// What cannot be told is not done.
func TestKeyInNoBase(t *testing.T) {
	n := newNode(t, newConfig())
	_, err := n.KeyGen(t.Context(), nodeapi.KeyGenRequest{Name: "k", IPNSBase: "base7000"})
	wantCode(t, "KeyGen", err, nodeapi.CodeInvalidOption, "option", "ipnsBase")
	if keys, err := n.KeyList(t.Context(), nodeapi.KeyListRequest{}); err != nil || len(keys) != 1 {
		t.Errorf("got %+v, %v; want the node's own alone", keys, err)
	}
}

func TestKeyCalls(t *testing.T) {
	n := newNode(t, newConfig())
	made, err := n.KeyGen(t.Context(), nodeapi.KeyGenRequest{Name: "k", Type: nodeapi.KeySecp256k1})
	if err != nil {
		t.Fatal(err)
	}
	pem, err := n.KeyExport(t.Context(), nodeapi.KeyExportRequest{Name: "k", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	want := nodeapi.KeyRenamed{ID: made.ID, Was: "k", Now: "l"}
	if got, err := n.KeyRename(t.Context(), nodeapi.KeyRenameRequest{Name: "k", NewName: "l"}); err != nil || got != want {
		t.Errorf("KeyRename: got %+v, %v; want %+v", got, err, want)
	}
	if got, err := n.KeyRemove(t.Context(), nodeapi.KeyRequest{Name: "l"}); err != nil || got.ID != made.ID {
		t.Errorf("KeyRemove: got %+v, %v", got, err)
	}
	got, err := n.KeyImport(t.Context(), nodeapi.KeyImportRequest{Name: "m", Key: pem, Password: "p"})
	if err != nil || got.ID != made.ID {
		t.Errorf("KeyImport: got %+v, %v; want the id %s", got, err, made.ID)
	}
}
