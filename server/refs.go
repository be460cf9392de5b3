package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxPaths is the most paths of a request that walks what is under each.
const maxPaths = 256

// maxFormat bounds the text that is told for each of the links of a DAG.
const maxFormat = 1 << 10

func checkPaths(paths []string) error {
	if len(paths) == 0 || len(paths) > maxPaths {
		return nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": brief(paths)},
			"%d paths; want 1 to %d", len(paths), maxPaths)
	}
	for _, path := range paths {
		if err := checkPath(path); err != nil {
			return err
		}
	}
	return nil
}

func dagStat(ctx context.Context, b References, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.DAGStatRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPaths(req.Paths); err != nil {
		return nil, err
	}
	return b.DAGStat(within(ctx, req.Offline), req.Paths)
}

func refs(ctx context.Context, b References, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RefsRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPaths(req.Paths); err != nil {
		return nil, err
	}
	if len(req.Format) > maxFormat {
		return nil, invalidOption("format", req.Format, "has %d bytes; the most is %d", len(req.Format), maxFormat)
	}
	return sendItems(call, b.Refs(within(ctx, req.Offline), req))
}

func refsLocal(ctx context.Context, b References, call *messageport.ServerCall) (any, error) {
	for c, err := range b.RefsLocal(ctx) {
		if err != nil {
			return nil, err
		}
		if err := call.WriteItem(nodeapi.CIDResult{Cid: c}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
