package node

import (
	"context"
	"errors"
	"math"
	"path"

	"github.com/ipfs/boxo/mfs"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FilesCopy puts what paths name at another path. What is under it is neither
// read nor fetched.
func (n *Node) FilesCopy(ctx context.Context, req nodeapi.FilesCopyRequest) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	to, err := parseMFSPath(req.To)
	if err != nil {
		return err
	}
	builder, err := mfsBuilder(req.CidVersion, req.HashAlg)
	if err != nil {
		return err
	}
	lease := n.store.guard.lease()
	defer lease.release()
	sources, release, err := n.copySources(ctx, lease, req.From)
	defer release()
	if err != nil {
		return err
	}
	bytes, err := linkedSize(sources)
	if err != nil {
		return err
	}
	return chargeOf(ctx).kept(ctx, bytes, func() error { return n.copyTo(ctx, req, sources, to, builder) })
}

// linkedSize is how large what comes from outside of the tree says that it is.
func linkedSize(sources []copySource) (bytes uint64, err error) {
	for _, s := range sources {
		if s.linked == nil {
			continue
		}
		size, err := s.linked.Size()
		if err != nil {
			return 0, invalidBlock(s.linked.Cid(), err)
		}
		bytes += min(size, math.MaxUint64-bytes)
	}
	return bytes, nil
}

func (n *Node) copyTo(ctx context.Context, req nodeapi.FilesCopyRequest, sources []copySource, to mfsPath, builder cid.Builder) error {
	return n.files.change(ctx, req.Flush, func(v *mfsView) error {
		for _, from := range sources {
			target, err := from.target(to, len(sources) > 1)
			var nd ipld.Node
			if err == nil {
				nd, err = v.nodeOf(from)
			}
			if err == nil && req.Parents {
				err = v.mkParents(target, builder)
			}
			if err == nil {
				err = v.link(nd, target, req.Force)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// A copySource is what is to be copied or moved.
type copySource struct {
	name   string    // its last part
	path   mfsPath   // in the tree, if content is nil
	linked ipld.Node // what was found under a CID
}

// copySources understands paths, and finds those that begin with a CID. What
// these name is held until release is called.
func (n *Node) copySources(ctx context.Context, l *lease, paths []string) (sources []copySource, release func(), err error) {
	var releases []func()
	release = func() {
		for _, r := range releases {
			r()
		}
	}
	if len(paths) == 0 {
		return nil, release, invalidPath("", "there is nothing to take")
	}
	for _, text := range paths {
		if !isContentPath(text) {
			p, err := parseMFSPath(text)
			if err != nil {
				return nil, release, err
			}
			sources = append(sources, copySource{name: p.base(), path: p})
			continue
		}
		nd, err := n.findLinked(ctx, text)
		if err != nil {
			return nil, release, err
		}
		sources = append(sources, copySource{name: path.Base(path.Clean(text)), linked: nd})
		releases = append(releases, n.files.hold(nd.Cid()))
		if err := n.saveFromCollection(ctx, l, nd.Cid()); err != nil {
			return nil, release, err
		}
	}
	return sources, release, nil
}

// findLinked finds a file or directory by a path that begins with a CID.
func (n *Node) findLinked(ctx context.Context, text string) (ipld.Node, error) {
	p, err := parsePath(text)
	if err != nil {
		return nil, err
	}
	f, err := n.store.resolveFS(ctx, p)
	switch {
	case errors.Is(err, errNotUnixFS) || err == nil && f.kind() == noKind:
		return nil, notAFile(text)
	case err != nil:
		return nil, err
	case f.pb != nil:
		return f.pb, nil
	}
	return dagReader{n.store}.Get(ctx, f.cid)
}

// saveFromCollection puts what the repo has of a DAG on the lease, if a
// collection is under way: that may have found, before the DAG was held, that
// nothing leads there.
func (n *Node) saveFromCollection(ctx context.Context, l *lease, root cid.Cid) error {
	if !n.store.guard.isCollecting() {
		return nil
	}
	seen := fingerprints{}
	walk := dagWalk{store: n.store, leaves: true, partial: true, enter: func(c cid.Cid) (bool, error) {
		if !seen.add(fingerprintOf(c.Hash())) {
			return false, nil
		}
		return true, l.hold(ctx, c.Hash())
	}}
	return walk.run(withoutFetcher(ctx), root)
}

// target is where it goes: to itself or, if that is a directory to put it into,
// under its own name there.
func (s copySource) target(to mfsPath, into bool) (mfsPath, error) {
	if !into && !to.dir {
		return to, nil
	}
	if s.name == "" {
		return to, invalidPath("/", "the root has no name to go by")
	}
	return to.child(s.name), nil
}

// nodeOf returns what is to be copied.
func (v *mfsView) nodeOf(from copySource) (ipld.Node, error) {
	if from.linked != nil {
		return from.linked, nil
	}
	at, err := v.find(from.path)
	if err != nil {
		return nil, err
	}
	nd, err := at.GetNode()
	return nd, v.explain(err, from.path)
}

// link puts a node at a path where nothing is or, with force, a file.
func (v *mfsView) link(nd ipld.Node, to mfsPath, force bool) error {
	if to.isRoot() {
		return alreadyExists(to)
	}
	dir, err := v.dir(to.parent())
	if err != nil {
		return err
	}
	if force {
		if err := v.unlinkFile(dir, to); err != nil {
			return err
		}
	}
	return v.explain(dir.AddChild(to.base(), nd), to)
}

// unlinkFile makes way at p, where a file may be.
func (v *mfsView) unlinkFile(dir *mfs.Directory, p mfsPath) error {
	child, err := v.child(dir, p)
	switch {
	case isNoEntry(err):
		return nil
	case err != nil:
		return err
	case mfs.IsDir(child):
		return isADirectory(p)
	}
	return v.explain(dir.Unlink(p.base()), p)
}
