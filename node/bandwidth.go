package node

import (
	"context"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// Bandwidth counts the bytes of streams to and from peers since the node
// started: of all, or of one peer or one protocol. Of one that is not known, or no
// longer, there are none.
func (n *Node) Bandwidth(_ context.Context, peerID, proto string) (nodeapi.Bandwidth, error) {
	if n.net == nil {
		return nodeapi.Bandwidth{}, errOffline
	}
	var id peer.ID
	if peerID != "" {
		info, err := p2p.ParseID(peerID)
		if err != nil {
			return nodeapi.Bandwidth{}, err
		}
		id = info.ID
	}
	t := n.net.Traffic(id, protocol.ID(proto))
	return nodeapi.Bandwidth{
		TotalIn: t.In, TotalOut: t.Out, RateIn: uint64(t.RateIn), RateOut: uint64(t.RateOut),
	}, nil
}
