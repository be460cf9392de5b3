package node_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/routing/http/server"
	"github.com/ipfs/boxo/routing/http/types"
	"github.com/ipfs/boxo/routing/http/types/iter"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/routing"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// knowledge is what boxo's server of delegated routing serves.
type knowledge struct {
	server.DelegatedRouter // what is not asked for

	mu        sync.Mutex // guards following
	providers map[cid.Cid][]types.Record
	peers     map[peer.ID]*types.PeerRecord
	records   map[ipns.Name]*ipns.Record
}

func (k *knowledge) FindProviders(_ context.Context, c cid.Cid, _ int) (iter.ResultIter[types.Record], error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return iter.ToResultIter(iter.FromSlice(k.providers[c])), nil
}

func (k *knowledge) FindPeers(_ context.Context, id peer.ID, _ int) (iter.ResultIter[*types.PeerRecord], error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found []*types.PeerRecord
	if p := k.peers[id]; p != nil {
		found = append(found, p)
	}
	return iter.ToResultIter(iter.FromSlice(found)), nil
}

func (k *knowledge) GetIPNS(_ context.Context, name ipns.Name) (*ipns.Record, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if rec := k.records[name]; rec != nil {
		return rec, nil
	}
	return nil, routing.ErrNotFound
}

func (k *knowledge) PutIPNS(_ context.Context, name ipns.Name, rec *ipns.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records[name] = rec
	return nil
}

// startRouter serves delegated routing.
func startRouter(t testing.TB) (*knowledge, string) {
	t.Helper()
	k := &knowledge{
		providers: map[cid.Cid][]types.Record{}, peers: map[peer.ID]*types.PeerRecord{}, records: map[ipns.Name]*ipns.Record{},
	}
	s := httptest.NewServer(server.Handler(k))
	t.Cleanup(s.Close)
	return k, s.URL
}

// routedNode returns a node that asks these routers.
func routedNode(t testing.TB, urls ...string) *node.Node {
	t.Helper()
	cfg := dialOnlyConfig()
	cfg.DelegatedRouters = urls
	return newNode(t, cfg)
}

func peerRecord(t testing.TB, n *node.Node) (*types.PeerRecord, peer.ID) {
	t.Helper()
	id, err := peer.Decode(peerID(t, n))
	must(t, err)
	r := &types.PeerRecord{Schema: types.SchemaPeer, ID: &id, Protocols: []string{"transport-bitswap"}}
	addr, err := ma.NewMultiaddr(addressOf(t, n))
	must(t, err)
	bare, _ := peer.SplitAddr(addr)
	r.Addrs = []types.Multiaddr{{Multiaddr: bare}}
	return r, id
}

// events returns what a question tells, in short, and its error.
func events(seq func(func(nodeapi.RoutingEvent, error) bool)) (told []nodeapi.RoutingEvent, err error) {
	for e, err := range seq {
		if err != nil {
			return told, err
		}
		if e.Name != nodeapi.RoutingSendingQuery {
			told = append(told, e)
		}
	}
	return told, nil
}

func TestFindProviders(t *testing.T) {
	a, urlA := startRouter(t)
	b, urlB := startRouter(t)
	n := routedNode(t, urlA, urlB+"/routing/v1/")
	provider := newNode(t, onlineConfig())
	record, id := peerRecord(t, provider)
	c := cid.MustParse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e")
	a.providers[c] = []types.Record{record, &types.UnknownRecord{Schema: "other", Bytes: []byte(`{"Schema":"other"}`)}}
	b.providers[c] = []types.Record{record}
	told, err := events(n.RoutingFindProviders(within(t), nodeapi.FindProvidersRequest{Cid: c}))
	must(t, err)
	if len(told) != 1 || told[0].Name != nodeapi.RoutingProvider || told[0].Peers[0].ID != id.String() ||
		!slices.Equal(told[0].Peers[0].Multiaddrs, []string{record.Addrs[0].String()}) ||
		!slices.Equal(told[0].Peers[0].Protocols, record.Protocols) {
		t.Errorf("got %+v; want the provider once", told)
	}
	told, err = events(n.RoutingFindProviders(within(t), nodeapi.FindProvidersRequest{Cid: cid.MustParse("bafkqaaa")}))
	if err != nil || len(told) != 0 {
		t.Errorf("of a block that nobody has: got %+v, %v", told, err)
	}
	_, err = events(n.RoutingFindProviders(within(t), nodeapi.FindProvidersRequest{Cid: c, NumProviders: 1001}))
	wantCode(t, "too many", err, nodeapi.CodeInvalidOption)

	b.peers[id] = record
	told, err = events(n.RoutingFindPeer(within(t), nodeapi.FindPeerRequest{Peer: id.String()}))
	if err != nil || len(told) != 1 || told[0].Name != nodeapi.RoutingFinalPeer || told[0].Peers[0].ID != id.String() {
		t.Errorf("RoutingFindPeer: got %+v, %v", told, err)
	}
	must(t, n.SwarmConnect(within(t), addressOf(t, provider)))
	told, err = events(n.RoutingFindPeer(within(t), nodeapi.FindPeerRequest{Peer: id.String()}))
	if err != nil || len(told) != 1 || told[0].Router != "" {
		t.Errorf("of a peer that is connected: got %+v, %v; want what the node itself knows", told, err)
	}
}

