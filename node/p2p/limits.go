package p2p

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/x/rate"
)

// What all connections and streams of a host in a browser may take together. The
// other limits of one peer and of one protocol are libp2p's for a small device.
// Of a native host all grow with its memory and its file descriptors.
//
// The muxer reserves 256 KiB for a stream, whatever its window: of the memory of
// one peer that is 128 streams, which hold 136 MiB at worst, all windows filled
// and nothing read, see streamWindow.
const (
	dialOnlyMemory     = 128 << 20 // bytes of buffers
	dialOnlyPeerMemory = 32 << 20  // of those, for one peer
	dialOnlyFDs        = 1024      // WebSockets count as such
)

// What a native host gives one IPv4 address, or a /56 of IPv6.
const (
	connsPerIP   = 64
	newPerSecond = 4 // connections, after a burst of twice connsPerIP
)

// newLimits returns the resource manager: no peer gets more streams, memory or
// connections than its share, and all of them no more than the whole. There is
// always room for twice the connections that the connection manager lets be.
func newLimits(cfg Config) (network.ResourceManager, error) {
	limits := rcmgr.DefaultLimits.Scale(0, dialOnlyFDs)
	var system, peer rcmgr.ResourceLimits
	if !canListen || cfg.DialOnly {
		system.Memory, peer.Memory = dialOnlyMemory, dialOnlyPeerMemory
	} else {
		limits = rcmgr.DefaultLimits.AutoScale()
	}
	if conns, has := 2*cfg.HighWater, limits.ToPartialLimitConfig().System.Conns; rcmgr.LimitVal(conns) > has {
		system.Conns = rcmgr.LimitVal(conns)
		system.ConnsInbound, system.ConnsOutbound = system.Conns, system.Conns
		system.FD = system.Conns
	}
	limits = rcmgr.PartialLimitConfig{System: system, PeerDefault: peer}.Build(limits)
	perIP, perSecond := addressLimits(cfg)
	manager, err := rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(limits), rcmgr.WithMetricsDisabled(), perIP, perSecond)
	if err != nil {
		return nil, fmt.Errorf("p2p: the resource manager: %w", err)
	}
	return manager, nil
}

// addressLimits bounds the connections, and new ones a second, of one IP
// address. libp2p's own bounds of 8 and 0.2 stand in the way of browsers: many
// share an address, all that come through a relay seem to come from the relay's,
// and to a browser, which does not resolve names, all names are one address. A
// host that only dials, and only where it was told to, needs no such bound.
func addressLimits(cfg Config) (perIP, perSecond rcmgr.Option) {
	if !canListen || cfg.DialOnly {
		return rcmgr.WithLimitPerSubnet([]rcmgr.ConnLimitPerSubnet{}, []rcmgr.ConnLimitPerSubnet{}),
			rcmgr.WithConnRateLimiters(&rate.Limiter{})
	}
	every := rate.Limit{RPS: newPerSecond, Burst: 2 * connsPerIP}
	return rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: connsPerIP}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 56, ConnCount: connsPerIP}},
		), rcmgr.WithConnRateLimiters(&rate.Limiter{
			NetworkPrefixLimits: []rate.PrefixLimit{
				{Prefix: netip.MustParsePrefix("127.0.0.0/8")}, // no limit
				{Prefix: netip.MustParsePrefix("::1/128")},
			},
			SubnetRateLimiter: rate.SubnetLimiter{
				IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: every}},
				IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 56, Limit: every}},
				GracePeriod:      time.Minute,
			},
		})
}

func newConnManager(cfg Config) (*connmgr.BasicConnMgr, error) {
	manager, err := connmgr.NewConnManager(cfg.LowWater, cfg.HighWater, connmgr.WithGracePeriod(cfg.TrimGrace))
	if err != nil {
		return nil, fmt.Errorf("p2p: the connection manager: %w", err)
	}
	return manager, nil
}
