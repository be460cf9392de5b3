package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func swarmConnect(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	addr, err := decodeAddr(call)
	if err != nil {
		return nil, err
	}
	return nil, b.SwarmConnect(ctx, addr)
}

func swarmDisconnect(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	addr, err := decodeAddr(call)
	if err != nil {
		return nil, err
	}
	return nil, b.SwarmDisconnect(ctx, addr)
}

func decodeAddr(call *messageport.ServerCall) (string, error) {
	req, err := decode[nodeapi.AddrRequest](call)
	if err != nil {
		return "", err
	}
	return req.Addr, checkAddr(req.Addr)
}

func swarmPeers(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.SwarmPeersRequest](call)
	if err != nil {
		return nil, err
	}
	peers, err := b.SwarmPeers(ctx, req)
	if err != nil {
		return nil, err
	}
	return sendAll(call, peers)
}

func swarmAddrs(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	peers, err := b.SwarmAddrs(ctx)
	if err != nil {
		return nil, err
	}
	return sendAll(call, peers)
}

func swarmLocalAddrs(ctx context.Context, b Swarm, _ *messageport.ServerCall) (any, error) {
	addrs, err := b.SwarmLocalAddrs(ctx)
	return nodeapi.AddrList{Addrs: addrs}, err
}

func swarmEvents(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	return sendItems(call, b.SwarmEvents(ctx))
}

func ping(ctx context.Context, b Swarm, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PingRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(req.Peer); err != nil {
		return nil, err
	}
	return sendItems(call, b.Ping(ctx, req))
}

// sendAll sends a list as items.
func sendAll[T any](call *messageport.ServerCall, items []T) (any, error) {
	for _, item := range items {
		if err := call.WriteItem(item); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
