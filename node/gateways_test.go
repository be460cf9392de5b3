package node_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ipfs/boxo/routing/http/types"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// startGateway serves the blocks of a node's store as a trustless gateway, and
// counts what it is asked. Kubo's own is met in testing/interop.
func startGateway(t testing.TB, cfg node.Config) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		c, err := cid.Decode(strings.TrimPrefix(r.URL.Path, "/ipfs/"))
		if err != nil || r.URL.Query().Get("format") != "raw" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b, err := cfg.Blockstore.Get(r.Context(), c)
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.ipld.raw")
		_, _ = w.Write(b.RawData())
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func gatewayNode(t testing.TB, urls ...string) *node.Node {
	t.Helper()
	cfg := dialOnlyConfig()
	cfg.Gateways = urls
	return newNode(t, cfg)
}

// A file comes whole from a gateway, block by block, without any peer.
func TestFromGateway(t *testing.T) {
	cfg := newConfig()
	data := bytes.Repeat([]byte("0123456789"), 500_000)
	root := addFile(t, newNode(t, cfg), nodeapi.AddOptions{}, data)
	url, asked := startGateway(t, cfg)
	n := gatewayNode(t, url)
	got, err := tryCat(within(t), n, nodeapi.CatRequest{Path: root.String()})
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("got %d bytes, %v; want %d", len(got), err, len(data))
	}
	before := asked.Load()
	if got := cat(t, n, root.String()); !bytes.Equal(got, data) || asked.Load() != before {
		t.Errorf("once it is in the repo the gateway is asked again, %d times", asked.Load()-before)
	}
}

// A gateway is not asked by who is to stay offline.
func TestGatewayOffline(t *testing.T) {
	cfg := newConfig()
	root := addFile(t, newNode(t, cfg), nodeapi.AddOptions{}, []byte("data"))
	url, asked := startGateway(t, cfg)
	_, err := tryCat(nodeapi.WithOffline(within(t)), gatewayNode(t, url), nodeapi.CatRequest{Path: root.String()})
	wantCode(t, "a call that is offline", err, nodeapi.CodeNotFound)
	off := newConfig()
	off.Gateways = []string{url}
	_, err = tryCat(within(t), newNode(t, off), nodeapi.CatRequest{Path: root.String()})
	wantCode(t, "a node that is", err, nodeapi.CodeNotFound)
	if n := asked.Load(); n != 0 {
		t.Errorf("it was asked %d times", n)
	}
}

// A gateway that lies is told of, and what it sends never comes in.
func TestGatewayLies(t *testing.T) {
	cfg := newConfig()
	root := addFile(t, newNode(t, cfg), nodeapi.AddOptions{}, []byte("data"))
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("lies")) }))
	t.Cleanup(liar.Close)
	n := gatewayNode(t, liar.URL)
	warned := make(chan nodeapi.Warning, 1)
	go func() {
		for w := range n.Warnings(t.Context()) {
			warned <- w
			return
		}
	}()
	read := make(chan error, 1)
	go func() {
		_, err := tryCat(within(t), n, nodeapi.CatRequest{Path: root.String()})
		read <- err
	}()
	w := <-warned
	if w.Code != nodeapi.CodeGatewayBlamed || w.Details["url"] != liar.URL || w.Details["cid"] != root.String() {
		t.Errorf("got %+v; want the gateway and the block", w)
	}
	url, _ := startGateway(t, cfg)
	must(t, n.Extend(t.Context(), nodeapi.Config{Gateways: []string{url}}))
	if err := <-read; err != nil {
		t.Errorf("from another gateway that came meanwhile: %v", err)
	}
	if got := n.Config().Gateways; !slices.Equal(got, []string{liar.URL, url}) {
		t.Errorf("the configuration has %q", got)
	}
}

func TestGatewayURLs(t *testing.T) {
	n := gatewayNode(t)
	for _, text := range []string{"gateway.example", "http://gateway.example", "https://gateway.example/?format=raw"} {
		wantCode(t, text, n.Extend(t.Context(), nodeapi.Config{Gateways: []string{text}}), nodeapi.CodeInvalidURL)
	}
	var many []string
	for i := range 17 {
		many = append(many, "https://"+strings.Repeat("a", i+1)+".example")
	}
	wantCode(t, "too many", n.Extend(t.Context(), nodeapi.Config{Gateways: many}), nodeapi.CodeInvalidOption)
	if got := n.Config().Gateways; len(got) != 0 {
		t.Errorf("the configuration has %q; want none", got)
	}
}

// What no connected peer has comes from a provider that a router knows.
func TestProvidersFromRouters(t *testing.T) {
	k, url := startRouter(t)
	provider := newNode(t, onlineConfig())
	root := addFile(t, provider, nodeapi.AddOptions{}, []byte("data"))
	record, _ := peerRecord(t, provider)
	k.providers[root] = []types.Record{record}
	n := routedNode(t, url)
	got, err := tryCat(within(t), n, nodeapi.CatRequest{Path: root.String()})
	if err != nil || string(got) != "data" {
		t.Errorf("got %q, %v", got, err)
	}
}
