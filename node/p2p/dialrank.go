package p2p

import (
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"
)

// relayDelay is the head start of direct ways to a peer over those through
// relays.
const relayDelay = 500 * time.Millisecond

// rankDials orders the dials of a peer's addresses. libp2p's own ranking does
// well for IP addresses, but holds back names by a second, which it expects to
// be resolved by then: in a browser they are dialled as they are.
func rankDials(addrs []ma.Multiaddr) []network.AddrDelay {
	var names, others []ma.Multiaddr
	direct := false
	for _, a := range addrs {
		_, circuit := splitCircuit(a)
		direct = direct || circuit == nil
		if circuit == nil && startsWithName(a) {
			names = append(names, a)
		} else {
			others = append(others, a)
		}
	}
	ranked := swarm.DefaultDialRanker(others)
	for i := range ranked {
		if _, circuit := splitCircuit(ranked[i].Addr); circuit != nil && direct {
			ranked[i].Delay = max(ranked[i].Delay, relayDelay)
		}
	}
	for _, a := range names {
		ranked = append(ranked, network.AddrDelay{Addr: a})
	}
	return ranked
}

func startsWithName(a ma.Multiaddr) bool {
	if len(a) == 0 {
		return false
	}
	switch a[0].Protocol().Code {
	case ma.P_DNS, ma.P_DNS4, ma.P_DNS6:
		return true
	}
	return false
}
