package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func remoteServiceAdd(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RemoteServiceAdd](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("service", req.Service); err != nil {
		return nil, err
	}
	if err := checkText(nodeapi.CodeInvalidURL, "endpoint", req.Endpoint, maxAddr); err != nil {
		return nil, err
	}
	if err := checkSecret("key", req.Key); err != nil {
		return nil, err
	}
	return nil, b.PinRemoteServiceAdd(ctx, req)
}

func remoteServiceRemove(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RemoteServiceRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkKeyName("service", req.Service); err != nil {
		return nil, err
	}
	return nil, b.PinRemoteServiceRemove(ctx, req.Service)
}

func remoteServiceList(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RemoteServiceList](call)
	if err != nil {
		return nil, err
	}
	return sendItems(call, b.PinRemoteServiceList(ctx, req.Stat))
}

func remotePinAdd(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RemotePinAdd](call)
	if err != nil {
		return nil, err
	}
	if err := checkCID("cid", req.Cid); err != nil {
		return nil, err
	}
	if err := checkKeyName("service", req.Service); err != nil {
		return nil, err
	}
	if err := checkName("name", req.Name); err != nil {
		return nil, err
	}
	for _, origin := range req.Origins {
		if err := checkAddr(origin); err != nil {
			return nil, err
		}
	}
	return b.PinRemoteAdd(ctx, req)
}

func remotePinList(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decodeRemoteQuery(call)
	if err != nil {
		return nil, err
	}
	return sendItems(call, b.PinRemoteList(ctx, req))
}

func remotePinRemove(ctx context.Context, b RemotePins, call *messageport.ServerCall) (any, error) {
	req, err := decodeRemoteQuery(call)
	if err != nil {
		return nil, err
	}
	return nil, b.PinRemoteRemove(ctx, req)
}

func decodeRemoteQuery(call *messageport.ServerCall) (nodeapi.RemotePinQuery, error) {
	req, err := decode[nodeapi.RemotePinQuery](call)
	if err != nil {
		return req, err
	}
	for _, c := range req.Cids {
		if err := checkCID("cids", c); err != nil {
			return req, err
		}
	}
	if err := checkKeyName("service", req.Service); err != nil {
		return req, err
	}
	return req, checkName("name", req.Name)
}
