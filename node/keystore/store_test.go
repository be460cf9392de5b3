package keystore_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/keystore"
)

func newStore(t testing.TB) *keystore.Store {
	t.Helper()
	return storeOver(t, dssync.MutexWrap(ds.NewMapDatastore()))
}

func storeOver(t testing.TB, records ds.Batching) *keystore.Store {
	t.Helper()
	self, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keystore.New(records, self)
}

func gen(t testing.TB, s *keystore.Store, name, kind string) keystore.Entry {
	t.Helper()
	entry, err := s.Gen(t.Context(), name, kind, 0)
	if err != nil {
		t.Fatalf("Gen %s: %v", kind, err)
	}
	return entry
}

func wantCode(t testing.TB, what string, err error, code nodeapi.Code) *nodeapi.Error {
	t.Helper()
	var coded *nodeapi.Error
	if !errors.As(err, &coded) || coded.Code != code {
		t.Errorf("%s: got error %v; want code %q", what, err, code)
		return &nodeapi.Error{}
	}
	return coded
}

// names returns the names of all keys.
func names(t testing.TB, s *keystore.Store) []string {
	t.Helper()
	entries, err := s.List(t.Context())
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name)
	}
	return all
}

func TestKinds(t *testing.T) {
	records := dssync.MutexWrap(ds.NewMapDatastore())
	s := storeOver(t, records)
	for kind, want := range map[string]string{
		"": "12D3KooW", nodeapi.KeyEd25519: "12D3KooW", nodeapi.KeySecp256k1: "16Uiu2HA", nodeapi.KeyRSA: "Qm",
	} {
		entry := gen(t, s, "key "+kind, kind)
		if !strings.HasPrefix(entry.ID.String(), want) {
			t.Errorf("%q: got the id %s; want %s…", kind, entry.ID, want)
		}
		// Another store over the same records, as after a restart.
		key, err := storeOver(t, records).Get(t.Context(), "key "+kind)
		if err != nil {
			t.Fatal(err)
		}
		if id, err := peer.IDFromPrivateKey(key); err != nil || id != entry.ID {
			t.Errorf("%q: got %s back, %v; want %s", kind, id, err, entry.ID)
		}
	}
}

func TestBadKeys(t *testing.T) {
	s := newStore(t)
	for _, c := range []struct {
		option, name, kind string
		bits               uint64
	}{
		{"type", "k", "dsa", 0},
		{"size", "k", nodeapi.KeyRSA, 1024},
		{"size", "k", nodeapi.KeyRSA, 2049},
		{"size", "k", nodeapi.KeyRSA, 1 << 40},
		{"size", "k", nodeapi.KeyEd25519, 256},
		{"name", nodeapi.KeySelf, "", 0},
		{"name", "", "", 0},
		{"name", "a/b", "", 0},
		{"name", "../b", "", 0},
		{"name", "a\nb", "", 0},
		{"name", "\xff", "", 0},
		{"name", strings.Repeat("k", 256), "", 0},
	} {
		_, err := s.Gen(t.Context(), c.name, c.kind, c.bits)
		if e := wantCode(t, c.name+" "+c.kind, err, nodeapi.CodeInvalidOption); e.Details["option"] != c.option {
			t.Errorf("%q %q: got details %v; want option %s", c.name, c.kind, e.Details, c.option)
		}
	}
	if got := names(t, s); len(got) != 1 {
		t.Errorf("there are keys %q; want only the node's own", got)
	}
}

func TestNames(t *testing.T) {
	s := newStore(t)
	all := []string{"ä", "B", "a", "a b", "a.b"}
	for _, name := range all {
		gen(t, s, name, "")
	}
	slices.Sort(all)
	if got, want := names(t, s), append([]string{nodeapi.KeySelf}, all...); !slices.Equal(got, want) {
		t.Errorf("List: got %q; want %q", got, want)
	}
	_, err := s.Gen(t.Context(), "a", "", 0)
	wantCode(t, "a name that is taken", err, nodeapi.CodeKeyExists)
	_, err = s.Get(t.Context(), "c")
	wantCode(t, "a name that is not there", err, nodeapi.CodeNoSuchKey)
}

func TestFind(t *testing.T) {
	s := newStore(t)
	entry := gen(t, s, "k", "")
	for _, base := range []string{"", "b58mh", "base32", "base58btc"} {
		id, err := keystore.FormatID(entry.ID, base)
		if err != nil {
			t.Fatal(err)
		}
		if key, err := s.Find(t.Context(), id); err != nil {
			t.Errorf("by %s: %v", id, err)
		} else if found, _ := peer.IDFromPrivateKey(key); found != entry.ID {
			t.Errorf("by %s: got %s; want %s", id, found, entry.ID)
		}
	}
	for _, text := range []string{"", "l", "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"} {
		_, err := s.Find(t.Context(), text)
		wantCode(t, text, err, nodeapi.CodeNoSuchKey)
	}
	_, err := keystore.FormatID(entry.ID, "base7000")
	wantCode(t, "a base that is none", err, nodeapi.CodeInvalidOption)
}

func TestRename(t *testing.T) {
	s := newStore(t)
	a, b := gen(t, s, "a", ""), gen(t, s, "b", "")
	_, _, err := s.Rename(t.Context(), "a", "b", false)
	wantCode(t, "to a name that is taken", err, nodeapi.CodeKeyExists)
	for _, pair := range [][2]string{{nodeapi.KeySelf, "c"}, {"a", nodeapi.KeySelf}, {"a", ""}, {"a", "b/c"}} {
		_, _, err := s.Rename(t.Context(), pair[0], pair[1], true)
		wantCode(t, pair[0]+" to "+pair[1], err, nodeapi.CodeInvalidOption)
	}
	_, _, err = s.Rename(t.Context(), "c", "d", true)
	wantCode(t, "a key that is not there", err, nodeapi.CodeNoSuchKey)
	if got, overwrote, err := s.Rename(t.Context(), "b", "b", false); err != nil || overwrote || got != b {
		t.Errorf("to the same name: got %+v, %v, %v", got, overwrote, err)
	}
	got, overwrote, err := s.Rename(t.Context(), "a", "b", true)
	if want := (keystore.Entry{Name: "b", ID: a.ID}); err != nil || !overwrote || got != want {
		t.Errorf("by force: got %+v, %v, %v; want %+v", got, overwrote, err, want)
	}
	if got := names(t, s); !slices.Equal(got, []string{nodeapi.KeySelf, "b"}) {
		t.Errorf("there are keys %q; want self and b", got)
	}
}

func TestRemove(t *testing.T) {
	s := newStore(t)
	k := gen(t, s, "k", "")
	if got, err := s.Remove(t.Context(), "k"); err != nil || got != k {
		t.Errorf("got %+v, %v; want %+v", got, err, k)
	}
	_, err := s.Remove(t.Context(), "k")
	wantCode(t, "a key that is gone", err, nodeapi.CodeNoSuchKey)
	_, err = s.Remove(t.Context(), nodeapi.KeySelf)
	wantCode(t, "the node's own", err, nodeapi.CodeInvalidOption)
}

// Of many who want one name one gets it.
func TestOneNameOneKey(t *testing.T) {
	s := newStore(t)
	var made sync.Map
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if entry, err := s.Gen(t.Context(), "k", "", 0); err == nil {
				made.Store(entry, true)
			}
		})
	}
	wg.Wait()
	count := 0
	made.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d made it; want one", count)
	}
}
