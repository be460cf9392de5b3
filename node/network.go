package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
	"github.com/sharednode/sharednode/pubsub"
)

// errOffline is the answer to what needs a network on a node without one.
var errOffline = &nodeapi.Error{Code: nodeapi.CodeOffline, Message: "the node's network is off"}

// maxWater bounds LowWater and HighWater.
const maxWater = 1 << 16

// startNetwork brings the node online, if it is to be. The host comes first,
// then what peers may ask of it, and the peers last.
func (n *Node) startNetwork(ctx context.Context) error {
	if n.cfg.Network != nodeapi.NetworkOn {
		return nil
	}
	if n.cfg.LowWater > maxWater || n.cfg.HighWater > maxWater {
		return invalidOption("highWater", max(n.cfg.LowWater, n.cfg.HighWater), "more than %d connections", maxWater)
	}
	var err error
	n.net, err = p2p.New(ctx, p2p.Config{
		Key:          n.key,
		LowWater:     int(n.cfg.LowWater),
		HighWater:    int(n.cfg.HighWater),
		DNS:          n.cfg.DNS,
		RelayService: n.cfg.RelayService,
		DialOnly:     n.cfg.DialOnly,
		AgentVersion: n.agentVersion(),
		Logger:       n.cfg.Logger.With("logger", "p2p"),
	})
	if err != nil {
		return fmt.Errorf("node: the network: %w", err)
	}
	n.handlers = newStreamHandlers(n.net.Host())
	n.onNetworkStop(n.handlers.wait)
	n.onNetworkStop(n.net.Close)
	n.onNetworkStop(n.startExchange(n.net.Host()).close)
	if err := n.startPubSub(ctx); err != nil {
		return err
	}
	if err := n.startRooms(); err != nil {
		return err
	}
	return n.Extend(ctx, nodeapi.Config{
		Bootstrap:        n.cfg.Bootstrap,
		Relays:           n.cfg.Relays,
		Swarm:            n.cfg.Swarm,
		DelegatedRouters: n.cfg.DelegatedRouters,
		Gateways:         n.cfg.Gateways,
	})
}

// onNetworkStop has f called when the network ends, before all that was given to
// it earlier.
func (n *Node) onNetworkStop(f func() error) { n.network = append(n.network, f) }

func (n *Node) stopNetwork() error {
	var errs []error
	for _, f := range slices.Backward(n.network) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// Extend adds what a new client asks for to what runs. Only the lists of cfg are
// looked at. An entry that is wrong is an error, and then nothing is added.
// Without a network there is nothing to add to.
func (n *Node) Extend(ctx context.Context, cfg nodeapi.Config) error {
	if n.net == nil {
		return nil
	}
	if err := pubsub.CheckTopics(cfg.Topics); err != nil {
		return n.pubsubError(ctx, err, strings.Join(cfg.Topics, " "))
	}
	addRouters, err := n.routers.prepare(cfg.DelegatedRouters)
	if err != nil {
		return err
	}
	addGateways, err := n.gateways.prepare(cfg.Gateways)
	if err != nil {
		return err
	}
	if err := n.net.Extend(ctx, p2p.Lists{Bootstrap: cfg.Bootstrap, Relays: cfg.Relays, Listen: cfg.Swarm}); err != nil {
		return err
	}
	if err := n.pubsub.Allow(cfg.Topics...); err != nil {
		return err
	}
	if addRouters() {
		n.names.Wake()
	}
	n.store.exchange.gateways.Add(addGateways()...)
	return nil
}

// IsOnline reports whether the node has a network and the device is online.
func (n *Node) IsOnline(context.Context) (bool, error) {
	return n.net != nil && n.net.Online(), nil
}
