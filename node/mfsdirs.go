package node

import (
	"context"
	"time"

	"github.com/ipfs/boxo/files"
	"github.com/ipfs/boxo/mfs"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FilesMkdir makes a directory.
func (n *Node) FilesMkdir(ctx context.Context, req nodeapi.FilesMkdirRequest) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	p, err := parseMFSPath(req.Path)
	if err != nil {
		return err
	}
	builder, err := mfsBuilder(req.CidVersion, req.HashAlg)
	if err != nil {
		return err
	}
	st, err := statOf(nodeapi.FileHeader{Mode: req.Mode, Mtime: req.Mtime})
	if err != nil {
		return err
	}
	return n.files.change(ctx, req.Flush, func(v *mfsView) error {
		return v.mkdir(p, req.Parents, builder, mfs.WithMode(st.mode), mfs.WithModTime(st.mtime))
	})
}

// mkdir makes a directory; with parents those above it too, and one that is
// there will do.
func (v *mfsView) mkdir(p mfsPath, parents bool, builder cid.Builder, opts ...mfs.Option) error {
	missing, err := v.firstMissing(p)
	switch {
	case err != nil:
		return err
	case missing == len(p.parts):
		if at, err := v.find(p); err != nil || parents && mfs.IsDir(at) {
			return err
		}
		return alreadyExists(p)
	case missing < len(p.parts)-1 && !parents:
		return noEntry(p.upTo(missing))
	}
	opts = append(opts, mfs.WithCidBuilder(builder))
	return v.explain(mfs.Mkdir(v.root, p.String(), mfs.MkdirOpts{Mkparents: parents}, opts...), p)
}

// mkParents makes the missing directories above p.
func (v *mfsView) mkParents(p mfsPath, builder cid.Builder) error {
	err := v.mkdir(p.parent(), true, builder)
	if nodeapi.CodeOf(err) == nodeapi.CodeAlreadyExists {
		return notADirectory(p.parent().String())
	}
	return err
}

// firstMissing returns the index of the first part of p that is not there.
func (v *mfsView) firstMissing(p mfsPath) (int, error) {
	var at mfs.FSNode = v.root.GetDirectory()
	for i := range p.parts {
		dir, ok := at.(*mfs.Directory)
		if !ok {
			return 0, notADirectory(p.upTo(i - 1).String())
		}
		var err error
		at, err = v.child(dir, p.upTo(i))
		if isNoEntry(err) {
			return i, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return len(p.parts), nil
}

func isNoEntry(err error) bool { return nodeapi.CodeOf(err) == nodeapi.CodeNoLink }

// FilesRemove removes what is at each of the paths that it can be removed from,
// and returns the first error. What it writes for that counts towards no quota: who
// has filled one can make room.
func (n *Node) FilesRemove(ctx context.Context, req nodeapi.FilesRemoveRequest) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	ctx = withoutCharge(ctx)
	var failed error
	paths := make([]mfsPath, 0, len(req.Paths))
	for _, text := range req.Paths {
		p, err := parseMFSPath(text)
		if err == nil && p.isRoot() {
			err = invalidPath(text, "the root cannot be removed")
		}
		if err == nil {
			paths = append(paths, p)
		} else if failed == nil {
			failed = err
		}
	}
	invalid := failed
	err := n.files.change(ctx, req.Flush, func(v *mfsView) error {
		failed = invalid
		for _, p := range paths {
			err := v.remove(p, req.Recursive, req.Force)
			if err == nil {
				continue
			}
			if nodeapi.CodeOf(err) == nodeapi.CodeNotFound || ctx.Err() != nil {
				return err // of a block, which may be fetched
			}
			if failed == nil {
				failed = err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return failed
}

// remove removes an entry; a directory only with recursive. With force it does
// not look at the entry, which may be broken or not there.
func (v *mfsView) remove(p mfsPath, recursive, force bool) error {
	dir, err := v.dir(p.parent())
	if err == nil && !force {
		var child mfs.FSNode
		child, err = v.child(dir, p)
		if err == nil && mfs.IsDir(child) && !recursive {
			err = isADirectory(p)
		}
	}
	if err == nil {
		err = v.explain(dir.Unlink(p.base()), p)
	}
	if force && isNoEntry(err) {
		return nil
	}
	return err
}

// FilesTouch sets the time of modification of a file or a directory.
func (n *Node) FilesTouch(ctx context.Context, req nodeapi.FilesTouchRequest) error {
	st, err := statOf(nodeapi.FileHeader{Mtime: req.Mtime})
	if err != nil {
		return err
	}
	if req.Mtime == nil {
		st.mtime = time.Now()
	}
	return n.changeEntry(ctx, req.Path, req.Flush, func(e mfs.FSNode) error { return e.SetModTime(st.mtime.UTC()) })
}

// maxMode has all bits that a mode can have.
const maxMode = 0o7777

// FilesChmod sets the mode of a file or a directory.
func (n *Node) FilesChmod(ctx context.Context, req nodeapi.FilesChmodRequest) error {
	if req.Mode > maxMode {
		return invalidOption("mode", req.Mode, "mode 0%o; the most is 0%o", req.Mode, maxMode)
	}
	mode := files.UnixPermsToModePerms(req.Mode)
	return n.changeEntry(ctx, req.Path, req.Flush, func(e mfs.FSNode) error { return e.SetMode(mode) })
}

func (n *Node) changeEntry(ctx context.Context, text string, flush *bool, f func(mfs.FSNode) error) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	p, err := parseMFSPath(text)
	if err != nil {
		return err
	}
	return n.files.change(ctx, flush, func(v *mfsView) error {
		entry, err := v.find(p)
		if err != nil {
			return err
		}
		return v.explain(f(entry), p)
	})
}
