package node

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

func (n *Node) agentVersion() string { return "sharednode/" + n.cfg.Version }

// ID returns the node's identity, the ways to it and the protocols that it
// speaks.
func (n *Node) ID(context.Context) (nodeapi.ID, error) {
	public, err := crypto.MarshalPublicKey(n.key.GetPublic())
	if err != nil {
		return nodeapi.ID{}, fmt.Errorf("node: encoding the public key: %w", err)
	}
	id := nodeapi.ID{
		ID:              n.id.String(),
		PublicKey:       crypto.ConfigEncodeKey(public),
		Addresses:       []string{},
		AgentVersion:    n.agentVersion(),
		ProtocolVersion: p2p.ProtocolVersion,
		Protocols:       []string{},
	}
	if n.net == nil {
		return id, nil
	}
	for _, addr := range n.net.Host().Addrs() {
		id.Addresses = append(id.Addresses, addr.String()+"/p2p/"+id.ID)
	}
	for _, protocol := range n.net.Host().Mux().Protocols() {
		id.Protocols = append(id.Protocols, string(protocol))
	}
	return id, nil
}

func addrStrings(addrs []ma.Multiaddr) []string {
	texts := make([]string, len(addrs))
	for i, a := range addrs {
		texts[i] = a.String()
	}
	return texts
}
