package node

import (
	"context"
	"errors"
	"iter"
	"path"

	"github.com/ipfs/boxo/files"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// listAhead is how many entries of a directory are looked at together.
const listAhead = 16

// List lists a directory, or a file as its one entry. To tell what an entry is
// its block is read, but not for a raw one, which is a file that its directory
// says the size of.
func (n *Node) List(ctx context.Context, path string) iter.Seq2[nodeapi.Entry, error] {
	return func(yield func(nodeapi.Entry, error) bool) {
		ctx, end := n.beginFetching(ctx)
		defer end()
		err := n.list(ctx, path, func(e nodeapi.Entry) error {
			if !yield(e, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nodeapi.Entry{}, err)
		}
	}
}

func (n *Node) list(ctx context.Context, text string, tell func(nodeapi.Entry) error) error {
	p, err := n.path(ctx, text)
	if err != nil {
		return err
	}
	f, err := n.store.resolveFS(ctx, p)
	if errors.Is(err, errNotUnixFS) {
		return notADirectory(text)
	}
	if err != nil {
		return err
	}
	base := path.Join(append([]string{p.root.String()}, p.parts...)...)
	if !f.isDir() {
		e, err := entryOf(f, path.Base(base), base)
		if err != nil {
			return err
		}
		return tell(e)
	}
	l := lister{store: n.store, base: base, tell: tell}
	if err := f.entries(ctx, n.store, func(e dirEntry) error { return l.add(ctx, e) }); err != nil {
		return err
	}
	return l.flush(ctx)
}

// A lister gathers entries and looks at some together.
type lister struct {
	store *store
	base  string
	tell  func(nodeapi.Entry) error
	batch []dirEntry
}

func (l *lister) add(ctx context.Context, e dirEntry) error {
	l.batch = append(l.batch, e)
	if len(l.batch) < listAhead {
		return nil
	}
	return l.flush(ctx)
}

func (l *lister) flush(ctx context.Context) error {
	var cids []cid.Cid
	for _, e := range l.batch {
		if e.cid.Type() == cid.DagProtobuf {
			cids = append(cids, e.cid)
		}
	}
	bs, err := l.store.getMany(ctx, cids)
	if err != nil {
		return err
	}
	for _, e := range l.batch {
		entry := nodeapi.Entry{Type: "file", Cid: e.cid, Name: e.name, Path: l.base + "/" + e.name, Size: e.size}
		if e.cid.Type() == cid.DagProtobuf {
			f, err := parseFS(bs[0])
			bs = bs[1:]
			if err == nil {
				entry, err = entryOf(f, e.name, entry.Path)
			}
			if err != nil {
				return err
			}
		}
		if err := l.tell(entry); err != nil {
			return err
		}
	}
	l.batch = l.batch[:0]
	return nil
}

// entryOf describes a block of UnixFS. What is none counts as a file of no
// bytes.
func entryOf(f *fsNode, name, path string) (nodeapi.Entry, error) {
	e := nodeapi.Entry{Type: "file", Cid: f.cid, Name: name, Path: path}
	if f.isDir() {
		e.Type = "dir"
	}
	if f.isFile() {
		file, err := f.file()
		if err != nil {
			return e, err
		}
		e.Size = file.size
	}
	if f.inner == nil {
		return e, nil
	}
	e.Mode, e.Mtime = modeOf(f.inner), mtimeOf(f.inner)
	return e, nil
}

// modeOf returns the permission bits that a node has, or nil.
func modeOf(f *unixfs.FSNode) *uint32 {
	mode := f.Mode()
	if mode == 0 {
		return nil
	}
	bits := files.ModePermsToUnixPerms(mode)
	return &bits
}

// mtimeOf returns the time of modification that a node has, or nil.
func mtimeOf(f *unixfs.FSNode) *nodeapi.Mtime {
	t := f.ModTime()
	if t.IsZero() {
		return nil
	}
	return &nodeapi.Mtime{Secs: t.Unix(), Nsecs: uint32(t.Nanosecond())}
}
