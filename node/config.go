package node

import (
	"context"
	"errors"
	"log/slog"

	"github.com/ipfs/boxo/blockstore"
	ds "github.com/ipfs/go-datastore"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/pubsub"
)

// Config says what a Node is made of.
type Config struct {
	// Blockstore holds the blocks. Required. The node finds out by type assertion
	// what more it can do, see store. The node does not close it.
	Blockstore blockstore.Blockstore
	// Datastore holds identity, pins and the repo's version. Required. The node
	// does not close it.
	Datastore ds.Batching

	// FullError and ClosedError are what errors of the two match, by errors.Is,
	// when there is no room left or when they were closed. They become
	// nodeapi.CodeStorageFull and nodeapi.CodeStorageClosed. Optional.
	FullError, ClosedError error

	// RepoName is what RepoStat gives as the repo's path.
	RepoName string
	// Durability is what Config tells of it; keeping it is the stores' part.
	Durability string
	// StorageMax is the most bytes of blocks that the repo may hold; 0 for no
	// limit.
	StorageMax uint64
	// StorageGCWatermark is the share of StorageMax, or without one of what Estimate
	// says the origin may use, in percent, at which garbage is collected by itself;
	// 0 for never.
	StorageGCWatermark uint64
	// Estimate returns the bytes that the origin uses and may use. Optional.
	Estimate func(ctx context.Context) (usage, quota uint64, err error)

	// Network is nodeapi.NetworkOn or nodeapi.NetworkOffline, the default: the node
	// then neither dials nor listens, and nothing below has an effect.
	Network string
	// Bootstrap, Relays, Swarm, LowWater, HighWater and DNS are those of
	// nodeapi.Config. Natively Swarm may have any address of TCP, WebSocket, QUIC
	// and WebTransport, and without DNS the system's resolver is asked.
	Bootstrap, Relays, Swarm []string
	LowWater, HighWater      uint64
	DNS                      string
	// DelegatedRouters and Gateways have the servers to ask, as in nodeapi.Config.
	DelegatedRouters, Gateways []string
	// Topics has the pubsub topics that may be used, as in nodeapi.Config.
	Topics []string
	// Validators judge the messages of topics, as in pubsub.Config.
	Validators map[string]pubsub.Validator
	// RelayService makes the node a circuit relay for others. Only natively.
	RelayService bool
	// DialOnly leaves the node the transports that browsers have. For tests.
	DialOnly bool

	// Version and Commit are those of the program. Default "dev" and "".
	Version, Commit string
	// Hasher hashes blocks. Default: the fastest that the platform has.
	Hasher Hasher
	// Logger takes what no caller can be told. Default: nothing is logged.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Blockstore == nil || c.Datastore == nil {
		return c, errors.New("node: Config needs a Blockstore and a Datastore")
	}
	switch c.Network {
	case "":
		c.Network = nodeapi.NetworkOffline
	case nodeapi.NetworkOn, nodeapi.NetworkOffline:
	default:
		return c, invalidOption("network", c.Network, "network is %q or %q, not %q",
			nodeapi.NetworkOn, nodeapi.NetworkOffline, c.Network)
	}
	if c.StorageGCWatermark > 100 {
		return c, invalidOption("storageGCWatermark", c.StorageGCWatermark, "a watermark of %d percent", c.StorageGCWatermark)
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Config returns the configuration in force, as clients are told it. Its lists
// have grown with what Extend added.
func (n *Node) Config() nodeapi.Config {
	cfg := nodeapi.Config{
		Durability:         n.cfg.Durability,
		StorageMax:         n.cfg.StorageMax,
		StorageGCWatermark: n.cfg.StorageGCWatermark,
		Network:            n.cfg.Network,
	}
	if n.net == nil {
		return cfg
	}
	running := n.net.Config()
	cfg.Bootstrap, cfg.Relays, cfg.Swarm = running.Bootstrap, running.Relays, running.Listen
	cfg.LowWater, cfg.HighWater = uint64(running.LowWater), uint64(running.HighWater)
	cfg.DNS = running.DNS
	cfg.Topics = n.pubsub.Allowed()
	cfg.DelegatedRouters = n.routers.urls()
	cfg.Gateways = n.gateways.urls()
	return cfg
}