// As many as were asked for are enough, and the others are not waited for.
func TestFindFewProviders(t *testing.T) {
	k, url := startRouter(t)
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(hangs.Close)
	c := cid.MustParse("bafkqaaa")
	for range 5 {
		record, _ := peerRecord(t, newNode(t, onlineConfig()))
		k.providers[c] = append(k.providers[c], record)
	}
	told, err := events(routedNode(t, url, hangs.URL).RoutingFindProviders(within(t), nodeapi.FindProvidersRequest{Cid: c, NumProviders: 3}))
	if err != nil || len(told) != 3 {
		t.Errorf("got %d providers, %v; want 3", len(told), err)
	}
}

// What is wrong with one router is told, and is no matter to the others.
func TestBadRouters(t *testing.T) {
	long := strings.Repeat(" ", 2<<20)
	for _, c := range []struct {
		name string
		code nodeapi.Code
		head string
		body string
		stat int
	}{
		{"an error", nodeapi.CodeHTTPRefused, "application/json", "{}", 500},
		{"a redirect", nodeapi.CodeHTTPRefused, "application/json", "{}", 302},
		{"no JSON", nodeapi.CodeHTTPMalformed, "application/json", "<html>", 200},
		{"half of JSON", nodeapi.CodeHTTPMalformed, "application/json", `{"Providers":[`, 200},
		{"JSON of another shape", nodeapi.CodeHTTPMalformed, "application/json", `{"Providers":5}`, 200},
		{"no NDJSON", nodeapi.CodeHTTPMalformed, "application/x-ndjson", "}", 200},
		{"a page", nodeapi.CodeHTTPMalformed, "text/html", "<html>", 200},
		{"no type", nodeapi.CodeHTTPMalformed, "", "{}", 200},
		{"too much", nodeapi.CodeHTTPMalformed, "application/json", long, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{c.head}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.stat)
				_, _ = w.Write([]byte(c.body))
			}))
			defer bad.Close()
			k, url := startRouter(t)
			root := cid.MustParse("bafkqaaa")
			record, id := peerRecord(t, newNode(t, onlineConfig()))
			k.providers[root] = []types.Record{record}
			told, err := events(routedNode(t, bad.URL, url).RoutingFindProviders(within(t), nodeapi.FindProvidersRequest{Cid: root}))
			must(t, err)
			var failed, found bool
			for _, e := range told {
				failed = failed || e.Name == nodeapi.RoutingQueryError && e.Router == bad.URL && e.Error.Code == c.code
				found = found || e.Name == nodeapi.RoutingProvider && e.Peers[0].ID == id.String()
			}
			if !failed || !found {
				t.Errorf("got %+v; want a provider, and the code %s of %s", told, c.code, bad.URL)
			}
		})
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	told, err := events(routedNode(t, gone.URL).RoutingFindPeer(within(t), nodeapi.FindPeerRequest{Peer: "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"}))
	if err != nil || len(told) != 1 || told[0].Error.Code != nodeapi.CodeHTTPUnreachable {
		t.Errorf("of a router that is gone: got %+v, %v", told, err)
	}
}

