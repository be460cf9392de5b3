package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Cat reads a file or a part of it. Blocks are read ahead of the reader, within
// bounds; of a part, only those that it needs are read. The reader must be
// closed.
func (n *Node) Cat(ctx context.Context, req nodeapi.CatRequest) (io.ReadCloser, error) {
	ctx, end := n.beginFetching(ctx)
	p, err := n.path(ctx, req.Path)
	if err != nil {
		end()
		return nil, err
	}
	file, err := n.resolveFile(ctx, p)
	if err != nil {
		end()
		return nil, err
	}
	from := min(req.Offset, file.size)
	to := file.size
	if req.Length != nil {
		to = from + min(*req.Length, file.size-from)
	}
	if len(file.links) == 0 {
		end()
		return readInMemory{bytes.NewReader(file.data[from:to])}, nil
	}
	if req.Leaves && to-from > leavesFrom {
		if leaves := n.store.leaves(ctx, file, from, to); leaves.Length > leavesFrom {
			return &inDatabase{leaves: leaves, end: sync.OnceFunc(end)}, nil
		}
	}
	return newFileReader(ctx, n.store, file, from, to, end), nil
}

// readInMemory reads what is there already.
type readInMemory struct{ *bytes.Reader }

// Close has nothing to stop.
func (readInMemory) Close() error { return nil }

// resolveFile follows a path to a file.
func (n *Node) resolveFile(ctx context.Context, p contentPath) (*fileNode, error) {
	f, err := n.store.resolveFS(ctx, p)
	if err == nil {
		file, err := f.file()
		if !errors.Is(err, errNotFile) {
			return file, err
		}
	} else if !errors.Is(err, errNotUnixFS) {
		return nil, err
	}
	return nil, notAFile(p.text)
}
