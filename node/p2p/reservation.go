package p2p

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	ma "github.com/multiformats/go-multiaddr"
)

// maxRelayedAddrs bounds the ways to this host that one relay gives.
const maxRelayedAddrs = 8

// shortestRenewal is the least time between two renewals, whatever the relay
// says.
const shortestRenewal = time.Second

// reservation is a place on a relay.
type reservation struct {
	renewal time.Time // when to renew it; zero if there is none
}

// renew makes or renews the reservation if that is due, and returns how long it
// will do.
func (r *reservation) renew(ctx context.Context, p *kept, addrs []ma.Multiaddr) (time.Duration, error) {
	if rest := time.Until(r.renewal); rest > 0 {
		return rest, nil
	}
	made, err := client.Reserve(ctx, p.k.net.host, peer.AddrInfo{ID: p.id})
	if err != nil {
		r.lost(p)
		return 0, fmt.Errorf("p2p: a reservation on %s: %w", p.id, err)
	}
	if err := p.k.net.host.setRelayed(p.id, waysThrough(p.id, append(addrs[:len(addrs):len(addrs)], made.Addrs...))); err != nil {
		return 0, err
	}
	rest := max(time.Until(made.Expiration)*2/3, shortestRenewal)
	r.renewal = time.Now().Add(rest)
	return rest, nil
}

// lost takes note that there is none any more.
func (r *reservation) lost(p *kept) {
	r.renewal = time.Time{}
	if err := p.k.net.host.setRelayed(p.id, nil); err != nil {
		p.k.net.cfg.Logger.Warn("announcing the addresses", "err", err)
	}
}

// waysThrough makes addresses of a relay into ways through it.
func waysThrough(relay peer.ID, addrs []ma.Multiaddr) []ma.Multiaddr {
	end := ma.StringCast("/p2p/" + relay.String() + "/p2p-circuit")
	var ways []ma.Multiaddr
	for _, a := range addrs {
		if _, circuit := splitCircuit(a); circuit != nil {
			continue
		}
		if id, _ := peer.IDFromP2PAddr(a); id != "" {
			a, _ = ma.SplitLast(a)
		}
		if len(a) > 0 {
			ways = append(ways, a.Encapsulate(end))
		}
	}
	ways = ma.Unique(ways)
	return ways[:min(len(ways), maxRelayedAddrs)]
}
