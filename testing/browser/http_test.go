package browser

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p/core/crypto"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/node/keystore"
)

// withCORS allows all origins all that the node asks with.
func withCORS(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Methods", "GET, PUT, POST, DELETE")
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Authorization")
		if r.Method != http.MethodOptions {
			handle(w, r)
		}
	}
}

// serve starts a server of another origin than the page's.
func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL
}

// gatewayOf answers with the blocks of a file, as a trustless gateway.
func gatewayOf(t *testing.T, data []byte) (root string, handle http.HandlerFunc) {
	t.Helper()
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{Blockstore: store.Blocks(), Datastore: store.Datastore()})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	entry := nodeapi.AddEntry{Content: bytes.NewReader(data)}
	for event, err := range n.Add(t.Context(), func(yield func(nodeapi.AddEntry, error) bool) { yield(entry, nil) }, nodeapi.AddOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		root = event.Added.Cid.String()
	}
	return root, func(w http.ResponseWriter, r *http.Request) {
		c, err := cid.Decode(strings.TrimPrefix(r.URL.Path, "/ipfs/"))
		if err != nil || r.URL.RawQuery != "format=raw" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b, err := store.Blocks().Get(r.Context(), c)
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(b.RawData())
	}
}

// A worker gets blocks from a gateway that allows the page's origin. Of one that
// does not, and of one that lies, the tabs are told.
func TestGateways(t *testing.T) {
	data := make([]byte, 5<<20)
	_, _ = rand.Read(data)
	root, handle := gatewayOf(t, data)
	var withheld atomic.Int64
	good := serve(t, withCORS(handle))
	refusing := serve(t, func(w http.ResponseWriter, r *http.Request) { withheld.Add(1); handle(w, r) })
	lying := serve(t, withCORS(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("lies")) }))
	gone := httptest.NewServer(nil)
	gone.Close()
	w := newWorld(t)
	w.allow("CORS")
	w.allow("Cross-Origin")
	w.allow("Access-Control")
	w.allow("ERR_FAILED")
	w.allow("ERR_CONNECTION_REFUSED")
	w.allow("Failed to load")
	first := w.page()
	var told map[string]struct {
		Code    string
		Details map[string]any
	}
	first.do(&told, `
		await open({config: {gateways: [args[1], args[2], args[3]]}})
		const told = {}
		const both = new Promise(resolve => node.addEventListener('warning', ({detail: {code, details}}) => {
			told[code] = {code, details}
			if (told['cors-refused'] && told['gateway-blamed']) resolve()
		}))
		globalThis.reading = collect(node.cat(args[0]))
		await both
		return told`, root, refusing, lying, gone.URL)
	if d := told["cors-refused"].Details; d["url"] != refusing || d["origin"] != w.server.Origin() {
		t.Errorf("of a server that allows no other origin the tab is told %v", d)
	}
	if d := told["gateway-blamed"].Details; d["url"] != lying {
		t.Errorf("of a gateway that lies the tab is told %v", d)
	}
	if withheld.Load() == 0 {
		t.Error("the server whose answer is withheld was not asked")
	}
	second := w.page()
	second.do(nil, "await open({config: {gateways: [args[0]]}})", good)
	var size int
	first.do(&size, "return (await reading).reduce((sum, chunk) => sum + chunk.length, 0)")
	if size != len(data) {
		t.Errorf("got %d bytes; want %d", size, len(data))
	}
	second.do(nil, `
		const all = await collect(node.cat(args[0], {offline: true}))
		if (all.reduce((sum, chunk) => sum + chunk.length, 0) !== args[1]) throw new Error('it is not all in the repo')`, root, len(data))
}

// routerInMemory keeps records of names.
func routerInMemory() http.HandlerFunc {
	var records sync.Map
	return func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/routing/v1/ipns/")
		switch {
		case !ok:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"Providers":[{"Schema":"peer","ID":"12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5","Addrs":["/ip4/127.0.0.1/tcp/1/ws"]}]}`))
		case r.Method == http.MethodPut && r.Header.Get("Content-Type") == "application/vnd.ipfs.ipns-record":
			record, _ := io.ReadAll(r.Body)
			records.Store(name, record)
		default:
			record, ok := records.Load(name)
			if !ok {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", "application/vnd.ipfs.ipns-record")
			_, _ = w.Write(record.([]byte))
		}
	}
}

// Names are published to a router and resolved by it from a worker. What is wrong
// with another is told by its code.
func TestRouters(t *testing.T) {
	router := serve(t, withCORS(routerInMemory()))
	refusing := serve(t, routerInMemory())
	w := newWorld(t)
	for _, part := range []string{"CORS", "Cross-Origin", "Access-Control", "ERR_FAILED", "Failed to load", "404"} {
		w.allow(part)
	}
	page := w.page()
	page.do(nil, `
		await open({config: {delegatedRouters: args}})
		const { cid } = await node.add('named')
		for (const type of ['ed25519', 'rsa', 'secp256k1']) {
			const key = await node.key.gen(type, {type})
			const { name, value } = await node.name.publish(cid, {key: type})
			if (name !== key.id || value !== '/ipfs/' + cid) throw new Error(type + ': ' + name + ' ' + value)
			const paths = await collect(node.name.resolve('/ipns/' + name, {nocache: true}))
			if (paths.at(-1) !== '/ipfs/' + cid) throw new Error(type + ': ' + paths)
		}
		const events = await collect(node.routing.findProvs(cid))
		const codes = events.map(({name, error}) => error ? error.code : name).sort()
		if (codes.join() !== 'PROVIDER,SENDING_QUERY,SENDING_QUERY,cors-refused') throw new Error(codes)`, router, refusing)
}

// Keys that a browser makes, encrypts and decrypts are those of everyone.
func TestKeysOfABrowser(t *testing.T) {
	w := sharedWorld(t)
	tab := w.tab()
	for _, kind := range []string{"rsa", "ed25519", "secp256k1"} {
		var made struct{ ID, PEM string }
		tab.do(&made, `
			const { id } = await node.key.gen(args[0] + ' key', {type: args[0]})
			return {ID: id, PEM: await node.key.export(args[0] + ' key', 'pass')}`, kind)
		self, _, err := crypto.GenerateEd25519Key(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys := keystore.New(dssync.MutexWrap(ds.NewMapDatastore()), self)
		entry, err := keys.Import(t.Context(), "k", []byte(made.PEM), "pass", "")
		if err != nil {
			t.Fatal(err)
		}
		if id, err := keystore.FormatID(entry.ID, ""); err != nil || id != made.ID {
			t.Errorf("%s: natively it is %s, %v; want %s", kind, id, err, made.ID)
		}
		native, err := keys.Export(t.Context(), "k", "other", "")
		if err != nil {
			t.Fatal(err)
		}
		tab.do(nil, `
			const { id } = await node.key.import(args[0] + ' again', args[1], 'other')
			if (id !== args[2]) throw new Error(id)`, kind, string(native), made.ID)
		if thrown := tab.thrown("await node.key.import('x', args[0], 'guess')", string(native)); thrown.Code != string(nodeapi.CodeWrongPassword) {
			t.Errorf("a wrong password: got %v", thrown)
		}
	}
}
