package node

import (
	"context"
	"slices"
	"strings"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// SwarmConnect connects to a peer.
func (n *Node) SwarmConnect(ctx context.Context, addr string) error {
	if n.net == nil {
		return errOffline
	}
	ctx, end := n.begin(ctx)
	defer end()
	info, err := n.net.ParseDialable(addr)
	if err != nil {
		return err
	}
	return n.dial(ctx, info)
}

// dial makes sure of a connection to a peer.
func (n *Node) dial(ctx context.Context, info peer.AddrInfo) error {
	err := n.net.Connect(ctx, info)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return nodeapi.Errorf(nodeapi.CodeDialFailed, map[string]any{"peer": info.ID.String()},
		"cannot reach %s: %w", info.ID, err)
}

// SwarmDisconnect closes the connections to a peer or, with an address, those
// over that address. A peer that the configuration names is connected again.
func (n *Node) SwarmDisconnect(ctx context.Context, addr string) error {
	if n.net == nil {
		return errOffline
	}
	_, end := n.begin(ctx)
	defer end()
	info, err := p2p.ParsePeer(addr)
	if err != nil {
		return err
	}
	conns := slices.DeleteFunc(n.net.Host().Network().ConnsToPeer(info.ID), func(c network.Conn) bool {
		return len(info.Addrs) > 0 && !info.Addrs[0].Equal(c.RemoteMultiaddr())
	})
	if len(conns) == 0 {
		return notConnected(addr, info.ID)
	}
	for _, c := range conns {
		_ = c.Close() // it is closed, whatever the other side made of it
	}
	return nil
}

func notConnected(addr string, id peer.ID) error {
	return nodeapi.Errorf(nodeapi.CodeNotConnected, map[string]any{"peer": id.String()}, "not connected to %s", addr)
}

// SwarmPeers returns all connections, by peer.
func (n *Node) SwarmPeers(ctx context.Context, req nodeapi.SwarmPeersRequest) ([]nodeapi.SwarmPeer, error) {
	if n.net == nil {
		return nil, errOffline
	}
	_, end := n.begin(ctx)
	defer end()
	peers := []nodeapi.SwarmPeer{}
	for _, c := range n.net.Host().Network().Conns() {
		p := n.swarmPeer(c)
		if req.Identify {
			id := n.identified(c.RemotePeer())
			p.Identify = &id
		}
		peers = append(peers, p)
	}
	slices.SortFunc(peers, func(a, b nodeapi.SwarmPeer) int {
		return strings.Compare(a.Peer+a.Addr, b.Peer+b.Addr)
	})
	return peers, nil
}

func (n *Node) swarmPeer(c network.Conn) nodeapi.SwarmPeer {
	p := nodeapi.SwarmPeer{
		Peer:      c.RemotePeer().String(),
		Addr:      c.RemoteMultiaddr().String(),
		Direction: nodeapi.DirectionOutbound,
		Muxer:     string(c.ConnState().StreamMultiplexer),
		Latency:   int64(n.net.Host().Peerstore().LatencyEWMA(c.RemotePeer())),
		Limited:   p2p.IsLimited(c),
	}
	if c.Stat().Direction == network.DirInbound {
		p.Direction = nodeapi.DirectionInbound
	}
	for _, s := range c.GetStreams() {
		if s.Protocol() != "" { // else it is being agreed on
			p.Streams = append(p.Streams, string(s.Protocol()))
		}
	}
	slices.Sort(p.Streams)
	return p
}

// SwarmAddrs returns the addresses that are known of other peers.
func (n *Node) SwarmAddrs(ctx context.Context) ([]nodeapi.PeerAddrs, error) {
	if n.net == nil {
		return nil, errOffline
	}
	_, end := n.begin(ctx)
	defer end()
	book := n.net.Host().Peerstore()
	known := []nodeapi.PeerAddrs{}
	for _, id := range book.PeersWithAddrs() {
		addrs := addrStrings(book.Addrs(id))
		if id != n.id && len(addrs) > 0 {
			known = append(known, nodeapi.PeerAddrs{ID: id.String(), Addrs: addrs})
		}
	}
	slices.SortFunc(known, func(a, b nodeapi.PeerAddrs) int { return strings.Compare(a.ID, b.ID) })
	return known, nil
}

// SwarmLocalAddrs returns the ways to this node, without its id.
func (n *Node) SwarmLocalAddrs(ctx context.Context) ([]string, error) {
	if n.net == nil {
		return nil, errOffline
	}
	_, end := n.begin(ctx)
	defer end()
	return addrStrings(n.net.Host().Addrs()), nil
}
