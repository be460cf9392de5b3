package node

import (
	"context"
	"errors"
	"io"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/mfs"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxFileSize bounds where in a file bytes can be.
const maxFileSize = 1 << 53

// FilesWrite writes what content reads into a file. The file is as it was until
// content has been read to its end, and no lock is held until then.
func (n *Node) FilesWrite(ctx context.Context, content io.Reader, req nodeapi.FilesWriteRequest) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	w, err := n.newFileWrite(req)
	if err != nil {
		return err
	}
	w.lease = n.store.guard.lease()
	defer w.lease.release()
	if req.Length != nil {
		content = io.LimitReader(content, int64(min(*req.Length, maxFileSize)))
	}
	base, err := w.find(ctx)
	defer func() { base.release() }()
	if err != nil {
		return err
	}
	built, err := w.build(ctx, base, content)
	if err != nil {
		return n.store.wrap(ctx, err)
	}
	return w.commit(ctx, &base, built)
}

// A fileWrite is one write into a file.
type fileWrite struct {
	node    *Node
	req     nodeapi.FilesWriteRequest
	path    mfsPath
	builder cid.Builder
	stat    stat
	lease   *lease
}

// A fileBase is what bytes are written into: a file that is there, or nothing.
type fileBase struct {
	node ipld.Node // nil if there is none
	held func()    // releases the node, nil if there is none
}

// release ends the hold on the node, so that it may be collected if it is no
// longer in the tree.
func (b fileBase) release() {
	if b.held != nil {
		b.held()
	}
}

// A builtFile is a file with the bytes of a write in it.
type builtFile struct {
	node ipld.Node
	from uint64 // where the first of the bytes is
	size uint64 // how many there are
}

func (n *Node) newFileWrite(req nodeapi.FilesWriteRequest) (*fileWrite, error) {
	w := &fileWrite{node: n, req: req}
	var err error
	if w.path, err = parseMFSPath(req.Path); err != nil {
		return nil, err
	}
	if w.path.isRoot() {
		return nil, notAFile(req.Path)
	}
	if req.Offset > maxFileSize {
		return nil, invalidOption("offset", req.Offset, "offset %d; the most is %d", req.Offset, uint64(maxFileSize))
	}
	if w.builder, err = mfsBuilder(req.CidVersion, req.HashAlg); err != nil {
		return nil, err
	}
	w.stat, err = statOf(nodeapi.FileHeader{Mode: req.Mode, Mtime: req.Mtime})
	return w, err
}

// find finds the file as it is now.
func (w *fileWrite) find(ctx context.Context) (base fileBase, err error) {
	err = w.node.files.look(ctx, func(v *mfsView) (err error) {
		base.release()
		base, err = w.findIn(v)
		return err
	})
	return base, err
}

// findIn finds the file and holds it.
func (w *fileWrite) findIn(v *mfsView) (fileBase, error) {
	at, err := v.find(w.path)
	if isNoEntry(err) && w.req.Create {
		return fileBase{}, w.checkParents(v)
	}
	if err != nil {
		return fileBase{}, err
	}
	file, ok := at.(*mfs.File)
	if !ok {
		return fileBase{}, notAFile(w.path.String())
	}
	nd, err := file.GetNode()
	if err != nil {
		return fileBase{}, v.explain(err, w.path)
	}
	if pb, ok := nd.(*merkledag.ProtoNode); ok {
		inner, err := unixfs.FSNodeFromBytes(pb.Data())
		if err != nil || inner.Type() != unixfs.TFile && inner.Type() != unixfs.TRaw {
			return fileBase{}, notAFile(w.path.String())
		}
	}
	return fileBase{node: nd, held: w.node.files.hold(nd.Cid())}, nil
}

// checkParents looks whether a new file will have a place.
func (w *fileWrite) checkParents(v *mfsView) error {
	missing, err := v.firstMissing(w.path.parent())
	if err == nil && missing < len(w.path.parts)-1 && !w.req.Parents {
		err = noEntry(w.path.upTo(missing))
	}
	return err
}

// errFileChanged says that the file is not what the bytes were written into.
var errFileChanged = errors.New("node: the file was changed meanwhile")

// commit puts the file into the tree. If the one there was changed since base
// was found the bytes go into that; those who come to this point wait for each
// other, so that it does not happen without end.
func (w *fileWrite) commit(ctx context.Context, base *fileBase, built builtFile) error {
	unlock, err := w.node.files.writing.lock(ctx, w.path.String())
	if err != nil {
		return err
	}
	defer unlock()
	for {
		var now fileBase
		err := w.node.files.change(ctx, w.req.Flush, func(v *mfsView) (err error) {
			now.release()
			if now, err = w.findIn(v); err != nil {
				return err
			}
			if !now.same(*base) {
				return errFileChanged
			}
			return w.put(v, built.node)
		})
		base.release()
		*base = now
		if !errors.Is(err, errFileChanged) {
			return err
		}
		if built, err = w.again(ctx, now, built); err != nil {
			return w.node.store.wrap(ctx, err)
		}
	}
}

// same reports whether bytes written into either give the same file.
func (b fileBase) same(other fileBase) bool {
	if b.node != nil && other.node != nil {
		return b.node.Cid() == other.node.Cid()
	}
	return b.node == nil && other.node == nil
}

// again writes the bytes of a built file into another base. They are read from
// where they were written.
func (w *fileWrite) again(ctx context.Context, base fileBase, built builtFile) (builtFile, error) {
	f, err := w.node.store.getFS(ctx, built.node.Cid())
	if err != nil {
		return built, err
	}
	file, err := f.file()
	if err != nil {
		return built, err
	}
	r := newFileReader(ctx, w.node.store, file, built.from, built.from+built.size, func() {})
	defer r.Close()
	return w.build(ctx, base, r)
}

// put puts the file into its directory.
func (w *fileWrite) put(v *mfsView, nd ipld.Node) error {
	if w.req.Parents {
		if err := v.mkParents(w.path, w.builder); err != nil {
			return err
		}
	}
	dir, err := v.dir(w.path.parent())
	if err != nil {
		return err
	}
	name := w.path.base()
	if err := dir.Unlink(name); err != nil && !isNoEntry(v.explain(err, w.path)) {
		return v.explain(err, w.path)
	}
	if err := dir.AddChild(name, nd); err != nil {
		return v.explain(err, w.path)
	}
	if w.stat == (stat{}) {
		return nil
	}
	file, err := v.child(dir, w.path)
	if err == nil && w.stat.mode != 0 {
		err = file.SetMode(w.stat.mode)
	}
	if err == nil && !w.stat.mtime.IsZero() {
		err = file.SetModTime(w.stat.mtime)
	}
	return v.explain(err, w.path)
}
