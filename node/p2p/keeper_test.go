//go:build !js

package p2p_test

import (
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/node/p2p"
)

// relayConfig is that of a relay which comes back under the same address.
func relayConfig(t testing.TB) p2p.Config {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().String()[len("127.0.0.1:"):]
	return p2p.Config{
		Key:          newKey(t),
		RelayService: true,
		Lists:        p2p.Lists{Listen: []string{"/ip4/127.0.0.1/tcp/" + port + "/ws"}},
	}
}

func start(t testing.TB, cfg p2p.Config) *p2p.Network {
	t.Helper()
	if cfg.Key == nil {
		cfg.Key = newKey(t)
	}
	n, err := p2p.New(t.Context(), cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return n
}

func isConnected(n *p2p.Network, to peer.ID) func() bool {
	return func() bool { return n.Host().Network().Connectedness(to) == network.Connected }
}

// A relay that goes and comes back is dialled again, and its reservation made
// again.
func TestKeptRelayComesBack(t *testing.T) {
	cfg := relayConfig(t)
	relay := start(t, cfg)
	at, id := address(t, relay, "/ws"), relay.Host().ID()
	client := newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Listen: []string{at + "/p2p-circuit"}}})
	reserved := func() bool { return len(client.Host().Addrs()) > 0 }
	eventually(t, "the reservation", reserved)
	want := at + "/p2p-circuit"
	if got := client.Host().Addrs()[0].String(); got != want {
		t.Errorf("the way to the client is %s; want %s", got, want)
	}

	if err := relay.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the reservation's end", func() bool { return !reserved() })
	relay = start(t, cfg)
	defer relay.Close()
	eventually(t, "the connection again", isConnected(client, id))
	eventually(t, "the reservation again", reserved)
	other := newNetwork(t, p2p.Config{DialOnly: true})
	connect(t, other, address(t, client, "/p2p-circuit"))
	wantEcho(t, other, client.Host().ID())
}

// A peer that was closed on purpose is connected again if it is to be kept, and
// only then.
func TestOnlyKeptPeersAreRedialled(t *testing.T) {
	kept, asked := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws")), newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	client := newNetwork(t, p2p.Config{DialOnly: true})
	connect(t, client, address(t, asked, "/ws"))
	if err := client.Extend(t.Context(), p2p.Lists{Bootstrap: []string{address(t, kept, "/ws")}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the kept peer's connection", isConnected(client, kept.Host().ID()))
	_ = client.Host().Network().ClosePeer(kept.Host().ID())
	_ = client.Host().Network().ClosePeer(asked.Host().ID())
	eventually(t, "the kept peer's connection again", isConnected(client, kept.Host().ID()))
	if isConnected(client, asked.Host().ID())() {
		t.Error("a peer that is not kept was dialled again")
	}
}

// A peer that is kept can be asked for by its id at once.
func TestKeptPeersAreKnown(t *testing.T) {
	kept := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	client := newNetwork(t, p2p.Config{DialOnly: true})
	if err := client.Extend(t.Context(), p2p.Lists{Bootstrap: []string{address(t, kept, "/ws")}}); err != nil {
		t.Fatal(err)
	}
	wantEcho(t, client, kept.Host().ID())
}

// While there is nobody, dials get rarer.
func TestBackOff(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dials := make(chan time.Time, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
			dials <- time.Now()
		}
	}()
	id := newNetwork(t, p2p.Config{}).Host().ID()
	addr := "/ip4/127.0.0.1/tcp/" + l.Addr().String()[len("127.0.0.1:"):] + "/ws/p2p/" + id.String()
	newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Bootstrap: []string{addr}}})
	first := <-dials
	time.Sleep(3 * time.Second)
	if n := len(dials); n < 1 || n > 4 {
		t.Errorf("%d more dials in the %s after the first; want 1 to 4", n, time.Since(first).Round(time.Second))
	}
}

// A host that is closed leaves nothing running, whatever state it is in.
func TestCloseLeavesNothing(t *testing.T) {
	relay := newNetwork(t, relayConfig(t))
	at := address(t, relay, "/ws")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	mute := strings.Replace(at, "/tcp/"+strings.Split(at, "/")[4], "/tcp/"+silent.Addr().String()[len("127.0.0.1:"):], 1)
	mute = mute[:strings.Index(mute, "/p2p/")] + "/p2p/" + newNetwork(t, p2p.Config{}).Host().ID().String()

	time.Sleep(100 * time.Millisecond)
	before := runtime.NumGoroutine()
	for range 5 {
		a := start(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Relays: []string{at}, Bootstrap: []string{mute}}})
		b := start(t, p2p.Config{Lists: p2p.Lists{Relays: []string{at}, Listen: []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"}}})
		eventually(t, "the reservation", func() bool { return len(a.Host().Addrs()) > 0 })
		connect(t, b, address(t, a, "/p2p-circuit"))
		for _, n := range []*p2p.Network{a, b} {
			if err := n.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	}
	eventually(t, "no goroutine more than before", func() bool { return runtime.NumGoroutine() <= before })
}

func TestConnectionManager(t *testing.T) {
	server := newNetwork(t, p2p.Config{
		LowWater: 2, HighWater: 4, TrimGrace: time.Millisecond,
		Lists: p2p.Lists{Listen: []string{"/ip4/127.0.0.1/tcp/0/ws"}},
	})
	at := address(t, server, "/ws")
	keeping := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	if err := server.Extend(t.Context(), p2p.Lists{Bootstrap: []string{address(t, keeping, "/ws")}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the kept peer", isConnected(server, keeping.Host().ID()))
	for range 8 {
		connect(t, newNetwork(t, p2p.Config{DialOnly: true}), at)
	}
	server.Host().ConnManager().TrimOpenConns(t.Context())
	eventually(t, "fewer connections", func() bool { return len(server.Host().Network().Peers()) <= 4 })
	if !isConnected(server, keeping.Host().ID())() {
		t.Error("the connection of a kept peer was closed")
	}
}

// countReservations lets all have one, and counts.
type countReservations struct{ made atomic.Int64 }

func (c *countReservations) AllowReserve(peer.ID, ma.Multiaddr) bool {
	c.made.Add(1)
	return true
}

func (c *countReservations) AllowConnect(peer.ID, ma.Multiaddr, peer.ID) bool { return true }

func TestReservationIsRenewed(t *testing.T) {
	host := newNetwork(t, listening("/ip4/127.0.0.1/tcp/0/ws"))
	var counts countReservations
	resources := relay.DefaultResources()
	resources.ReservationTTL = 3 * time.Second
	service, err := relay.New(host.Host(), relay.WithResources(resources), relay.WithACL(&counts))
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	client := newNetwork(t, p2p.Config{DialOnly: true, Lists: p2p.Lists{Relays: []string{address(t, host, "/ws")}}})
	eventually(t, "a third reservation", func() bool { return counts.made.Load() >= 3 })
	if len(client.Host().Addrs()) != 1 {
		t.Errorf("the ways to the client are %v; want one", client.Host().Addrs())
	}
}
