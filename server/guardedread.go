package server

import (
	"context"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// refused is a sequence of nothing but an error.
func refused[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// Cat implements Files.
func (g *guarded) Cat(ctx context.Context, req nodeapi.CatRequest) (io.ReadCloser, error) {
	if err := g.reading(ctx, nodeapi.MethodCat, req.Path); err != nil {
		return nil, err
	}
	b, err := innerGroup[Files](g, nodeapi.MethodCat)
	if err != nil {
		return nil, err
	}
	req.Leaves = false // the database is not its
	return b.Cat(ctx, req)
}

// Get implements Files.
func (g *guarded) Get(ctx context.Context, req nodeapi.GetRequest) (io.ReadCloser, error) {
	if err := g.reading(ctx, nodeapi.MethodGet, req.Path); err != nil {
		return nil, err
	}
	b, err := innerGroup[Files](g, nodeapi.MethodGet)
	if err != nil {
		return nil, err
	}
	return b.Get(ctx, req)
}

// List implements Files.
func (g *guarded) List(ctx context.Context, path string) iter.Seq2[nodeapi.Entry, error] {
	if err := g.reading(ctx, nodeapi.MethodList, path); err != nil {
		return refused[nodeapi.Entry](err)
	}
	b, err := innerGroup[Files](g, nodeapi.MethodList)
	if err != nil {
		return refused[nodeapi.Entry](err)
	}
	return b.List(ctx, path)
}

// DAGResolve implements DAG.
func (g *guarded) DAGResolve(ctx context.Context, path string) (nodeapi.DAGResolved, error) {
	if err := g.reading(ctx, nodeapi.MethodDAGResolve, path); err != nil {
		return nodeapi.DAGResolved{}, err
	}
	b, err := innerGroup[DAG](g, nodeapi.MethodDAGResolve)
	if err != nil {
		return nodeapi.DAGResolved{}, err
	}
	return b.DAGResolve(ctx, path)
}

// DAGStat implements References.
func (g *guarded) DAGStat(ctx context.Context, paths []string) (nodeapi.DAGStat, error) {
	if err := g.reading(ctx, nodeapi.MethodDAGStat, paths...); err != nil {
		return nodeapi.DAGStat{}, err
	}
	b, err := innerGroup[References](g, nodeapi.MethodDAGStat)
	if err != nil {
		return nodeapi.DAGStat{}, err
	}
	return b.DAGStat(ctx, paths)
}

// Refs implements References.
func (g *guarded) Refs(ctx context.Context, req nodeapi.RefsRequest) iter.Seq2[nodeapi.Ref, error] {
	if err := g.reading(ctx, nodeapi.MethodRefs, req.Paths...); err != nil {
		return refused[nodeapi.Ref](err)
	}
	b, err := innerGroup[References](g, nodeapi.MethodRefs)
	if err != nil {
		return refused[nodeapi.Ref](err)
	}
	return b.Refs(ctx, req)
}

// RefsLocal implements References.
func (g *guarded) RefsLocal(ctx context.Context) iter.Seq2[cid.Cid, error] {
	b, err := innerGroup[References](g, nodeapi.MethodRefsLocal)
	if err != nil {
		return refused[cid.Cid](err)
	}
	return b.RefsLocal(ctx)
}

// DAGExport implements Archives.
func (g *guarded) DAGExport(ctx context.Context, path string) (io.ReadCloser, error) {
	if err := g.reading(ctx, nodeapi.MethodDAGExport, path); err != nil {
		return nil, err
	}
	b, err := innerGroup[Archives](g, nodeapi.MethodDAGExport)
	if err != nil {
		return nil, err
	}
	return b.DAGExport(ctx, path)
}

// Resolve implements Resolver.
func (g *guarded) Resolve(ctx context.Context, req nodeapi.ResolveRequest) (string, error) {
	if err := g.reading(ctx, nodeapi.MethodResolve, req.Name); err != nil {
		return "", err
	}
	b, err := innerGroup[Resolver](g, nodeapi.MethodResolve)
	if err != nil {
		return "", err
	}
	return b.Resolve(ctx, req)
}

// BlockGet implements Blocks.
func (g *guarded) BlockGet(ctx context.Context, c cid.Cid) ([]byte, error) {
	if err := g.offline(ctx, nodeapi.MethodBlockGet); err != nil {
		return nil, err
	}
	b, err := innerGroup[Blocks](g, nodeapi.MethodBlockGet)
	if err != nil {
		return nil, err
	}
	return b.BlockGet(ctx, c)
}

// BlockStat implements Blocks. To have the block fetched is to read it.
func (g *guarded) BlockStat(ctx context.Context, c cid.Cid) (nodeapi.BlockStat, error) {
	if !g.mandate.grants.Read {
		ctx = nodeapi.WithOffline(ctx)
	}
	b, err := innerGroup[Blocks](g, nodeapi.MethodBlockStat)
	if err != nil {
		return nodeapi.BlockStat{}, err
	}
	return b.BlockStat(ctx, c)
}

// BlockRemove implements Blocks.
func (g *guarded) BlockRemove(context.Context, nodeapi.BlockRemoveRequest) iter.Seq2[nodeapi.CIDOutcome, error] {
	return refused[nodeapi.CIDOutcome](notGranted(nodeapi.MethodBlockRemove, "", ""))
}

// RepoStat implements Repo.
func (g *guarded) RepoStat(ctx context.Context) (nodeapi.RepoStat, error) {
	b, err := innerGroup[Repo](g, nodeapi.MethodRepoStat)
	if err != nil {
		return nodeapi.RepoStat{}, err
	}
	return b.RepoStat(ctx)
}

// RepoVersion implements Repo.
func (g *guarded) RepoVersion(context.Context) (uint64, error) {
	return 0, notGranted(nodeapi.MethodRepoVersion, "", "")
}

// RepoGC implements Repo.
func (g *guarded) RepoGC(context.Context) iter.Seq2[nodeapi.CIDOutcome, error] {
	return refused[nodeapi.CIDOutcome](notGranted(nodeapi.MethodRepoGC, "", ""))
}

// RepoVerify implements Repo.
func (g *guarded) RepoVerify(context.Context, func(nodeapi.CIDOutcome) error) (nodeapi.RepoVerified, error) {
	return nodeapi.RepoVerified{}, notGranted(nodeapi.MethodRepoVerify, "", "")
}
