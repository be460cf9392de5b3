//go:build !js

package node_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// dohServer answers questions for TXT records (RFC 8484).
func dohServer(t testing.TB, records map[string][]string) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		question, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
		var m dnsmessage.Message
		if err != nil || m.Unpack(question) != nil || len(m.Questions) != 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.Response = true
		name := m.Questions[0].Name
		for _, text := range records[name.String()] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET, TTL: 60},
				Body:   &dnsmessage.TXTResource{TXT: []string{text}},
			})
		}
		answer, err := m.Pack()
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/dns-message")
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestDNS(t *testing.T) {
	cfg := dialOnlyConfig()
	records := map[string][]string{
		"_dnslink.none.example.":  {"v=spf1"},
		"_dnslink.two.example.":   {"dnslink=/ipfs/bafkqaaa", "dnslink=/ipfs/bafkqaaa/x"},
		"_dnslink.away.example.":  {"dnslink=/ipns/site.example/b"},
		"_dnslink.loop.example.":  {"dnslink=/ipns/loop.example"},
		"_dnslink.other.example.": {"dnslink=/ipns/nowhere.example"},
	}
	var asked *atomic.Int64
	cfg.DNS, asked = dohServer(t, records)
	n := newNode(t, cfg)
	leaf := putDAG(t, n, `{"x":1}`, nodeapi.DAGPutOptions{})
	root := putDAG(t, n, `{"b":`+link(leaf)+`}`, nodeapi.DAGPutOptions{})
	records["_dnslink.site.example."] = []string{"else", "dnslink=/ipfs/" + root.String()}
	if asked.Load() != 0 {
		t.Error("a node that was asked nothing asked a DNS server")
	}
	ctx := within(t)
	for _, test := range []struct {
		domain    string
		recursive bool
		want      string
		code      nodeapi.Code
	}{
		{"site.example", true, "/ipfs/" + root.String(), ""},
		{"site.example.", false, "/ipfs/" + root.String(), ""},
		{"/ipns/site.example", true, "/ipfs/" + root.String(), ""},
		{"away.example", true, "/ipfs/" + root.String() + "/b", ""},
		{"away.example", false, "/ipns/site.example/b", ""},
		{"none.example", true, "", nodeapi.CodeNameNotFound},
		{"nowhere.example", true, "", nodeapi.CodeNameNotFound},
		{"other.example", true, "", nodeapi.CodeNameNotFound},
		{"two.example", true, "", nodeapi.CodeInvalidRecord},
		{"loop.example", true, "", nodeapi.CodeNameLoop},
		{"nodomain", true, "", nodeapi.CodeInvalidName},
		{"no domain.example", true, "", nodeapi.CodeInvalidName},
		{peerID(t, n), true, "", nodeapi.CodeInvalidName},
	} {
		got, err := n.DNS(ctx, nodeapi.DNSRequest{Domain: test.domain, Recursive: &test.recursive})
		if test.code != "" {
			wantCode(t, "DNS "+test.domain, err, test.code)
		} else if err != nil || got != test.want {
			t.Errorf("DNS %s, recursively %v: got %q, %v; want %q", test.domain, test.recursive, got, err, test.want)
		}
	}
	for _, test := range []struct {
		name string
		once bool
		want string
	}{
		{"/ipns/away.example", false, "/ipfs/" + leaf.String()},
		{"/ipns/site.example/b/x", false, "/ipfs/" + leaf.String() + "/x"},
		{"/ipns/away.example/x", true, "/ipns/site.example/b/x"},
	} {
		got, err := n.Resolve(ctx, nodeapi.ResolveRequest{Name: test.name, Recursive: new(!test.once)})
		if err != nil || got != test.want {
			t.Errorf("Resolve %s: got %q, %v; want %q", test.name, got, err, test.want)
		}
	}
	_, err := newNode(t, newConfig()).DNS(ctx, nodeapi.DNSRequest{Domain: "site.example"})
	wantCode(t, "DNS offline", err, nodeapi.CodeOffline)
}

// A key's own name resolves in the repo alone.
func TestResolveOfKeys(t *testing.T) {
	n := newNode(t, newConfig())
	leaf := putDAG(t, n, `{"x":1}`, nodeapi.DAGPutOptions{})
	published, err := n.NamePublish(nodeapi.WithOffline(t.Context()), nodeapi.NamePublishRequest{Value: leaf.String(), AllowOffline: true})
	must(t, err)
	got, err := n.Resolve(t.Context(), nodeapi.ResolveRequest{Name: "/ipns/" + published.Name + "/x"})
	if err != nil || got != "/ipfs/"+leaf.String()+"/x" {
		t.Errorf("got %q, %v; want what was published", got, err)
	}
	_, err = n.Resolve(t.Context(), nodeapi.ResolveRequest{Name: "/ipns/nonsense"})
	wantCode(t, "Resolve", err, nodeapi.CodeInvalidName)
}
