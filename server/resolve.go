package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxBase bounds the name of a multibase. Real ones have under twenty bytes.
const maxBase = 64

func resolve(ctx context.Context, b Resolver, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.ResolveRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPath(req.Name); err != nil {
		return nil, err
	}
	if len(req.CidBase) > maxBase {
		return nil, invalidOption("cidBase", req.CidBase, "has a name of %d bytes", len(req.CidBase))
	}
	path, err := b.Resolve(within(ctx, req.Offline), req)
	return nodeapi.ResolvedPath{Path: path}, err
}

func dns(ctx context.Context, b Domains, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.DNSRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkText(nodeapi.CodeInvalidName, "domain", req.Domain, maxName); err != nil {
		return nil, err
	}
	path, err := b.DNS(ctx, req)
	return nodeapi.ResolvedPath{Path: path}, err
}
