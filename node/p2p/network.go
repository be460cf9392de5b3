package p2p

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	madns "github.com/multiformats/go-multiaddr-dns"
)

// Network is a running host and what keeps it connected. Its methods may be
// called concurrently.
type Network struct {
	cfg      Config
	limits   network.ResourceManager
	upgrader transport.Upgrader
	swarm    *swarm.Swarm
	dns      *madns.Resolver
	host     *peerHost
	keeper   *keeper
	closers  []func() error // called last to first

	bandwidth *bandwidth

	mu    sync.Mutex // guards following
	lists Lists      // in force
}

// New starts a Network. It returns before any peer is connected. An address in
// cfg that cannot be used is an error.
func New(ctx context.Context, cfg Config) (*Network, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	n := &Network{cfg: cfg, bandwidth: newBandwidth()}
	if err := n.start(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Network) start(ctx context.Context) error {
	if err := n.newHost(); err != nil {
		return err
	}
	n.keeper = newKeeper(n)
	n.onClose(n.keeper.close)
	return n.Extend(ctx, n.cfg.Lists)
}

// Host returns the host, which Close closes.
func (n *Network) Host() host.Host { return n.host }

// Online reports whether the device is, as far as the platform tells.
func (n *Network) Online() bool { return n.keeper.online.isOnline() }

// Config returns the configuration in force, with what Extend added.
func (n *Network) Config() Config {
	n.mu.Lock()
	defer n.mu.Unlock()
	cfg := n.cfg
	cfg.Lists = Lists{
		Bootstrap: slices.Clone(n.lists.Bootstrap),
		Relays:    slices.Clone(n.lists.Relays),
		Listen:    slices.Clone(n.lists.Listen),
	}
	return cfg
}

// onClose has f called by Close, before all that was given to it earlier.
func (n *Network) onClose(f func() error) { n.closers = append(n.closers, f) }

// Close ends all connections. It is the last call.
func (n *Network) Close() error {
	var errs []error
	for _, f := range slices.Backward(n.closers) {
		errs = append(errs, f())
	}
	n.closers = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("p2p: closing: %w", err)
	}
	return nil
}
