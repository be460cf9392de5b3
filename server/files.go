package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func add(ctx context.Context, b Files, call *messageport.ServerCall) (any, error) {
	opts, err := decode[nodeapi.AddOptions](call)
	if err != nil {
		return nil, err
	}
	if err := checkName("pinName", opts.PinName); err != nil {
		return nil, err
	}
	return sendItems(call, b.Add(ctx, receiveEntries(call), opts))
}

func cat(ctx context.Context, b Files, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.CatRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	r, err := b.Cat(within(ctx, req.Offline), req)
	if err != nil {
		return nil, err
	}
	if in, ok := r.(InDatabase); ok && req.Leaves {
		return sendLeaves(ctx, call, in)
	}
	return sendBytes(call, r)
}

// sendLeaves tells where the bytes are to be read, and waits until they were.
func sendLeaves(ctx context.Context, call *messageport.ServerCall, r InDatabase) (any, error) {
	defer r.Close()
	if err := call.WriteItem(r.Leaves()); err != nil {
		return nil, err
	}
	call.Lasts()
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func get(ctx context.Context, b Files, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.GetRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	r, err := b.Get(within(ctx, req.Offline), req)
	if err != nil {
		return nil, err
	}
	return sendBytes(call, r)
}

func list(ctx context.Context, b Files, call *messageport.ServerCall) (any, error) {
	ctx, path, err := decodePath(ctx, call)
	if err != nil {
		return nil, err
	}
	return sendItems(call, b.List(ctx, path))
}
