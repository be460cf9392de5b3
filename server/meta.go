package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func id(ctx context.Context, b Backend, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.IDRequest](call)
	if err != nil {
		return nil, err
	}
	if req.Peer == "" {
		return b.ID(ctx)
	}
	if err := checkPeer(req.Peer); err != nil {
		return nil, err
	}
	own, err := b.ID(ctx)
	if err != nil || own.ID == req.Peer {
		return own, err
	}
	if _, ok := b.(*guarded); ok {
		return nil, notGranted(call.Method, "", " of a peer")
	}
	swarm, ok := b.(Swarm)
	if !ok {
		return nil, notSupported(call.Method + " of a peer")
	}
	return swarm.Identify(ctx, req.Peer)
}

func version(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.Version(ctx)
}

func isOnline(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.IsOnline(ctx)
}

func configGetAll(_ context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.Config(), nil
}
