package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func bootstrapList(ctx context.Context, b Bootstrap, _ *messageport.ServerCall) (any, error) {
	return addrList(b.BootstrapList(ctx))
}

// changeBootstrap makes a method of one that changes the list, and has all
// sessions told of the configuration that comes of it.
func changeBootstrap(change func(context.Context, Bootstrap, *messageport.ServerCall) ([]string, error)) method {
	return serveIn(func(ctx context.Context, s *session, b Bootstrap, call *messageport.ServerCall) (any, error) {
		defer s.server.configChanged.Tell()
		return addrList(change(ctx, b, call))
	})
}

func bootstrapAdd(ctx context.Context, b Bootstrap, call *messageport.ServerCall) ([]string, error) {
	addr, err := decodeAddr(call)
	if err != nil {
		return nil, err
	}
	return b.BootstrapAdd(ctx, addr)
}

func bootstrapRemove(ctx context.Context, b Bootstrap, call *messageport.ServerCall) ([]string, error) {
	addr, err := decodeAddr(call)
	if err != nil {
		return nil, err
	}
	return b.BootstrapRemove(ctx, addr)
}

func bootstrapClear(ctx context.Context, b Bootstrap, _ *messageport.ServerCall) ([]string, error) {
	return b.BootstrapClear(ctx)
}

func bootstrapReset(ctx context.Context, b Bootstrap, _ *messageport.ServerCall) ([]string, error) {
	return b.BootstrapReset(ctx)
}

// addrList is the result that a list of addresses makes, an empty one for none.
func addrList(addrs []string, err error) (any, error) {
	if addrs == nil {
		addrs = []string{}
	}
	return nodeapi.AddrList{Addrs: addrs}, err
}
