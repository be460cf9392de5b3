package servertest

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

var _ server.MutableFiles = (*Backend)(nil)

// maxMFSFile bounds a file in the Mutable File System, in bytes.
const maxMFSFile = 1 << 20

// FilesMkdir implements server.MutableFiles.
func (b *Backend) FilesMkdir(ctx context.Context, req nodeapi.FilesMkdirRequest) error {
	return b.changeFiles(ctx, nodeapi.MethodFilesMkdir, func(files map[string]mfsEntry) error {
		p, err := mfsPath(req.Path)
		if err != nil {
			return err
		}
		if e, there := files[p]; there {
			if req.Parents && e.dir {
				return nil
			}
			return atPath(nodeapi.CodeAlreadyExists, p)
		}
		if err := mfsParents(files, p, req.Parents); err != nil {
			return err
		}
		files[p] = mfsEntry{dir: true, mode: req.Mode, mtime: req.Mtime}
		return nil
	})
}

// FilesCopy implements server.MutableFiles, for paths that are not of a CID.
func (b *Backend) FilesCopy(ctx context.Context, req nodeapi.FilesCopyRequest) error {
	return b.changeFiles(ctx, nodeapi.MethodFilesCopy, func(files map[string]mfsEntry) error {
		return eachTarget(req.From, req.To, func(from, to string) error {
			if _, there := files[to]; there {
				return atPath(nodeapi.CodeAlreadyExists, to)
			}
			return graft(files, from, to, req.Parents)
		})
	})
}

// FilesMove implements server.MutableFiles.
func (b *Backend) FilesMove(ctx context.Context, req nodeapi.FilesMoveRequest) error {
	return b.changeFiles(ctx, nodeapi.MethodFilesMove, func(files map[string]mfsEntry) error {
		return eachTarget(req.From, req.To, func(from, to string) error {
			if files[to].dir {
				to = path.Join(to, path.Base(from))
			}
			if err := graft(files, from, to, req.Parents); err != nil {
				return err
			}
			if from != to {
				prune(files, from)
			}
			return nil
		})
	})
}

// FilesRemove implements server.MutableFiles.
func (b *Backend) FilesRemove(ctx context.Context, req nodeapi.FilesRemoveRequest) error {
	return b.changeFiles(ctx, nodeapi.MethodFilesRemove, func(files map[string]mfsEntry) error {
		for _, text := range req.Paths {
			p, err := mfsPath(text)
			e, there := files[p]
			switch {
			case err != nil:
				return err
			case p == "/":
				return atPath(nodeapi.CodeInvalidPath, p)
			case !there && !req.Force:
				return atPath(nodeapi.CodeNoLink, p)
			case e.dir && !req.Recursive && !req.Force:
				return atPath(nodeapi.CodeIsADirectory, p)
			}
			prune(files, p)
		}
		return nil
	})
}

// FilesTouch implements server.MutableFiles.
func (b *Backend) FilesTouch(ctx context.Context, req nodeapi.FilesTouchRequest) error {
	return b.changeEntry(ctx, nodeapi.MethodFilesTouch, req.Path, func(e *mfsEntry) { e.mtime = req.Mtime })
}

// FilesChmod implements server.MutableFiles.
func (b *Backend) FilesChmod(ctx context.Context, req nodeapi.FilesChmodRequest) error {
	return b.changeEntry(ctx, nodeapi.MethodFilesChmod, req.Path, func(e *mfsEntry) { e.mode = &req.Mode })
}

func (b *Backend) changeEntry(ctx context.Context, method, text string, f func(*mfsEntry)) error {
	return b.changeFiles(ctx, method, func(files map[string]mfsEntry) error {
		p, err := mfsPath(text)
		if err != nil {
			return err
		}
		e, there := files[p]
		if !there {
			return atPath(nodeapi.CodeNoLink, p)
		}
		f(&e)
		files[p] = e
		return nil
	})
}

