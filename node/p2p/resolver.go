package p2p

import (
	"context"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"
	madns "github.com/multiformats/go-multiaddr-dns"
)

// newResolver returns what turns names in addresses into addresses.
func (n *Network) newResolver() network.MultiaddrDNSResolver {
	names := swarm.ResolverFromMaDNS{Resolver: madns.DefaultResolver}
	if !canListen || n.cfg.DialOnly {
		return leaveNames{names}
	}
	return names
}

// leaveNames resolves "/dnsaddr" alone. Other names are dialled as they are.
type leaveNames struct{ swarm.ResolverFromMaDNS }

// ResolveDNSComponent returns the address as it is.
func (leaveNames) ResolveDNSComponent(_ context.Context, addr ma.Multiaddr, _ int) ([]ma.Multiaddr, error) {
	return []ma.Multiaddr{addr}, nil
}
