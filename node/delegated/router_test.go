package delegated_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/delegated"
)

const (
	first  = "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"
	second = "QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN"
)

// start serves handle, and returns the router there.
func start(t testing.TB, handle http.HandlerFunc) *delegated.Router {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	r, err := delegated.New(s.URL + "/routing/v1")
	if err != nil {
		t.Fatal(err)
	}
	if r.URL() != s.URL {
		t.Errorf("the router is at %s; want %s", r.URL(), s.URL)
	}
	return r
}

func answering(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

// told returns what is told of the peers, in short.
func told(t testing.TB, r *delegated.Router) string {
	t.Helper()
	var all []string
	for p, err := range r.Providers(t.Context(), cid.MustParse("bafkqaaa")) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(p.ID.String()[:4], p.Addrs, p.Protocols))
	}
	return strings.Join(all, " ")
}

// Each shape of an answer that routers give, and each record in it that can be
// read. The others do not spoil it.
func TestShapes(t *testing.T) {
	peerRecord := `{"Schema":"peer","ID":"` + first + `","Addrs":["/ip4/1.2.3.4/tcp/1","nonsense"],"Protocols":["transport-bitswap"],"Extra":{"a":1}}`
	bitswapRecord := `{"Schema":"bitswap","Protocol":"transport-bitswap","ID":"` + second + `"}`
	others := []string{`{"Schema":"other"}`, `{"Schema":"peer","ID":"nobody"}`, `{"Schema":"peer","ID":5}`, `[]`, `null`}
	both := "12D3[/ip4/1.2.3.4/tcp/1] [transport-bitswap] QmNn[] [transport-bitswap]"
	all := append([]string{peerRecord}, append(others, bitswapRecord)...)
	for name, c := range map[string]struct{ kind, body, want string }{
		"JSON":           {"application/json; charset=utf-8", `{"Providers":[` + strings.Join(all, ",") + `]}`, both},
		"NDJSON":         {"application/x-ndjson", strings.Join(all, "\n") + "\n", both},
		"no line feed":   {"application/x-ndjson", peerRecord + "\n" + bitswapRecord, both},
		"peers":          {"application/json", `{"Peers":[` + bitswapRecord + `]}`, "QmNn[] [transport-bitswap]"},
		"null":           {"application/json", `{"Providers":null}`, ""},
		"nothing":        {"application/json", `{}`, ""},
		"NDJSON of none": {"application/x-ndjson", "", ""},
	} {
		if got := told(t, start(t, answering(c.kind, c.body))); got != c.want {
			t.Errorf("%s: got %q; want %q", name, got, c.want)
		}
	}
	notFound := start(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	if got := told(t, notFound); got != "" {
		t.Errorf("404: got %q; want none", got)
	}
}

// However much a router says of a peer, little is kept.
func TestManyAddresses(t *testing.T) {
	body := fmt.Sprintf(`{"Schema":"peer","ID":%q,"Addrs":[%s],"Protocols":[%s]}`, first,
		strings.Repeat(`"/ip4/1.2.3.4/tcp/1",`, 1000)+`"/ip4/1.2.3.4/tcp/2"`, strings.Repeat(`"p",`, 1000)+`"q"`)
	for p, err := range start(t, answering("application/x-ndjson", body)).Providers(t.Context(), cid.MustParse("bafkqaaa")) {
		if err != nil || len(p.Addrs) > 64 || len(p.Protocols) > 16 {
			t.Errorf("got %d addresses and %d protocols, %v", len(p.Addrs), len(p.Protocols), err)
		}
	}
}

// Who has enough reads no further.
func TestStopEarly(t *testing.T) {
	line := `{"Schema":"peer","ID":"` + first + `"}` + "\n"
	gone := make(chan struct{})
	r := start(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = io.WriteString(w, line)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	for _, err := range r.Providers(t.Context(), cid.MustParse("bafkqaaa")) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	<-gone
}

func TestIPNS(t *testing.T) {
	id, err := peer.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	name := ipns.NameFromPeer(id)
	var put string
	answer := answering("application/vnd.ipfs.ipns-record", "record")
	r := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/routing/v1/ipns/"+name.String() {
			t.Errorf("asked for %s", r.URL.Path)
		}
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			put = r.Header.Get("Content-Type") + " " + string(body)
			return
		}
		answer(w, r)
	})
	get := func() (string, error) {
		data, err := r.GetIPNS(context.Background(), name)
		return string(data), err
	}
	if got, err := get(); err != nil || got != "record" {
		t.Errorf("GetIPNS: got %q, %v", got, err)
	}
	if err := r.PutIPNS(t.Context(), name, []byte("mine")); err != nil || put != "application/vnd.ipfs.ipns-record mine" {
		t.Errorf("PutIPNS: it was given %q, %v", put, err)
	}
	for what, c := range map[string]struct {
		handle http.HandlerFunc
		want   error
		code   nodeapi.Code
	}{
		"words":     {answering("text/plain", "no such record"), delegated.ErrNotFound, ""},
		"404":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, delegated.ErrNotFound, ""},
		"500":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, nil, nodeapi.CodeHTTPRefused},
		"too much":  {answering("application/vnd.ipfs.ipns-record", strings.Repeat("x", 10<<10+1)), nil, nodeapi.CodeHTTPMalformed},
		"redirects": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, nil, nodeapi.CodeHTTPRefused},
	} {
		answer = c.handle
		if _, err := get(); c.want != nil && err != c.want || c.want == nil && nodeapi.CodeOf(err) != c.code {
			t.Errorf("%s: got %v; want %v %s", what, err, c.want, c.code)
		}
	}
}
