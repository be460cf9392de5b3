//go:build !js

package p2p

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"testing"
	"time"

	race "github.com/ipfs/go-detect-race"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	ttransport "github.com/libp2p/go-libp2p/p2p/transport/testsuite"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	ma "github.com/multiformats/go-multiaddr"
)

func newUpgrader(t *testing.T) (peer.ID, transport.Upgrader) {
	t.Helper()
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	secure, err := noise.New(noise.ID, key, muxers)
	if err != nil {
		t.Fatal(err)
	}
	u, err := upgrader.New([]sec.SecureTransport{secure}, muxers, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return id, u
}

func newDialer(t *testing.T) *webSockets {
	_, u := newUpgrader(t)
	return &webSockets{upgrader: u, limits: &network.NullResourceManager{}}
}

// lightSubtests are those of libp2p's suite that a busy machine gets through
// under the race detector. The others time out in yamux there, whatever the
// transport.
var lightSubtests = []ttransport.TransportSubTestFn{
	ttransport.SubtestProtocols,
	ttransport.SubtestBasic,
	ttransport.SubtestCancel,
	ttransport.SubtestPingPong,
	ttransport.SubtestStress1Conn1Stream1Msg,
	ttransport.SubtestStress1Conn1Stream100Msg,
	ttransport.SubtestStreamReset,
}

// libp2p's own suite, against its own listener.
func TestWebSocketsSuite(t *testing.T) {
	id, u := newUpgrader(t)
	listener, err := websocket.New(u, &network.NullResourceManager{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	subtests := ttransport.Subtests
	if race.WithRace() || testing.Short() {
		subtests = lightSubtests
	}
	ttransport.SubtestTransportWithFs(t, listener, newDialer(t), "/ip4/127.0.0.1/tcp/0/ws", id, subtests)
}

// A peer that accepts and then says nothing, before or after the WebSocket is
// open, is left when the dial's time is over.
func TestWebSocketsSilentPeer(t *testing.T) {
	id, _ := newUpgrader(t)
	for name, greeting := range map[string]string{
		"at once": "",
		"after the upgrade": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			closed := make(chan struct{})
			go func() {
				defer close(closed)
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				_, _ = c.Write([]byte(greeting))
				for err == nil {
					_, err = c.Read(make([]byte, 1024))
				}
			}()
			addr := ma.StringCast("/ip4/127.0.0.1/tcp/" + l.Addr().String()[len("127.0.0.1:"):] + "/ws")
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, err := newDialer(t).Dial(ctx, addr, id); err == nil {
				t.Error("Dial gave no error")
			}
			select {
			case <-closed:
			case <-time.After(10 * time.Second):
				t.Error("the connection was not closed")
			}
		})
	}
}

func TestWebSocketURL(t *testing.T) {
	for _, test := range []struct{ addr, want string }{
		{"/ip4/1.2.3.4/tcp/80/ws", "ws://1.2.3.4:80"},
		{"/ip6/::1/tcp/80/ws", "ws://[::1]:80"},
		{"/dns4/example.com/tcp/443/wss", "wss://example.com:443"},
		{"/dns6/example.com/tcp/443/tls/ws", "wss://example.com:443"},
		{"/dns/example.com/tcp/443/tls/ws", "wss://example.com:443"},
		{"/ip4/1.2.3.4/tcp/443/tls/sni/example.com/ws", "wss://example.com:443"},
		{"/ip4/1.2.3.4/tcp/80", ""},
		{"/ip4/1.2.3.4/tcp/80/tls", ""},
		{"/ip4/1.2.3.4/tcp/80/tls/wss", ""},
		{"/ip4/1.2.3.4/udp/80/quic-v1", ""},
		{"/ip4/1.2.3.4/udp/80/quic-v1/webtransport", ""},
		{"/ip4/1.2.3.4/udp/80/webrtc-direct", ""},
		{"/ip4/1.2.3.4/tcp/80/ws/p2p-circuit", ""},
		{"/dnsaddr/example.com", ""},
		{"/dnsaddr/example.com/tcp/80/ws", ""},
		{"/unix/a", ""},
	} {
		got, err := wsURL(ma.StringCast(test.addr))
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q, %v; want %q", test.addr, got, err, test.want)
		}
	}
	if _, err := wsURL(nil); !errors.Is(err, errNoWebSocket) {
		t.Errorf("no address: got error %v", err)
	}
}

// Where what is not encrypted is refused, it is said so before a dial.
func TestWebSocketsSecureOnly(t *testing.T) {
	dialer := &webSockets{secureOnly: true}
	for addr, want := range map[string]bool{
		"/dns4/example.com/tcp/80/ws":       false,
		"/ip4/1.2.3.4/tcp/80/ws":            false,
		"/dns4/example.com/tcp/443/wss":     true,
		"/dns4/example.com/tcp/443/tls/ws":  true,
		"/ip4/127.0.0.1/tcp/80/ws":          true,
		"/ip6/::1/tcp/80/ws":                true,
		"/dns4/localhost/tcp/80/ws":         true,
		"/dns4/localhost.evil.com/tcp/1/ws": false,
	} {
		if got := dialer.CanDial(ma.StringCast(addr)); got != want {
			t.Errorf("CanDial(%s) = %v; want %v", addr, got, want)
		}
	}
}
