//go:build !js

package p2p_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/node/p2p"
)

func newNetwork(t testing.TB, cfg p2p.Config) *p2p.Network {
	t.Helper()
	n := start(t, cfg)
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

func newKey(t testing.TB) crypto.PrivKey {
	t.Helper()
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// listening listens natively on one address.
func listening(addr string) p2p.Config {
	return p2p.Config{Lists: p2p.Lists{Listen: []string{addr}}}
}

// address returns a host's whole address that contains part.
func address(t testing.TB, n *p2p.Network, part string) string {
	t.Helper()
	for _, a := range n.Host().Addrs() {
		if strings.Contains(a.String(), part) {
			return a.Encapsulate(ma.StringCast("/p2p/" + n.Host().ID().String())).String()
		}
	}
	t.Fatalf("no %s among the addresses %v", part, n.Host().Addrs())
	return ""
}

func connect(t testing.TB, n *p2p.Network, addr string) {
	t.Helper()
	info, err := p2p.ParsePeer(addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Host().Connect(t.Context(), info); err != nil {
		t.Fatalf("Connect %s: %v", addr, err)
	}
}

// wantEcho checks that a stream carries bytes both ways.
func wantEcho(t testing.TB, n *p2p.Network, to peer.ID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s, err := n.Host().NewStream(ctx, to, echo)
	if err != nil {
		t.Fatalf("NewStream: %v", err)
	}
	defer s.Close()
	sent := make([]byte, 100_000)
	_, _ = rand.Read(sent)
	go func() {
		_, _ = s.Write(sent)
		_ = s.CloseWrite()
	}()
	got, err := io.ReadAll(s)
	if err != nil || !slices.Equal(got, sent) {
		t.Fatalf("the echo has %d bytes, error %v; want %d bytes", len(got), err, len(sent))
	}
}

// eventually waits for what other goroutines bring about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 seconds not yet: %s", what)
		}
	}
}

func TestNativeTransports(t *testing.T) {
	for _, addr := range []string{
		"/ip4/127.0.0.1/tcp/0",
		"/ip4/127.0.0.1/tcp/0/ws",
		"/ip4/127.0.0.1/udp/0/quic-v1",
		"/ip4/127.0.0.1/udp/0/quic-v1/webtransport",
	} {
		t.Run(addr[len("/ip4/127.0.0.1/"):], func(t *testing.T) {
			server, client := newNetwork(t, listening(addr)), newNetwork(t, p2p.Config{})
			connect(t, client, address(t, server, "/ip4/127.0.0.1"))
			wantEcho(t, client, server.Host().ID())
			wantEcho(t, server, client.Host().ID())
		})
	}
}

func TestDialOnly(t *testing.T) {
	server := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	client := newNetwork(t, p2p.Config{DialOnly: true})
	connect(t, client, address(t, server, "/ws"))
	wantEcho(t, client, server.Host().ID())
	wantEcho(t, server, client.Host().ID())
}

// Two hosts that listen nowhere reach each other through a relay.
func TestRelay(t *testing.T) {
	relay := newNetwork(t, p2p.Config{RelayService: true, Lists: p2p.Lists{Listen: []string{"/ip4/127.0.0.1/tcp/0/ws"}}})
	at := address(t, relay, "/ws")
	a := newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Relays: []string{at}}})
	b := newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Bootstrap: []string{at}}})
	eventually(t, "the reservation", func() bool { return len(a.Host().Addrs()) > 0 })

	connect(t, b, address(t, a, "/p2p-circuit"))
	wantEcho(t, b, a.Host().ID())
	wantEcho(t, a, b.Host().ID())
	for _, c := range b.Host().Network().ConnsToPeer(a.Host().ID()) {
		if !p2p.IsLimited(c) {
			t.Errorf("the connection over %s is said to have no limits", c.RemoteMultiaddr())
		}
	}
}

// A peer that does not identify itself is of use all the same, a little later.
func TestPeerThatDoesNotIdentify(t *testing.T) {
	t.Parallel()
	server := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	hang := make(chan struct{})
	server.Host().SetStreamHandler("/ipfs/id/1.0.0", func(s network.Stream) { <-hang; _ = s.Reset() })
	t.Cleanup(func() { close(hang) })
	client := newNetwork(t, p2p.Config{DialOnly: true})
	start := time.Now()
	connect(t, client, address(t, server, "/ws"))
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("Connect took %s", took)
	}
	wantEcho(t, client, server.Host().ID())
}

// A peer that opens a stream and names no protocol is cut off.
func TestPeerThatNamesNoProtocol(t *testing.T) {
	t.Parallel()
	server := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	client := newNetwork(t, p2p.Config{DialOnly: true})
	connect(t, client, address(t, server, "/ws"))
	conn := client.Host().Network().ConnsToPeer(server.Host().ID())[0]
	s, err := conn.NewStream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = s.Write([]byte{1})
	_ = s.SetReadDeadline(time.Now().Add(20 * time.Second))
	for err == nil {
		_, err = s.Read(make([]byte, 100))
	}
	if !errors.Is(err, network.ErrReset) {
		t.Errorf("the stream ended with %v; want a reset", err)
	}
	wantEcho(t, client, server.Host().ID())
}
