package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func namePublish(ctx context.Context, b IPNS, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.NamePublishRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Value); err != nil {
		return nil, err
	}
	if err := checkName("key", req.Key); err != nil {
		return nil, err
	}
	return b.NamePublish(ctx, req)
}

func nameResolve(ctx context.Context, b IPNS, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.NameResolveRequest](call)
	if err != nil {
		return nil, err
	}
	if req.Name != "" {
		if err := checkText(nodeapi.CodeInvalidName, "name", req.Name, maxPath); err != nil {
			return nil, err
		}
	}
	return sendItems(call, b.NameResolve(within(ctx, req.Offline), req))
}