func TestNoRouters(t *testing.T) {
	n, offline := routedNode(t), newNode(t, newConfig())
	for _, c := range []struct {
		name string
		n    *node.Node
		ctx  context.Context
		code nodeapi.Code
	}{
		{"no router", n, within(t), nodeapi.CodeNoRouter},
		{"a node that is offline", offline, within(t), nodeapi.CodeOffline},
		{"a call that is to be", n, nodeapi.WithOffline(within(t)), nodeapi.CodeOffline},
	} {
		_, err := events(c.n.RoutingFindProviders(c.ctx, nodeapi.FindProvidersRequest{Cid: cid.MustParse("bafkqaaa")}))
		wantCode(t, c.name, err, c.code)
		_, err = events(c.n.RoutingFindPeer(c.ctx, nodeapi.FindPeerRequest{Peer: "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"}))
		wantCode(t, c.name, err, c.code)
		_, err = events(c.n.RoutingGet(c.ctx, nodeapi.RoutingGetRequest{Key: "/ipns/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"}))
		wantCode(t, c.name, err, c.code)
	}
	_, err := events(n.RoutingFindPeer(within(t), nodeapi.FindPeerRequest{Peer: "nobody"}))
	wantCode(t, "a peer that is none", err, nodeapi.CodeInvalidPeerID)
	_, err = events(n.RoutingProvide(within(t), nodeapi.ProvideRequest{}))
	wantCode(t, "RoutingProvide", err, nodeapi.CodeNotSupported)
}

func TestRouterURLs(t *testing.T) {
	n := routedNode(t)
	for _, text := range []string{
		"router.example", "ftp://router.example", "https://", "http://router.example", "http://127.0.0.1.example",
		"https://user:secret@router.example", "https://router.example?a=b", "https://router.example#a", "/ip4/127.0.0.1", "https://[",
	} {
		err := n.Extend(t.Context(), nodeapi.Config{DelegatedRouters: []string{"https://good.example", text}})
		wantCode(t, text, err, nodeapi.CodeInvalidURL)
		var coded *nodeapi.Error
		if errors.As(err, &coded) && strings.Contains(coded.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", text, err)
		}
	}
	if got := n.Config().DelegatedRouters; len(got) != 0 {
		t.Errorf("the configuration has %q; want none", got)
	}
	good := []string{"https://good.example/", "http://localhost:1", "http://[::1]:2/routing/v1", "https://good.example"}
	must(t, n.Extend(t.Context(), nodeapi.Config{DelegatedRouters: good}))
	if got := n.Config().DelegatedRouters; !slices.Equal(got, good) {
		t.Errorf("the configuration has %q; want %q", got, good)
	}
	var many []string
	for i := range 20 {
		many = append(many, "https://"+strings.Repeat("a", i+1)+".example")
	}
	wantCode(t, "too many", n.Extend(t.Context(), nodeapi.Config{DelegatedRouters: many}), nodeapi.CodeInvalidOption)
}

func resolveName(ctx context.Context, n *node.Node, req nodeapi.NameResolveRequest) (string, error) {
	last := ""
	for r, err := range n.NameResolve(ctx, req) {
		if err != nil {
			return last, err
		}
		last = r.Path
	}
	return last, nil
}

func TestNames(t *testing.T) {
	_, url := startRouter(t)
	publisher, reader := routedNode(t, url), routedNode(t, url)
	root := addFile(t, publisher, nodeapi.AddOptions{}, []byte("hello world"))
	key, err := publisher.KeyGen(t.Context(), nodeapi.KeyGenRequest{Name: "k", Type: nodeapi.KeyRSA})
	must(t, err)
	got, err := publisher.NamePublish(within(t), nodeapi.NamePublishRequest{Value: root.String(), Key: "k", Lifetime: "1h", TTL: "1m"})
	if want := (nodeapi.NamePublished{Name: key.ID, Value: "/ipfs/" + root.String()}); err != nil || got != want {
		t.Fatalf("NamePublish: got %+v, %v; want %+v", got, err, want)
	}
	path, err := resolveName(within(t), reader, nodeapi.NameResolveRequest{Name: "/ipns/" + key.ID})
	if err != nil || path != got.Value {
		t.Errorf("NameResolve: got %s, %v; want %s", path, err, got.Value)
	}
	// A name may point at another.
	_, err = publisher.NamePublish(within(t), nodeapi.NamePublishRequest{Value: "/ipns/" + key.ID, IPNSBase: "b58mh"})
	must(t, err)
	path, err = resolveName(within(t), publisher, nodeapi.NameResolveRequest{})
	if err != nil || path != got.Value {
		t.Errorf("NameResolve of its own name: got %s, %v; want %s", path, err, got.Value)
	}
	path, err = resolveName(within(t), publisher, nodeapi.NameResolveRequest{Recursive: new(false)})
	if err != nil || path != "/ipns/"+key.ID {
		t.Errorf("once: got %s, %v; want %s", path, err, key.ID)
	}

	// As bytes they go from one node's repo to another's.
	told, err := events(publisher.RoutingGet(within(t), nodeapi.RoutingGetRequest{Key: "/ipns/" + key.ID}))
	if err != nil || len(told) != 1 {
		t.Fatalf("RoutingGet: got %+v, %v", told, err)
	}
	offline := newNode(t, newConfig())
	_, err = events(offline.RoutingPut(within(t), nodeapi.RoutingPutRequest{Key: "/ipns/" + key.ID}, told[0].Value))
	wantCode(t, "RoutingPut offline", err, nodeapi.CodeOffline)
	_, err = events(offline.RoutingPut(within(t), nodeapi.RoutingPutRequest{Key: "/ipns/" + key.ID, AllowOffline: true}, told[0].Value))
	must(t, err)
	path, err = resolveName(within(t), offline, nodeapi.NameResolveRequest{Name: key.ID})
	if err != nil || path != got.Value {
		t.Errorf("NameResolve offline: got %s, %v; want %s", path, err, got.Value)
	}
	again, err := events(offline.RoutingGet(within(t), nodeapi.RoutingGetRequest{Key: "/ipns/" + key.ID}))
	if err != nil || len(again) != 1 || !slices.Equal(again[0].Value, told[0].Value) {
		t.Errorf("RoutingGet offline: got %+v, %v; want what was put", again, err)
	}
}

