package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func pinAdd(ctx context.Context, b Pins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PinAddRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	if err := checkName("name", req.Name); err != nil {
		return nil, err
	}
	c, err := b.PinAdd(within(ctx, req.Offline), req)
	return nodeapi.CIDResult{Cid: c}, err
}

func pinRemove(ctx context.Context, b Pins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PinRemoveRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Path); err != nil {
		return nil, err
	}
	c, err := b.PinRemove(ctx, req)
	return nodeapi.CIDResult{Cid: c}, err
}

func pinList(ctx context.Context, b Pins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PinListRequest](call)
	if err != nil {
		return nil, err
	}
	for _, path := range req.Paths {
		if err := checkPath(path); err != nil {
			return nil, err
		}
	}
	if err := checkName("name", req.Name); err != nil {
		return nil, err
	}
	return sendItems(call, b.PinList(ctx, req))
}

func pinUpdate(ctx context.Context, b Pins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PinUpdateRequest](call)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{req.From, req.To} {
		if err := checkPath(path); err != nil {
			return nil, err
		}
	}
	cids, err := b.PinUpdate(within(ctx, req.Offline), req)
	return nodeapi.CIDList{Cids: cids}, err
}
