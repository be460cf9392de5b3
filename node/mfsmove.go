package node

import (
	"context"

	"github.com/ipfs/boxo/mfs"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FilesMove moves what is at paths to another path.
func (n *Node) FilesMove(ctx context.Context, req nodeapi.FilesMoveRequest) error {
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
	if len(req.From) == 0 {
		return invalidPath("", "there is nothing to move")
	}
	var sources []copySource
	for _, text := range req.From {
		p, err := parseMFSPath(text)
		if err == nil && p.isRoot() {
			err = invalidPath(text, "the root cannot be moved")
		}
		if err != nil {
			return err
		}
		sources = append(sources, copySource{name: p.base(), path: p})
	}
	return n.files.change(ctx, req.Flush, func(v *mfsView) error {
		for _, from := range sources {
			target, err := from.target(to, len(sources) > 1)
			if err == nil && req.Parents {
				err = v.mkParents(target, builder)
			}
			if err == nil {
				err = v.move(from.path, target)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// move moves what is at from to to, or into the directory there. A file there is
// replaced.
func (v *mfsView) move(from, to mfsPath) error {
	dir, err := v.dir(to.parent())
	if err != nil {
		return err
	}
	fromDir, err := v.dir(from.parent())
	if err != nil {
		return err
	}
	moved, err := v.child(fromDir, from)
	if err != nil {
		return err
	}
	there, err := v.find(to)
	if into, ok := there.(*mfs.Directory); ok {
		dir, to = into, to.child(from.base())
		if _, err = v.child(dir, to); err == nil {
			return alreadyExists(to)
		}
	}
	switch {
	case err != nil && !isNoEntry(err):
		return err
	case to.String() == from.String():
		return nil
	case to.isUnder(from):
		return invalidPath(to.String(), "it is inside what is to be moved there")
	case err == nil:
		if err := dir.Unlink(to.base()); err != nil {
			return v.explain(err, to)
		}
	}
	nd, err := moved.GetNode()
	if err == nil {
		err = dir.AddChild(to.base(), nd)
	}
	if err == nil {
		err = fromDir.Unlink(from.base())
	}
	return v.explain(err, from)
}
