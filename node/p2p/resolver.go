package p2p

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"
	madns "github.com/multiformats/go-multiaddr-dns"
)

// newResolver returns what turns names in addresses into addresses: the system,
// or the DNS-over-HTTPS server if there is one.
func newResolver(cfg Config) (network.MultiaddrDNSResolver, error) {
	names := swarm.ResolverFromMaDNS{Resolver: madns.DefaultResolver}
	if cfg.DNS != "" {
		server, err := newDOH(cfg.DNS)
		if err != nil {
			return nil, err
		}
		if names.Resolver, err = madns.NewResolver(madns.WithDefaultResolver(server)); err != nil {
			return nil, fmt.Errorf("p2p: the resolver: %w", err)
		}
	}
	if !canListen || cfg.DialOnly {
		return leaveNames{names}, nil
	}
	return names, nil
}

// leaveNames resolves "/dnsaddr" alone. Other names are dialled as they are.
type leaveNames struct{ swarm.ResolverFromMaDNS }

// ResolveDNSComponent returns the address as it is.
func (leaveNames) ResolveDNSComponent(_ context.Context, addr ma.Multiaddr, _ int) ([]ma.Multiaddr, error) {
	return []ma.Multiaddr{addr}, nil
}
