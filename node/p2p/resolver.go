package p2p

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"
	madns "github.com/multiformats/go-multiaddr-dns"
)

// newDNS returns what looks names up: the system, or the DNS-over-HTTPS server if
// there is one.
func newDNS(cfg Config) (*madns.Resolver, error) {
	if cfg.DNS == "" {
		return madns.DefaultResolver, nil
	}
	server, err := newDOH(cfg.DNS)
	if err != nil {
		return nil, err
	}
	dns, err := madns.NewResolver(madns.WithDefaultResolver(server))
	if err != nil {
		return nil, fmt.Errorf("p2p: the resolver: %w", err)
	}
	return dns, nil
}

// LookupTXT returns the TXT records of a domain, each with its parts joined.
func (n *Network) LookupTXT(ctx context.Context, domain string) ([]string, error) {
	return n.dns.LookupTXT(ctx, domain)
}

// newResolver returns what turns names in addresses into addresses.
func newResolver(cfg Config, dns *madns.Resolver) network.MultiaddrDNSResolver {
	names := swarm.ResolverFromMaDNS{Resolver: dns}
	if !canListen || cfg.DialOnly {
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