func TestBadPublishing(t *testing.T) {
	_, url := startRouter(t)
	n, offline := routedNode(t, url), newNode(t, newConfig())
	const missing = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	for _, c := range []struct {
		name string
		n    *node.Node
		req  nodeapi.NamePublishRequest
		want nodeapi.Code
	}{
		{"offline", offline, nodeapi.NamePublishRequest{Value: "bafkqaaa"}, nodeapi.CodeOffline},
		{"a block that is not there", offline, nodeapi.NamePublishRequest{Value: missing, AllowOffline: true}, nodeapi.CodeNotFound},
		{"no path", n, nodeapi.NamePublishRequest{Value: "/ipfs/"}, nodeapi.CodeInvalidPath},
		{"no CID", n, nodeapi.NamePublishRequest{Value: "nonsense"}, nodeapi.CodeInvalidPath},
		{"no name", n, nodeapi.NamePublishRequest{Value: "/ipns/nonsense"}, nodeapi.CodeInvalidName},
		{"a lifetime", n, nodeapi.NamePublishRequest{Value: "bafkqaaa", Lifetime: "long"}, nodeapi.CodeInvalidOption},
		{"a lifetime below zero", n, nodeapi.NamePublishRequest{Value: "bafkqaaa", Lifetime: "-1h"}, nodeapi.CodeInvalidOption},
		{"a TTL", n, nodeapi.NamePublishRequest{Value: "bafkqaaa", TTL: "0s"}, nodeapi.CodeInvalidOption},
		{"a key", n, nodeapi.NamePublishRequest{Value: "bafkqaaa", Key: "k"}, nodeapi.CodeNoSuchKey},
		{"a base", n, nodeapi.NamePublishRequest{Value: "bafkqaaa", IPNSBase: "base7000"}, nodeapi.CodeInvalidOption},
	} {
		_, err := c.n.NamePublish(within(t), c.req)
		wantCode(t, c.name, err, c.want)
	}
	if _, err := offline.NamePublish(within(t), nodeapi.NamePublishRequest{Value: missing, AllowOffline: true, Resolve: new(false)}); err != nil {
		t.Errorf("without looking: %v", err)
	}
	for _, req := range []nodeapi.RoutingGetRequest{{Key: "k"}, {Key: "/pk/12D3KooW"}, {Key: "/ipns/a.example"}, {Key: "/ipns/" + peerID(t, n) + "/a"}} {
		_, err := events(n.RoutingGet(within(t), req))
		wantCode(t, req.Key, err, nodeapi.CodeInvalidName)
	}
}

// A router that hangs holds up nobody for long, nor the node's end.
func TestCloseWhileRoutersHang(t *testing.T) {
	asked := make(chan struct{}, 8)
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(hangs.Close)
	cfg := dialOnlyConfig()
	cfg.DelegatedRouters = []string{hangs.URL}
	n, err := node.New(t.Context(), cfg)
	must(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := resolveName(t.Context(), n, nodeapi.NameResolveRequest{})
		done <- err
	}()
	<-asked
	began := time.Now()
	must(t, n.Close())
	wantCode(t, "a question under way", <-done, nodeapi.CodeStorageClosed)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("closing took %v", took)
	}
}
