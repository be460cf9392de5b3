package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxRecord is the most bytes of a record, as IPNS has it.
const maxRecord = 10 << 10

func routingFindProviders(ctx context.Context, b Routing, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FindProvidersRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkCID("cid", req.Cid); err != nil {
		return nil, err
	}
	return sendItems(call, b.RoutingFindProviders(ctx, req))
}

func routingFindPeer(ctx context.Context, b Routing, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.FindPeerRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(req.Peer); err != nil {
		return nil, err
	}
	return sendItems(call, b.RoutingFindPeer(ctx, req))
}

func routingGet(ctx context.Context, b Routing, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RoutingGetRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkText(nodeapi.CodeInvalidName, "key", req.Key, maxName); err != nil {
		return nil, err
	}
	return sendItems(call, b.RoutingGet(ctx, req))
}

func routingPut(ctx context.Context, b Routing, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RoutingPutRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkText(nodeapi.CodeInvalidName, "key", req.Key, maxName); err != nil {
		return nil, err
	}
	record, err := receiveBytes(call, maxRecord, nodeapi.CodeInvalidRecord)
	if err != nil {
		return nil, err
	}
	return sendItems(call, b.RoutingPut(ctx, req, record))
}

func routingProvide(ctx context.Context, b Routing, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.ProvideRequest](call)
	if err != nil {
		return nil, err
	}
	for _, c := range req.Cids {
		if err := checkCID("cids", c); err != nil {
			return nil, err
		}
	}
	return sendItems(call, b.RoutingProvide(ctx, req))
}