// FilesWrite implements server.MutableFiles.
func (b *Backend) FilesWrite(ctx context.Context, content io.Reader, req nodeapi.FilesWriteRequest) error {
	if req.Offset > maxMFSFile {
		return nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": "offset"}, "offset %d", req.Offset)
	}
	most := uint64(maxMFSFile)
	if req.Length != nil {
		most = min(most, *req.Length)
	}
	data, err := io.ReadAll(io.LimitReader(content, int64(most)))
	if err != nil {
		return err
	}
	return b.changeFiles(ctx, nodeapi.MethodFilesWrite, func(files map[string]mfsEntry) error {
		p, err := mfsPath(req.Path)
		if err != nil {
			return err
		}
		e, there := files[p]
		switch {
		case e.dir:
			return atPath(nodeapi.CodeNotAFile, p)
		case !there && !req.Create:
			return atPath(nodeapi.CodeNoLink, p)
		case req.Truncate:
			e.data = nil
		}
		if err := mfsParents(files, p, req.Parents); err != nil {
			return err
		}
		all := make([]byte, max(len(e.data), int(req.Offset)+len(data)))
		copy(all, e.data)
		copy(all[req.Offset:], data)
		e.data = all
		files[p] = e
		return nil
	})
}

// FilesStat implements server.MutableFiles.
func (b *Backend) FilesStat(ctx context.Context, req nodeapi.FilesStatRequest) (nodeapi.FilesStat, error) {
	done, err := b.enter(ctx, nodeapi.MethodFilesStat)
	if err != nil {
		return nodeapi.FilesStat{}, err
	}
	defer done()
	p, e, err := b.mfsEntry(req.Path)
	if err != nil {
		return nodeapi.FilesStat{}, err
	}
	size := uint64(len(e.data))
	return nodeapi.FilesStat{
		Cid: e.cid(p), Size: size, CumulativeSize: size, Type: e.kind(), WithLocality: req.WithLocal, Local: req.WithLocal,
		Mode: e.mode, Mtime: e.mtime,
	}, nil
}

// FilesRead implements server.MutableFiles.
func (b *Backend) FilesRead(ctx context.Context, req nodeapi.FilesReadRequest) (io.ReadCloser, error) {
	done, err := b.enter(ctx, nodeapi.MethodFilesRead)
	if err != nil {
		return nil, err
	}
	p, e, err := b.mfsEntry(req.Path)
	if err == nil && e.dir {
		err = atPath(nodeapi.CodeNotAFile, p)
	}
	if err == nil && req.Offset > uint64(len(e.data)) {
		err = nodeapi.Errorf(nodeapi.CodeInvalidOption, map[string]any{"option": "offset"}, "offset %d", req.Offset)
	}
	if err != nil {
		done()
		return nil, err
	}
	data := e.data[req.Offset:]
	if req.Length != nil {
		data = data[:min(*req.Length, uint64(len(data)))]
	}
	return &reader{b, ctx, nodeapi.MethodFilesRead, bytes.NewReader(data), done}, nil
}

// FilesFlush implements server.MutableFiles.
func (b *Backend) FilesFlush(ctx context.Context, text string) (cid.Cid, error) {
	st, err := b.FilesStat(ctx, nodeapi.FilesStatRequest{Path: text})
	return st.Cid, err
}

// FilesList implements server.MutableFiles.
func (b *Backend) FilesList(ctx context.Context, req nodeapi.FilesListRequest) iter.Seq2[nodeapi.MFSEntry, error] {
	return sequence(ctx, b, nodeapi.MethodFilesList, func(yield func(nodeapi.MFSEntry) bool) error {
		p, e, err := b.mfsEntry(req.Path)
		if err != nil {
			return err
		}
		paths := []string{p}
		if e.dir {
			paths = b.mfsChildren(p)
		}
		for _, p := range paths {
			_, e, err := b.mfsEntry(p)
			if err != nil {
				return err
			}
			entry := nodeapi.MFSEntry{Name: path.Base(p), Cid: e.cid(p)}
			if req.Long == nil || *req.Long {
				entry.Type, entry.Size, entry.Mode, entry.Mtime = e.kind(), uint64(len(e.data)), e.mode, e.mtime
			}
			if !yield(entry) {
				return nil
			}
		}
		return nil
	})
}
