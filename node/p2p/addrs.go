package p2p

import (
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// ParsePeer reads a multiaddr that ends in "/p2p/<peer id>". The AddrInfo has no
// address if that is all there is.
func ParsePeer(text string) (peer.AddrInfo, error) {
	addr, err := parse(text)
	if err != nil {
		return peer.AddrInfo{}, err
	}
	info, err := peer.AddrInfoFromP2pAddr(addr)
	if err != nil {
		return peer.AddrInfo{}, invalidAddress(text, "it does not end in /p2p/<peer id>")
	}
	return *info, nil
}

func parse(text string) (ma.Multiaddr, error) {
	addr, err := ma.NewMultiaddr(text)
	if err != nil {
		return nil, invalidAddress(text, err.Error())
	}
	return addr, nil
}

// parsePeers reads addresses of peers that must all be dialable.
func (n *Network) parsePeers(texts []string) ([]peer.AddrInfo, error) {
	infos := make([]peer.AddrInfo, 0, len(texts))
	for _, text := range texts {
		info, err := n.ParseDialable(text)
		if err != nil {
			return nil, err
		}
		if len(info.Addrs) == 0 {
			return nil, invalidAddress(text, "it names a peer but no way to it")
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// ParseDialable is ParsePeer for an address that is about to be dialled: one
// that no transport here could dial is an error.
func (n *Network) ParseDialable(text string) (peer.AddrInfo, error) {
	info, err := ParsePeer(text)
	if err != nil {
		return info, err
	}
	for _, addr := range info.Addrs {
		if !n.dialable(addr) {
			return info, undialable(text)
		}
	}
	return info, nil
}

// dialable reports whether there is a transport for addr and, if that is a
// circuit, one for the way to its relay.
func (n *Network) dialable(addr ma.Multiaddr) bool {
	relay, circuit := splitCircuit(addr)
	if circuit == nil {
		return isDNSAddr(addr) || n.swarm.TransportForDialing(addr) != nil
	}
	info, err := peer.AddrInfoFromP2pAddr(relay)
	if err != nil {
		return false
	}
	for _, addr := range info.Addrs {
		if _, nested := splitCircuit(addr); nested != nil || !n.dialable(addr) {
			return false
		}
	}
	return true
}

// splitCircuit splits an address into that of the relay and what begins with
// "/p2p-circuit", nil where there is none.
func splitCircuit(addr ma.Multiaddr) (relay, circuit ma.Multiaddr) {
	return ma.SplitFunc(addr, func(c ma.Component) bool { return c.Protocol().Code == ma.P_CIRCUIT })
}

func isDNSAddr(addr ma.Multiaddr) bool {
	return len(addr) > 0 && addr[0].Protocol().Code == ma.P_DNSADDR
}

func invalidAddress(text, why string) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidAddress, map[string]any{"value": text}, "the address %q: %s", text, why)
}

func undialable(text string) error {
	return nodeapi.Errorf(nodeapi.CodeUndialableAddress, map[string]any{"value": text},
		"the address %q cannot be dialled: %s", text, dialableHere)
}

// ParseID reads a peer's id, in base58 or as a CID.
func ParseID(text string) (peer.AddrInfo, error) {
	id, err := peer.Decode(text)
	if err != nil {
		return peer.AddrInfo{}, nodeapi.Errorf(nodeapi.CodeInvalidPeerID, map[string]any{"value": text},
			"%q is not a peer id: %w", text, err)
	}
	return peer.AddrInfo{ID: id}, nil
}
