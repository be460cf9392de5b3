package node_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

var (
	identityKey = ds.NewKey("/identity/private")
	versionKey  = ds.NewKey("/repo/version")
)

func TestIdentityIsKept(t *testing.T) {
	cfg := newConfig()
	first, err := newNode(t, cfg).ID(t.Context())
	must(t, err)
	again, err := newNode(t, cfg).ID(t.Context())
	must(t, err)
	if first.ID != again.ID || first.PublicKey != again.PublicKey {
		t.Errorf("reopened as %s; was %s", again.ID, first.ID)
	}
	if !strings.HasPrefix(first.ID, "12D3KooW") {
		t.Errorf("peer id %s is not that of an Ed25519 key", first.ID)
	}
	other, err := newNode(t, newConfig()).ID(t.Context())
	must(t, err)
	if other.ID == first.ID {
		t.Errorf("two repos have the identity %s", other.ID)
	}
}

func TestCorruptIdentityIsAnError(t *testing.T) {
	cfg := newConfig()
	newNode(t, cfg)
	bad := []byte("not a key")
	must(t, cfg.Datastore.Put(t.Context(), identityKey, bad))
	_, err := node.New(t.Context(), cfg)
	wantCode(t, "New", err, nodeapi.CodeStorageFailed)
	if kept, err := cfg.Datastore.Get(t.Context(), identityKey); err != nil || !bytes.Equal(kept, bad) {
		t.Errorf("the key was overwritten with %q (%v)", kept, err)
	}
}

func TestRepoVersion(t *testing.T) {
	for _, test := range []struct {
		stored string
		code   nodeapi.Code
	}{
		{"1", ""},
		{"2", nodeapi.CodeNotSupported},
		{"0", nodeapi.CodeStorageFailed},
		{"one", nodeapi.CodeStorageFailed},
	} {
		cfg := newConfig()
		must(t, cfg.Datastore.Put(t.Context(), versionKey, []byte(test.stored)))
		n, err := node.New(t.Context(), cfg)
		if test.code != "" {
			wantCode(t, "version "+test.stored, err, test.code)
			if has, _ := cfg.Datastore.Has(t.Context(), identityKey); has {
				t.Errorf("version %s: an identity was made in a refused repo", test.stored)
			}
			continue
		}
		must(t, err)
		must(t, n.Close())
	}
	n := newNode(t, newConfig())
	if v, err := n.RepoVersion(t.Context()); v != 1 || err != nil {
		t.Errorf("RepoVersion: got %d, %v; want 1", v, err)
	}
}

func TestNewNeedsStores(t *testing.T) {
	if _, err := node.New(t.Context(), node.Config{}); err == nil {
		t.Error("New without stores gave no error")
	}
}

func TestAbout(t *testing.T) {
	cfg := newConfig()
	cfg.Version, cfg.Commit, cfg.Durability, cfg.StorageMax = "1.2.3", "abc", "strict", 7
	n := newNode(t, cfg)
	id, err := n.ID(t.Context())
	must(t, err)
	if id.AgentVersion != "sharednode/1.2.3" || id.Addresses == nil || id.Protocols == nil {
		t.Errorf("got ID %+v", id)
	}
	v, err := n.Version(t.Context())
	must(t, err)
	if v.Version != "1.2.3" || v.Commit != "abc" || v.Repo != "1" || v.Golang == "" || v.System == "" {
		t.Errorf("got version %+v", v)
	}
	if online, err := n.IsOnline(t.Context()); online || err != nil {
		t.Errorf("got online %v, %v", online, err)
	}
	if got := n.Config(); !reflect.DeepEqual(got, nodeapi.Config{Durability: "strict", StorageMax: 7, Network: nodeapi.NetworkOffline}) {
		t.Errorf("got configuration %+v", got)
	}
}
