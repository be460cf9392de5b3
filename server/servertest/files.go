package servertest

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// directory is the content of a directory's block: CIDs by name.
type directory map[string]string

// Cat implements server.Files.
func (b *Backend) Cat(ctx context.Context, req nodeapi.CatRequest) (io.ReadCloser, error) {
	done, err := b.enter(ctx, nodeapi.MethodCat)
	if err != nil {
		return nil, err
	}
	data, err := b.file(req.Path)
	if err != nil {
		done()
		return nil, err
	}
	data = data[min(req.Offset, uint64(len(data))):]
	if req.Length != nil {
		data = data[:min(*req.Length, uint64(len(data)))]
	}
	r := &reader{b, ctx, nodeapi.MethodCat, bytes.NewReader(data), done}
	if req.Leaves && b.Database != "" {
		leaf := nodeapi.Leaf{Key: []byte(req.Path), Size: uint64(len(data))}
		return inDatabase{r, nodeapi.Leaves{Database: b.Database, Leaves: []nodeapi.Leaf{leaf}, Length: leaf.Size}}, nil
	}
	return r, nil
}

// inDatabase implements server.InDatabase.
type inDatabase struct {
	*reader
	leaves nodeapi.Leaves
}

func (r inDatabase) Leaves() nodeapi.Leaves { return r.leaves }

// Get implements server.Files, for single files.
func (b *Backend) Get(ctx context.Context, req nodeapi.GetRequest) (io.ReadCloser, error) {
	done, err := b.enter(ctx, nodeapi.MethodGet)
	if err != nil {
		return nil, err
	}
	data, err := b.file(req.Path)
	if err != nil {
		done()
		return nil, err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: req.Path, Size: int64(len(data)), Mode: 0o644}
	if err := errors.Join(w.WriteHeader(header), second(w.Write(data)), w.Close()); err != nil {
		done()
		return nil, err
	}
	return &reader{b, ctx, nodeapi.MethodGet, &archive, done}, nil
}

func second[T any](_ T, err error) error { return err }

// List implements server.Files.
func (b *Backend) List(ctx context.Context, path string) iter.Seq2[nodeapi.Entry, error] {
	return sequence(ctx, b, nodeapi.MethodList, func(yield func(nodeapi.Entry) bool) error {
		c, err := b.resolveWhole(path)
		if err != nil {
			return err
		}
		dir, err := b.directory(c)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(dir)) {
			child := cid.MustParse(dir[name])
			data, err := b.get(child)
			if err != nil {
				return err
			}
			e := nodeapi.Entry{Type: "file", Cid: child, Name: name, Path: path + "/" + name, Size: uint64(len(data))}
			if child.Type() == jsonCodec {
				e.Type, e.Size = "dir", 0
			}
			if !yield(e) {
				return nil
			}
		}
		return nil
	})
}

func (b *Backend) file(path string) ([]byte, error) {
	c, err := b.resolveWhole(path)
	if err != nil {
		return nil, err
	}
	if c.Type() != cid.Raw {
		return nil, nodeapi.Errorf(nodeapi.CodeNotAFile, map[string]any{"path": path}, "%s is not a file", path)
	}
	return b.get(c)
}

func (b *Backend) directory(c cid.Cid) (directory, error) {
	if c.Type() != jsonCodec {
		return nil, nodeapi.Errorf(nodeapi.CodeNotADirectory, map[string]any{"path": c.String()}, "%s is not a directory", c)
	}
	data, err := b.get(c)
	if err != nil {
		return nil, err
	}
	var dir directory
	return dir, json.Unmarshal(data, &dir)
}

// resolve follows path through directories. In a block of another kind it ends
// with what of the path is left.
func (b *Backend) resolve(path string) (c cid.Cid, rest string, err error) {
	parts := strings.Split(strings.TrimPrefix(path, "/ipfs/"), "/")
	c, err = cid.Decode(parts[0])
	if err != nil {
		return cid.Undef, "", nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": path}, "path %q: %w", path, err)
	}
	for i, name := range parts[1:] {
		if c.Type() != jsonCodec {
			return c, strings.Join(parts[i+1:], "/"), nil
		}
		dir, err := b.directory(c)
		if err != nil {
			return cid.Undef, "", err
		}
		next, ok := dir[name]
		if !ok {
			return cid.Undef, "", noLink(path, c, name)
		}
		c = cid.MustParse(next)
	}
	return c, "", nil
}

// resolveWhole follows a path that must end at a block.
func (b *Backend) resolveWhole(path string) (cid.Cid, error) {
	c, rest, err := b.resolve(path)
	if err == nil && rest != "" {
		return cid.Undef, noLink(path, c, rest)
	}
	return c, err
}

func noLink(path string, at cid.Cid, name string) error {
	return nodeapi.Errorf(nodeapi.CodeNoLink,
		map[string]any{"path": path, "cid": at.String(), "link": name}, "no link %q under %s", name, at)
}
