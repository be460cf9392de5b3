package client

import (
	"context"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Repo is the group of the repo.
type Repo struct{ c *Client }

// Repo returns the group of the repo.
func (c *Client) Repo() Repo { return Repo{c} }

// Stat returns what the repo holds and may hold.
func (r Repo) Stat(ctx context.Context) (nodeapi.RepoStat, error) {
	return invoke[nodeapi.RepoStat](ctx, r.c, nodeapi.MethodRepoStat, nil)
}

// Version returns the repo's schema version.
func (r Repo) Version(ctx context.Context) (uint64, error) {
	return invoke[uint64](ctx, r.c, nodeapi.MethodRepoVersion, nil)
}

// GC removes blocks that nothing holds, and yields each unless opts.Quiet, or why
// it is still there.
func (r Repo) GC(ctx context.Context, opts nodeapi.RepoGCRequest) iter.Seq2[nodeapi.CIDOutcome, error] {
	return list[nodeapi.CIDOutcome](ctx, r.c, nodeapi.MethodRepoGC, opts)
}

// Verify looks at every block. It calls bad, which may be nil, for each that is
// not what its key says, and stops with bad's error.
func (r Repo) Verify(ctx context.Context, bad func(nodeapi.CIDOutcome) error) (nodeapi.RepoVerified, error) {
	var verified nodeapi.RepoVerified
	call, err := r.c.conn.Call(ctx, nodeapi.MethodRepoVerify, nil, messageport.CallOptions{})
	if err != nil {
		return verified, publicError(err)
	}
	defer call.Cancel(nil)
	if bad != nil {
		if err := receive(call, bad); err != nil {
			return verified, publicError(err)
		}
	}
	return verified, publicError(call.Result(&verified))
}
