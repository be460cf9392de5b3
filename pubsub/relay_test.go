//go:build !js

package pubsub

import (
	"fmt"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"
)

// relayed returns two nodes whose only connection is one through a relay, which
// knows nothing of pubsub. They may listen for others as well.
func relayed(t *testing.T, listen ...libp2p.Option) (a, b *PubSub) {
	t.Helper()
	middle := newHost(t)
	service, err := relay.New(middle)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	behind := func() *PubSub {
		return newPubSub(t, Config{Host: newHost(t, append(listen, libp2p.EnableRelay())...)})
	}
	a, b = behind(), behind()
	connect(t, a.Host(), middle)
	connect(t, b.Host(), middle)
	if _, err := client.Reserve(t.Context(), b.Host(), peer.AddrInfo{ID: middle.ID(), Addrs: middle.Addrs()}); err != nil {
		t.Fatal(err)
	}
	circuit := ma.StringCast(fmt.Sprintf("/p2p/%s/p2p-circuit", middle.ID()))
	to := peer.AddrInfo{ID: b.Host().ID(), Addrs: []ma.Multiaddr{circuit}}
	if err := a.Host().Connect(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if got := a.Host().Network().Connectedness(to.ID); got != network.Limited {
		t.Fatalf("got connectedness %v; want limited", got)
	}
	return a, b
}

func TestThroughARelay(t *testing.T) {
	t.Parallel()
	a, b := relayed(t, libp2p.NoListenAddrs)
	atA, atB := subscribe(t, a, "x", SubscribeOptions{}), subscribe(t, b, "x", SubscribeOptions{})
	meet(t, "x", a, b)
	publish(t, a, "x", "from a")
	nextData(t, atA, "from a")
	nextData(t, atB, "from a")
	publish(t, b, "x", "from b")
	nextData(t, atA, "from b")
	nextData(t, atB, "from b")
}
