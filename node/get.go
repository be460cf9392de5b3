package node

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/ipfs/boxo/files"
	"github.com/ipfs/boxo/ipld/unixfs"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// getBuffer gathers what an archive writes in small parts.
const getBuffer = 256 << 10

// Get reads a file or a tree as TAR: gzipped with compress, and in the PAX
// format, which keeps fractions of seconds, unless an archive is asked for. With
// compress and not archive it gives a single file gzipped without TAR. What has
// no time of modification gets the present one, as no archive goes without.
//
// The reader must be closed.
func (n *Node) Get(ctx context.Context, req nodeapi.GetRequest) (io.ReadCloser, error) {
	level, err := gzipLevel(req)
	if err != nil {
		return nil, err
	}
	ctx, end := n.beginFetching(ctx)
	p, err := n.path(ctx, req.Path)
	if err != nil {
		end()
		return nil, err
	}
	f, err := n.store.resolveFS(ctx, p)
	switch {
	case errors.Is(err, errNotUnixFS),
		err == nil && req.Compress && !req.Archive && !f.isFile():
		err = notAFile(req.Path)
	}
	if err != nil {
		end()
		return nil, err
	}
	g := &getting{ctx: ctx, store: n.store, root: f, name: path.Base(p.text), req: req, level: level}
	read, write := io.Pipe()
	unhook := context.AfterFunc(ctx, func() { _ = write.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer end()
		defer unhook()
		_ = write.CloseWithError(g.write(write))
	}()
	return read, nil
}

func gzipLevel(req nodeapi.GetRequest) (int, error) {
	if req.CompressionLevel == nil {
		return gzip.DefaultCompression, nil
	}
	level := *req.CompressionLevel
	if level < gzip.BestSpeed || level > gzip.BestCompression {
		return 0, invalidOption("compressionLevel", level, "compression level %d; it is 1 to 9", level)
	}
	return level, nil
}

// getting is a Get under way.
type getting struct {
	ctx   context.Context
	store *store
	root  *fsNode
	name  string // of the root in the archive
	req   nodeapi.GetRequest
	level int

	tar *tar.Writer
	now time.Time
}

func (g *getting) write(w io.Writer) error {
	buffer := bufio.NewWriterSize(w, getBuffer)
	content := g.archive
	if g.req.Compress && !g.req.Archive {
		content = func(w io.Writer) error { return g.bytes(w, g.root) }
	}
	if err := g.compress(buffer, content); err != nil {
		return err
	}
	return buffer.Flush()
}

func (g *getting) compress(w io.Writer, content func(io.Writer) error) error {
	if !g.req.Compress {
		return content(w)
	}
	zip, err := gzip.NewWriterLevel(w, g.level)
	if err != nil {
		return err
	}
	if err := content(zip); err != nil {
		return err
	}
	return zip.Close()
}

func (g *getting) archive(w io.Writer) error {
	g.tar = tar.NewWriter(w)
	g.now = time.Now()
	if err := g.entry(g.root, g.name, 0); err != nil {
		return err
	}
	return g.tar.Close()
}

// entry writes a node and all that is under it.
func (g *getting) entry(f *fsNode, name string, depth int) error {
	switch {
	case depth == maxTreeDepth:
		return invalidBlock(f.cid, errors.New("directories nested too deep"))
	case f.isDir():
		return g.dir(f, name, depth)
	case f.isFile():
		return g.file(f, name)
	case f.kind() == unixfs.TSymlink:
		return g.tar.WriteHeader(g.header(f, tar.Header{
			Typeflag: tar.TypeSymlink, Name: name, Mode: 0o777, Linkname: string(f.inner.Data()),
		}))
	default:
		return invalidBlock(f.cid, errors.New("neither a file nor a directory"))
	}
}

func (g *getting) dir(f *fsNode, name string, depth int) error {
	err := g.tar.WriteHeader(g.header(f, tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}))
	if err != nil {
		return err
	}
	return f.entries(g.ctx, g.store, func(e dirEntry) error {
		if e.name == "" || e.name == "." || e.name == ".." || strings.Contains(e.name, "/") {
			return invalidPath(name+"/"+e.name, "it could be outside of the archive")
		}
		child, err := g.store.getFS(g.ctx, e.cid)
		if errors.Is(err, errNotUnixFS) {
			err = invalidBlock(e.cid, errors.New("neither a file nor a directory"))
		}
		if err != nil {
			return err
		}
		return g.entry(child, name+"/"+e.name, depth+1)
	})
}

func (g *getting) file(f *fsNode, name string) error {
	file, err := f.file()
	if err != nil {
		return err
	}
	header := g.header(f, tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(file.size)})
	if err := g.tar.WriteHeader(header); err != nil {
		return err
	}
	if err := g.bytes(g.tar, f); err != nil {
		return err
	}
	return g.tar.Flush()
}

// header completes h, which has what holds unless f says otherwise.
func (g *getting) header(f *fsNode, h tar.Header) *tar.Header {
	if !g.req.Archive {
		h.Format = tar.FormatPAX
	}
	h.ModTime = g.now
	if f.inner == nil {
		return &h
	}
	if bits := files.ModePermsToUnixPerms(f.inner.Mode()); bits != 0 && h.Typeflag != tar.TypeSymlink {
		h.Mode = int64(bits)
	}
	if t := f.inner.ModTime(); !t.IsZero() {
		h.ModTime = t
	}
	return &h
}

// bytes writes a file's bytes.
func (g *getting) bytes(w io.Writer, f *fsNode) error {
	file, err := f.file()
	if err != nil {
		return err
	}
	done := make(chan struct{})
	r := newFileReader(g.ctx, g.store, file, 0, file.size, func() { close(done) })
	_, err = io.Copy(w, r)
	_ = r.Close()
	<-done
	return err
}
