package p2p

import (
	"fmt"
	"testing"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		addr                   string
		dialOnly               bool
		highWater, least, most int
	}{
		{"/dns4/example.com/tcp/443/wss", true, DefaultHighWater, 2 * DefaultHighWater, 2 * DefaultHighWater},
		{"/dns4/example.com/tcp/443/wss", true, 400, 800, 800},
		{"/ip4/1.2.3.4/tcp/443/wss", true, 400, 800, 800},
		{"/ip4/1.2.3.4/tcp/443/wss", false, 400, connsPerIP, connsPerIP},
		{"/ip4/127.0.0.1/tcp/443/wss", false, 400, 800, 10_000},
	} {
		addr := ma.StringCast(test.addr)
		limits, err := newLimits(Config{DialOnly: test.dialOnly, HighWater: test.highWater})
		if err != nil {
			t.Fatal(err)
		}
		defer limits.Close()
		dialled := 0
		for ; dialled <= test.most; dialled++ {
			scope, err := limits.OpenConnection(network.DirOutbound, true, addr)
			if err != nil {
				break
			}
			// Who it is with is known: of connections in the making fewer may be.
			if err := scope.SetPeer(peer.ID(fmt.Sprint("peer ", dialled))); err != nil {
				break
			}
		}
		if dialled < test.least || dialled > test.most {
			t.Errorf("%s, high water %d: room for %d connections; want %d to %d",
				addr, test.highWater, dialled, test.least, test.most)
		}
	}
}

// What peers make the host hold in memory has an end.
func TestMemoryLimit(t *testing.T) {
	limits, err := newLimits(Config{DialOnly: true, HighWater: DefaultHighWater})
	if err != nil {
		t.Fatal(err)
	}
	defer limits.Close()
	reserve := func(s network.ResourceScope) (mib int) {
		for s.ReserveMemory(1<<20, network.ReservationPriorityAlways) == nil {
			mib++
		}
		return mib
	}
	var ofPeer, more int
	if err := limits.ViewPeer("a", func(s network.PeerScope) error { ofPeer = reserve(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := limits.ViewSystem(func(s network.ResourceScope) error { more = reserve(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if ofPeer != dialOnlyPeerMemory>>20 || ofPeer+more != dialOnlyMemory>>20 {
		t.Errorf("a peer got %d MiB, and all others %d; want %d and what is left of %d",
			ofPeer, more, dialOnlyPeerMemory>>20, dialOnlyMemory>>20)
	}
}
