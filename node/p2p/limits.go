package p2p

import (
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
)

// What all connections and streams together may take. Of a native host the
// limits grow with its memory and its file descriptors.
const (
	dialOnlyMemory = 256 << 20 // bytes of buffers
	dialOnlyFDs    = 1024      // WebSockets count as such
)

// newLimits returns the resource manager: no peer gets more streams, memory or
// connections than its share, and all of them no more than the whole.
func newLimits(dialOnly bool) (network.ResourceManager, error) {
	limits := rcmgr.DefaultLimits.Scale(dialOnlyMemory, dialOnlyFDs)
	if canListen && !dialOnly {
		limits = rcmgr.DefaultLimits.AutoScale()
	}
	manager, err := rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(limits), rcmgr.WithMetricsDisabled())
	if err != nil {
		return nil, fmt.Errorf("p2p: the resource manager: %w", err)
	}
	return manager, nil
}

func newConnManager(cfg Config) (*connmgr.BasicConnMgr, error) {
	manager, err := connmgr.NewConnManager(cfg.LowWater, cfg.HighWater, connmgr.WithGracePeriod(cfg.TrimGrace))
	if err != nil {
		return nil, fmt.Errorf("p2p: the connection manager: %w", err)
	}
	return manager, nil
}
