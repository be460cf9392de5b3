package client

import (
	"context"
	"iter"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Swarm is the group of connections to peers.
type Swarm struct{ c *Client }

// Swarm returns the group of connections to peers.
func (c *Client) Swarm() Swarm { return Swarm{c} }

// Connect connects the node to a peer by a multiaddr that ends in "/p2p/<peer
// id>".
func (s Swarm) Connect(ctx context.Context, addr string) error {
	return do(ctx, s.c, nodeapi.MethodSwarmConnect, nodeapi.AddrRequest{Addr: addr})
}

// Disconnect closes the connections to a peer, which "/p2p/<peer id>" names.
func (s Swarm) Disconnect(ctx context.Context, addr string) error {
	return do(ctx, s.c, nodeapi.MethodSwarmDisconnect, nodeapi.AddrRequest{Addr: addr})
}

// Peers returns the connections that there are.
func (s Swarm) Peers(ctx context.Context, opts nodeapi.SwarmPeersRequest) ([]nodeapi.SwarmPeer, error) {
	return collect[nodeapi.SwarmPeer](ctx, s.c, nodeapi.MethodSwarmPeers, opts)
}

// Addrs returns the addresses that are known of peers.
func (s Swarm) Addrs(ctx context.Context) ([]nodeapi.PeerAddrs, error) {
	return collect[nodeapi.PeerAddrs](ctx, s.c, nodeapi.MethodSwarmAddrs, nil)
}

// LocalAddrs returns the addresses under which the node can be reached.
func (s Swarm) LocalAddrs(ctx context.Context) ([]string, error) {
	result, err := invoke[nodeapi.AddrList](ctx, s.c, nodeapi.MethodSwarmLocalAddrs, nil)
	return result.Addrs, err
}

// Events yields a connect for each peer that is connected, and then each change,
// until ctx ends.
func (s Swarm) Events(ctx context.Context) iter.Seq2[nodeapi.SwarmEvent, error] {
	return list[nodeapi.SwarmEvent](ctx, s.c, nodeapi.MethodSwarmEvents, nil)
}

// PingOptions say how often a peer is pinged.
type PingOptions struct {
	Count uint64 // 10 if 0
}

// Ping measures how long the way to a peer and back takes.
func (c *Client) Ping(ctx context.Context, peer string, opts PingOptions) iter.Seq2[nodeapi.PingResult, error] {
	return list[nodeapi.PingResult](ctx, c, nodeapi.MethodPing, nodeapi.PingRequest{Peer: peer, Count: opts.Count})
}
