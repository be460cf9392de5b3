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
	reserved := 0
	err = limits.ViewSystem(func(s network.ResourceScope) error {
		for {
			if err := s.ReserveMemory(1<<20, network.ReservationPriorityAlways); err != nil {
				return err
			}
			reserved++
		}
	})
	if err == nil || reserved > dialOnlyMemory>>20 {
		t.Errorf("reserved %d MiB, error %v; want no more than %d", reserved, err, dialOnlyMemory>>20)
	}
}
