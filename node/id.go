package node

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
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

// Identify returns what a peer told of itself when it was connected. If it is
// not, it is connected to, as far as an address of it is known.
func (n *Node) Identify(ctx context.Context, text string) (nodeapi.ID, error) {
	info, err := p2p.ParseID(text)
	if err != nil {
		return nodeapi.ID{}, err
	}
	if info.ID == n.id {
		return n.ID(ctx)
	}
	if n.net == nil {
		return nodeapi.ID{}, errOffline
	}
	ctx, end := n.begin(ctx)
	defer end()
	defer nodeapi.Away(ctx)()
	if err := n.dial(ctx, info); err != nil {
		return nodeapi.ID{}, err
	}
	return n.identified(info.ID), nil
}

// identified returns what is known of a peer from itself.
func (n *Node) identified(id peer.ID) nodeapi.ID {
	book := n.net.Host().Peerstore()
	told := nodeapi.ID{ID: id.String(), Addresses: addrStrings(book.Addrs(id)), Protocols: []string{}}
	for i, addr := range told.Addresses {
		told.Addresses[i] = addr + "/p2p/" + told.ID
	}
	if key := book.PubKey(id); key != nil {
		if public, err := crypto.MarshalPublicKey(key); err == nil {
			told.PublicKey = crypto.ConfigEncodeKey(public)
		}
	}
	if protocols, err := book.GetProtocols(id); err == nil {
		for _, protocol := range protocols {
			told.Protocols = append(told.Protocols, string(protocol))
		}
	}
	told.AgentVersion = metadata(book, id, "AgentVersion")
	told.ProtocolVersion = metadata(book, id, "ProtocolVersion")
	return told
}

// metadata returns a text that identify kept of a peer, "" if there is none.
func metadata(book peerstore.PeerMetadata, id peer.ID, key string) string {
	value, err := book.Get(id, key)
	if err != nil {
		return ""
	}
	text, _ := value.(string)
	return text
}

func addrStrings(addrs []ma.Multiaddr) []string {
	texts := make([]string, len(addrs))
	for i, a := range addrs {
		texts[i] = a.String()
	}
	return texts
}
