package names_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/delegated"
	"github.com/sharednode/sharednode/node/keystore"
	"github.com/sharednode/sharednode/node/names"
)

// memory is a router in memory. It takes what it is given, without a look.
type memory struct {
	url string

	mu      sync.Mutex // guards following
	records map[string][]byte
	fail    error         // what it answers with instead
	delay   time.Duration // before each answer
	puts    []time.Time
}

func newMemory(url string) *memory { return &memory{url: url, records: map[string][]byte{}} }

func (m *memory) URL() string { return m.url }

func (m *memory) wait(ctx context.Context) error {
	m.mu.Lock()
	delay, fail := m.delay, m.fail
	m.mu.Unlock()
	select {
	case <-time.After(delay):
		return fail
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (m *memory) GetIPNS(ctx context.Context, name ipns.Name) ([]byte, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	record, ok := m.records[name.String()]
	if !ok {
		return nil, delegated.ErrNotFound
	}
	return record, nil
}

func (m *memory) PutIPNS(ctx context.Context, name ipns.Name, record []byte) error {
	m.mu.Lock()
	m.puts = append(m.puts, time.Now())
	m.mu.Unlock()
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.set(name, record)
	return nil
}

func (m *memory) set(name ipns.Name, record []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records[name.String()] = record
}

// become has the router answer with an error, or after a delay, from now on.
func (m *memory) become(fail error, delay time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail, m.delay = fail, delay
}

func (m *memory) countPuts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.puts)
}

func (m *memory) record(name ipns.Name) *ipns.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	rec, err := ipns.UnmarshalRecord(m.records[name.String()])
	if err != nil {
		return nil
	}
	return rec
}

var errBroken = errors.New("the router is broken")

// world is what a Names is made of in a test.
type world struct {
	*names.Names

	t       testing.TB
	records ds.Batching
	keys    *keystore.Store
	self    crypto.PrivKey
	name    ipns.Name // of self

	mu      sync.Mutex // guards following
	routers []names.Router
	txt     map[string][]string
}

func newWorld(t testing.TB, routers ...names.Router) *world {
	t.Helper()
	self, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, records: dssync.MutexWrap(ds.NewMapDatastore()), self: self, routers: routers, txt: map[string][]string{}}
	w.keys = keystore.New(w.records, self)
	id, err := peer.IDFromPrivateKey(self)
	if err != nil {
		t.Fatal(err)
	}
	w.name = ipns.NameFromPeer(id)
	w.restart()
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// restart gives the world another Names over the same records.
func (w *world) restart() {
	if w.Names != nil {
		_ = w.Close()
	}
	w.Names = names.New(names.Config{
		Records: w.records,
		Keys:    w.keys,
		Routers: func() []names.Router {
			w.mu.Lock()
			defer w.mu.Unlock()
			return append([]names.Router(nil), w.routers...)
		},
		LookupTXT: func(_ context.Context, domain string) ([]string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if domain == "_dnslink.broken.example" {
				return nil, errBroken
			}
			return w.txt[domain], nil
		},
	})
}

func (w *world) setRouters(routers ...names.Router) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.routers = routers
}

const (
	one = "/ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	two = "/ipfs/bafkqaaa"
)

func parse(t testing.TB, text string) path.Path {
	t.Helper()
	p, err := path.NewPath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) publish(key crypto.PrivKey, value string, p names.Publishing) error {
	w.t.Helper()
	if p.Lifetime == 0 {
		p.Lifetime = 48 * time.Hour
	}
	if p.TTL == 0 {
		p.TTL = 5 * time.Minute
	}
	_, err := w.Publish(w.t.Context(), key, parse(w.t, value), p)
	return err
}

// mustPublish publishes under the world's own name.
func (w *world) mustPublish(value string, p names.Publishing) {
	w.t.Helper()
	if err := w.publish(w.self, value, p); err != nil {
		w.t.Fatalf("Publish %s: %v", value, err)
	}
}

// resolved returns all that a name resolves to, in turn.
func (w *world) resolved(name string, opts names.Options) (string, error) {
	w.t.Helper()
	var paths []string
	for path, err := range w.Resolve(w.t.Context(), name, true, opts) {
		if err != nil {
			return strings.Join(paths, " "), err
		}
		paths = append(paths, path)
	}
	return strings.Join(paths, " "), nil
}

func (w *world) wantResolved(name, want string, opts names.Options) {
	w.t.Helper()
	if got, err := w.resolved(name, opts); err != nil || got != want {
		w.t.Errorf("Resolve %s: got %q, %v; want %q", name, got, err, want)
	}
}

func wantCode(t testing.TB, what string, err error, code nodeapi.Code) {
	t.Helper()
	if got := nodeapi.CodeOf(err); got != code {
		t.Errorf("%s: got code %q (%v); want %q", what, got, err, code)
	}
}

// signed makes a record of a key.
func signed(t testing.TB, key crypto.PrivKey, value string, sequence uint64, lifetime time.Duration) []byte {
	t.Helper()
	rec, err := ipns.NewRecord(key, parse(t, value), sequence, time.Now().Add(lifetime), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	data, err := ipns.MarshalRecord(rec)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sequence(t testing.TB, rec *ipns.Record) uint64 {
	t.Helper()
	if rec == nil {
		t.Fatal("there is no record")
	}
	n, err := rec.Sequence()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
