package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// locate understands a path, of the tree or of the form "/ipfs/<cid>/a/b". The
// former begins at the root of the moment, which is held until release is called.
func (t *mfsTree) locate(ctx context.Context, text string) (_ contentPath, release func(), err error) {
	if isContentPath(text) {
		p, err := parsePath(text)
		return p, func() {}, err
	}
	p, err := parseMFSPath(text)
	if err != nil {
		return contentPath{}, func() {}, err
	}
	root, release, err := t.holdCurrent(ctx)
	if err != nil {
		return contentPath{}, func() {}, err
	}
	return contentPath{text: p.String(), root: root, parts: p.parts}, release, nil
}

// FilesRead reads a file or a part of it, as it is now. The reader is as that of
// Cat.
func (n *Node) FilesRead(ctx context.Context, req nodeapi.FilesReadRequest) (io.ReadCloser, error) {
	ctx, end := n.beginFetching(ctx)
	r, err := n.filesRead(ctx, req, end)
	if err != nil {
		end()
	}
	return r, err
}

// filesRead is FilesRead. If it returns no error it has seen to it that end is
// called.
func (n *Node) filesRead(ctx context.Context, req nodeapi.FilesReadRequest, end func()) (io.ReadCloser, error) {
	p, release, err := n.files.locate(ctx, req.Path)
	if err != nil {
		return nil, err
	}
	file, err := n.resolveFile(ctx, p)
	if err == nil && req.Offset > file.size {
		err = invalidOption("offset", req.Offset, "offset %d is past the end of the file, which has %d bytes", req.Offset, file.size)
	}
	if err != nil {
		release()
		return nil, err
	}
	to := file.size
	if req.Length != nil {
		to = req.Offset + min(*req.Length, file.size-req.Offset)
	}
	if len(file.links) == 0 {
		release()
		end()
		return readInMemory{bytes.NewReader(file.data[req.Offset:to])}, nil
	}
	done := n.files.hold(file.cid)
	release()
	return newFileReader(ctx, n.store, file, req.Offset, to, func() {
		done()
		end()
	}), nil
}

// FilesList lists a directory as it is now, or a file as its one entry.
func (n *Node) FilesList(ctx context.Context, req nodeapi.FilesListRequest) iter.Seq2[nodeapi.MFSEntry, error] {
	return func(yield func(nodeapi.MFSEntry, error) bool) {
		ctx, end := n.beginFetching(ctx)
		defer end()
		err := n.filesList(ctx, req, func(e nodeapi.MFSEntry) error {
			if !yield(e, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nodeapi.MFSEntry{}, err)
		}
	}
}

func (n *Node) filesList(ctx context.Context, req nodeapi.FilesListRequest, tell func(nodeapi.MFSEntry) error) error {
	p, release, err := n.files.locate(ctx, req.Path)
	if err != nil {
		return err
	}
	defer release()
	f, err := n.store.resolveFS(ctx, p)
	if errors.Is(err, errNotUnixFS) {
		return notADirectory(req.Path)
	}
	if err != nil {
		return err
	}
	long := req.Long == nil || *req.Long
	tellLong := func(e nodeapi.Entry) error { return tell(mfsEntryOf(e)) }
	switch {
	case !f.isDir() && !long:
		return tell(nodeapi.MFSEntry{Name: path.Base(p.text), Cid: f.cid})
	case !f.isDir():
		e, err := entryOf(f, path.Base(p.text), "")
		if err != nil {
			return err
		}
		return tellLong(e)
	case !long:
		return f.entries(ctx, n.store, func(e dirEntry) error {
			return tell(nodeapi.MFSEntry{Name: e.name, Cid: e.cid})
		})
	}
	l := lister{store: n.store, tell: tellLong}
	if err := f.entries(ctx, n.store, func(e dirEntry) error { return l.add(ctx, e) }); err != nil {
		return err
	}
	return l.flush(ctx)
}

// The types of what a path leads to, as files.stat and files.ls name them.
const (
	mfsFile      = "file"
	mfsDirectory = "directory"
)

func mfsEntryOf(e nodeapi.Entry) nodeapi.MFSEntry {
	kind := mfsFile
	if e.Type == "dir" {
		kind = mfsDirectory
	}
	return nodeapi.MFSEntry{Name: e.Name, Cid: e.Cid, Type: kind, Size: e.Size, Mode: e.Mode, Mtime: e.Mtime}
}

// FilesFlush keeps all changes, and returns the CID at a path.
func (n *Node) FilesFlush(ctx context.Context, text string) (cid.Cid, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	p, err := parseMFSPath(text)
	if err != nil {
		return cid.Undef, err
	}
	root, release, err := n.files.flush(ctx)
	if err != nil {
		return cid.Undef, err
	}
	defer release()
	c, rest, err := n.store.resolve(ctx, contentPath{text: p.String(), root: root, parts: p.parts})
	if err == nil && len(rest) > 0 {
		err = noEntry(p)
	}
	return c, err
}

// flush keeps the root of the moment and holds it until release is called.
func (t *mfsTree) flush(ctx context.Context) (root cid.Cid, release func(), err error) {
	give, err := t.take(ctx)
	if err != nil {
		return cid.Undef, nil, err
	}
	defer give()
	if root, err = t.open(ctx); err != nil {
		return cid.Undef, nil, err
	}
	if err := t.keep(ctx, root); err != nil {
		return cid.Undef, nil, err
	}
	return root, t.hold(root), nil
}
