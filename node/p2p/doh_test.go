//go:build !js

package p2p_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// dnsServer is a DNS-over-HTTPS server with TXT and A records.
type dnsServer struct {
	*httptest.Server

	mu    sync.Mutex // guards following
	txt   map[string][]string
	a     map[string][4]byte
	asked map[string]int // by name
}

func newDNSServer(t testing.TB) *dnsServer {
	t.Helper()
	s := &dnsServer{txt: map[string][]string{}, a: map[string][4]byte{}, asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *dnsServer) set(name string, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.txt[name] = texts
}

func (s *dnsServer) questions(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

func (s *dnsServer) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	packed, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
	var m dnsmessage.Message
	if err != nil || m.Unpack(packed) != nil || len(m.Questions) != 1 || r.Header.Get("Accept") != "application/dns-message" {
		http.Error(w, "bad question", http.StatusBadRequest)
		return
	}
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	s.asked[name]++
	m.Response = true
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 300}
	switch texts, ok := s.txt[name]; {
	case q.Type == dnsmessage.TypeTXT && ok:
		for _, text := range texts {
			half := len(text) / 2 // as servers split what is longer than 255 bytes
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: head, Body: &dnsmessage.TXTResource{TXT: []string{text[:half], text[half:]}},
			})
		}
	case q.Type == dnsmessage.TypeA && s.a[name] != [4]byte{}:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: s.a[name]}})
	default:
		m.RCode = dnsmessage.RCodeNameError
	}
	packed, _ = m.Pack()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/dns-message")
	_, _ = w.Write(packed)
}

func TestDNSAddr(t *testing.T) {
	dns := newDNSServer(t)
	server := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	id := server.Host().ID().String()
	dns.set("_dnsaddr.example.test", "dnsaddr=/dnsaddr/deeper.example.test/p2p/"+id, "something else")
	dns.set("_dnsaddr.deeper.example.test", "dnsaddr="+address(t, server, "/ws"), "dnsaddr=/ip4/127.0.0.1/tcp/1/p2p/"+id)

	client := newNetwork(t, p2p.Config{DialOnly: true, DNS: dns.URL})
	if dns.questions("_dnsaddr.example.test") != 0 {
		t.Error("the server was asked before there was anything to resolve")
	}
	for range 2 {
		connect(t, client, "/dnsaddr/example.test/p2p/"+id)
		wantEcho(t, client, server.Host().ID())
		_ = client.Host().Network().ClosePeer(server.Host().ID())
		client.Host().Peerstore().ClearAddrs(server.Host().ID())
	}
	if asked := dns.questions("_dnsaddr.example.test"); asked != 1 {
		t.Errorf("the server was asked %d times; want once, as the answer is good for long", asked)
	}
}

// A native host whose configuration names a server asks it for all names.
func TestDNSNatively(t *testing.T) {
	dns := newDNSServer(t)
	dns.a["peer.example.test"] = [4]byte{127, 0, 0, 1}
	server := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0"))
	client := newNetwork(t, p2p.Config{DNS: dns.URL})
	connect(t, client, strings.Replace(address(t, server, "/tcp"), "/ip4/127.0.0.1", "/dns4/peer.example.test", 1))
	wantEcho(t, client, server.Host().ID())
}

func TestDNSFailures(t *testing.T) {
	long := make([]byte, 70<<10)
	for name, answer := range map[string]func(http.ResponseWriter){
		"no such name": nil,
		"an error":     func(w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) },
		"no DNS":       func(w http.ResponseWriter) { _, _ = w.Write([]byte("hello")) },
		"nonsense": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/dns-message")
			_, _ = w.Write([]byte("hello"))
		},
		"too long": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/dns-message")
			_, _ = w.Write(long)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dns := newDNSServer(t)
			if answer != nil {
				dns.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) })
			}
			client := newNetwork(t, p2p.Config{DialOnly: true, DNS: dns.URL})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			info, err := client.ParseDialable("/dnsaddr/example.test/p2p/" + newNetwork(t, p2p.Config{}).Host().ID().String())
			if err != nil {
				t.Fatal(err)
			}
			if err := client.Connect(ctx, info); err == nil || ctx.Err() != nil {
				t.Errorf("Connect: got %v; want an error at once", err)
			}
		})
	}
	for _, server := range []string{"ftp://x", "nonsense", "https://", ":"} {
		_, err := p2p.New(t.Context(), p2p.Config{Key: newKey(t), DNS: server})
		if nodeapi.CodeOf(err) != nodeapi.CodeInvalidOption {
			t.Errorf("DNS %q: got %v; want %q", server, err, nodeapi.CodeInvalidOption)
		}
	}
}
