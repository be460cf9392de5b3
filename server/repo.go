package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func repoStat(ctx context.Context, b Repo, _ *messageport.ServerCall) (any, error) {
	return b.RepoStat(ctx)
}

func repoVersion(ctx context.Context, b Repo, _ *messageport.ServerCall) (any, error) {
	return b.RepoVersion(ctx)
}

func repoGC(ctx context.Context, b Repo, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RepoGCRequest](call)
	if err != nil {
		return nil, err
	}
	for outcome, err := range b.RepoGC(ctx) {
		if err != nil {
			return nil, err
		}
		if req.Quiet && outcome.Code == "" {
			continue
		}
		if err := call.WriteItem(outcome); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func repoVerify(ctx context.Context, b Repo, call *messageport.ServerCall) (any, error) {
	return b.RepoVerify(ctx, func(bad nodeapi.CIDOutcome) error { return call.WriteItem(bad) })
}
