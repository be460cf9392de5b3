package p2p

import (
	"context"
	"errors"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multistream"
)

// Connect makes sure of a connection to a peer, at info's addresses or at those
// that are known of it. It dials at once, whatever failed before.
func (n *Network) Connect(ctx context.Context, info peer.AddrInfo) error {
	n.swarm.Backoff().Clear(info.ID)
	return n.host.Connect(ctx, info)
}

// OpenStream opens a stream to a connected peer for the first of the protocols
// that it speaks. Unlike the host's NewStream it returns only once the peer has
// agreed.
func (n *Network) OpenStream(ctx context.Context, id peer.ID, protocols ...protocol.ID) (network.Stream, error) {
	return n.host.open(network.WithNoDial(ctx, "it is connected"), id, protocols, n.host.askProtocol)
}

// IsNotSupported reports whether err is that the peer speaks none of the
// protocols asked for.
func IsNotSupported(err error) bool {
	var unsupported multistream.ErrNotSupported[protocol.ID]
	return errors.As(err, &unsupported)
}
