//go:build !js

package p2p

import (
	"crypto/rand"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
)

// tunnel forwards connections to a port until it is cut: those that are open
// then pass nothing more, but stay open. New ones pass.
type tunnel struct {
	net.Listener
	to string

	mu  sync.Mutex // guards following
	cut chan struct{}
}

func newTunnel(t *testing.T, to string) *tunnel {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	tun := &tunnel{Listener: l, to: to, cut: make(chan struct{})}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close(); _ = out.Close() })
			cut := tun.current()
			go forward(c, out, cut)
			go forward(out, c, cut)
		}
	}()
	return tun
}

func (t *tunnel) current() chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cut
}

func (t *tunnel) cutOff() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.cut)
	t.cut = make(chan struct{})
}

func forward(from, to net.Conn, cut chan struct{}) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		select {
		case <-cut:
			if err != nil {
				return
			}
			continue // swallow it
		default:
		}
		if err != nil {
			_ = to.Close()
			return
		}
		_, _ = to.Write(buf[:n])
	}
}

func newTestNetwork(t testing.TB, cfg Config) *Network {
	t.Helper()
	var err error
	if cfg.Key, _, err = crypto.GenerateEd25519Key(rand.Reader); err != nil {
		t.Fatal(err)
	}
	n, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// After a sleep a connection may be dead and look alive. It is found out, and
// the peer dialled again.
func TestWakeFindsDeadConnections(t *testing.T) {
	t.Parallel()
	server := newTestNetwork(t, Config{Lists: Lists{Listen: []string{"/ip4/127.0.0.1/tcp/0/ws"}}})
	port := strings.Split(server.Host().Addrs()[0].String(), "/")[4]
	tun := newTunnel(t, "127.0.0.1:"+port)
	addr := "/ip4/127.0.0.1/tcp/" + tun.Addr().String()[len("127.0.0.1:"):] + "/ws/p2p/" + server.Host().ID().String()
	client := newTestNetwork(t, Config{DialOnly: true, Lists: Lists{Bootstrap: []string{addr}}})
	connection := func() string {
		conns := client.Host().Network().ConnsToPeer(server.Host().ID())
		if len(conns) == 0 {
			return ""
		}
		return conns[0].ID()
	}
	wait := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after 30 seconds not yet: %s", what)
			}
		}
	}
	wait("the connection", func() bool { return connection() != "" })
	first := connection()
	client.keeper.wakeAll()
	time.Sleep(200 * time.Millisecond)
	if connection() != first {
		t.Error("a connection that answers was given up")
	}
	tun.cutOff()
	start := time.Now()
	client.keeper.wakeAll()
	wait("another connection", func() bool { return connection() != "" && connection() != first })
	if took := time.Since(start); took > 4*probeLimit {
		t.Errorf("it took %s", took)
	}
}
