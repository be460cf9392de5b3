package pubsub

import (
	"context"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// gossipHost is the host as gossipsub is to see it. To gossipsub a peer that is
// reached through a relay alone is not connected: such connections are
// "limited", and it asks for connectedness without limits and opens streams
// that allow for none. Two browsers have no other connection to each other, so
// here a limited connection counts as a connection.
type gossipHost struct {
	host.Host
}

func (h gossipHost) Network() network.Network {
	return gossipNetwork{h.Host.Network()}
}

func (h gossipHost) NewStream(ctx context.Context, p peer.ID, protocols ...protocol.ID) (network.Stream, error) {
	return h.Host.NewStream(network.WithAllowLimitedConn(ctx, "pubsub"), p, protocols...)
}

type gossipNetwork struct {
	network.Network
}

func (n gossipNetwork) Connectedness(p peer.ID) network.Connectedness {
	c := n.Network.Connectedness(p)
	if c == network.Limited {
		return network.Connected
	}
	return c
}
