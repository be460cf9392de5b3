package p2p_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"slices"
	"syscall/js"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// These tests run in a browser, started by TestInBrowser, which says by the
// environment where its peers are.

func inBrowser(t *testing.T, lists p2p.Lists) *p2p.Network {
	t.Helper()
	if os.Getenv(peerVariable) == "" {
		t.Skip("started by hand: TestInBrowser has the peers that this needs")
	}
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p2p.New(t.Context(), p2p.Config{Key: key, Lists: lists, DNS: os.Getenv(dnsVariable)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	n.Host().SetStreamHandler(echo, func(s network.Stream) {
		_, _ = io.Copy(s, s)
		_ = s.Close()
	})
	return n
}

func connectFor(t *testing.T, n *p2p.Network, addr string, limit time.Duration) error {
	t.Helper()
	info, err := n.ParseDialable(addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return n.Connect(ctx, info)
}

func TestBrowserDials(t *testing.T) {
	n := inBrowser(t, p2p.Lists{})
	addr := os.Getenv(peerVariable)
	if err := connectFor(t, n, addr, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	info, _ := p2p.ParsePeer(addr)
	s, err := n.OpenStream(t.Context(), info.ID, echo)
	if err != nil {
		t.Fatal(err)
	}
	sent := make([]byte, 8<<20)
	_, _ = rand.Read(sent[:1000])
	start := time.Now()
	go func() {
		_, _ = s.Write(sent)
		_ = s.CloseWrite()
	}()
	got, err := io.ReadAll(s)
	if err != nil || !slices.Equal(got, sent) {
		t.Fatalf("the echo has %d bytes, error %v; want %d", len(got), err, len(sent))
	}
	t.Logf("%d MiB there and back in %s", len(sent)>>20, time.Since(start).Round(time.Millisecond))
}

func TestBrowserResolves(t *testing.T) {
	n := inBrowser(t, p2p.Lists{})
	if err := connectFor(t, n, os.Getenv(namedVariable), 20*time.Second); err != nil {
		t.Error(err)
	}
}

// The browser's events say whether the device is online.
func TestBrowserPresence(t *testing.T) {
	n := inBrowser(t, p2p.Lists{})
	for _, event := range []string{"offline", "online", "offline", "online"} {
		js.Global().Call("dispatchEvent", js.Global().Get("Event").New(event))
		if got, want := n.Online(), event == "online"; got != want {
			t.Errorf("after %s: Online is %v; want %v", event, got, want)
		}
	}
}

func TestBrowserBadPeers(t *testing.T) {
	n := inBrowser(t, p2p.Lists{})
	start := time.Now()
	if err := connectFor(t, n, os.Getenv(absentVariable), 20*time.Second); err == nil {
		t.Error("connected to nobody")
	} else {
		t.Logf("nobody listens: after %s: %v", time.Since(start), err)
	}
	start = time.Now()
	if err := connectFor(t, n, os.Getenv(silentVariable), time.Second); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("a silent peer: after %s got %v; want the end of the context after one second", time.Since(start), err)
	}
	id := n.Host().ID().String()
	for _, addr := range []string{
		"/ip4/127.0.0.1/tcp/1/p2p/" + id,
		"/ip4/127.0.0.1/udp/1/quic-v1/p2p/" + id,
		"/ip4/127.0.0.1/udp/1/quic-v1/webtransport/p2p/" + id,
	} {
		if err := connectFor(t, n, addr, time.Second); nodeapi.CodeOf(err) != nodeapi.CodeUndialableAddress {
			t.Errorf("%s: got %v; want %q", addr, err, nodeapi.CodeUndialableAddress)
		}
	}
}

// TestBrowserIsReached holds a reservation on the relay until a peer has come
// through it.
func TestBrowserIsReached(t *testing.T) {
	relay := os.Getenv(relayVariable)
	n := inBrowser(t, p2p.Lists{Relays: []string{relay}})
	other := inBrowser(t, p2p.Lists{Bootstrap: []string{relay}})
	deadline := time.Now().Add(20 * time.Second)
	for len(n.Host().Addrs()) == 0 {
		if time.Now().After(deadline) {
			t.Fatal("no reservation after 20 seconds")
		}
		time.Sleep(10 * time.Millisecond)
	}
	addr := n.Host().Addrs()[0].String() + "/p2p/" + n.Host().ID().String()
	if err := connectFor(t, other, addr, 20*time.Second); err != nil {
		t.Fatalf("through %s: %v", addr, err)
	}
	s, err := other.OpenStream(t.Context(), n.Host().ID(), echo)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	_ = s.CloseWrite()
	if got, err := io.ReadAll(s); string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
}
