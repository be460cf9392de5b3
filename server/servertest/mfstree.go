package servertest

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An mfsEntry is a file of the Mutable File System or, if dir is set, a
// directory.
type mfsEntry struct {
	dir   bool
	data  []byte
	mode  *uint32
	mtime *nodeapi.Mtime
}

func (e mfsEntry) kind() string {
	if e.dir {
		return "directory"
	}
	return "file"
}

// cid is that of a file's bytes or, for a directory, of its path.
func (e mfsEntry) cid(p string) cid.Cid {
	if e.dir {
		return sum(cid.DagProtobuf, []byte(p))
	}
	return sum(cid.Raw, e.data)
}

// changeFiles has f change the files, whole or not at all.
func (b *Backend) changeFiles(ctx context.Context, method string, f func(map[string]mfsEntry) error) error {
	done, err := b.enter(ctx, method)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	files := maps.Clone(b.files)
	if files == nil {
		files = map[string]mfsEntry{"/": {dir: true}}
	}
	if err := f(files); err != nil {
		return err
	}
	b.files = files
	return nil
}

func (b *Backend) mfsEntry(text string) (string, mfsEntry, error) {
	p, err := mfsPath(text)
	if err != nil {
		return p, mfsEntry{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e, there := b.files[p]
	if p == "/" {
		return p, mfsEntry{dir: true}, nil
	}
	if !there {
		return p, e, atPath(nodeapi.CodeNoLink, p)
	}
	return p, e, nil
}

func (b *Backend) mfsChildren(p string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var children []string
	for other := range b.files {
		if other != "/" && path.Dir(other) == p {
			children = append(children, other)
		}
	}
	return slices.Sorted(slices.Values(children))
}

// mfsParents sees to the directories above a path.
func mfsParents(files map[string]mfsEntry, p string, missing bool) error {
	dir := path.Dir(p)
	e, there := files[dir]
	switch {
	case there && e.dir:
		return nil
	case there:
		return atPath(nodeapi.CodeNotADirectory, dir)
	case !missing:
		return atPath(nodeapi.CodeNoLink, dir)
	}
	if err := mfsParents(files, dir, true); err != nil {
		return err
	}
	files[dir] = mfsEntry{dir: true}
	return nil
}

func mfsPath(text string) (string, error) {
	if !strings.HasPrefix(text, "/") {
		return "", nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": text}, "%q is not absolute", text)
	}
	return path.Clean(text), nil
}

func atPath(code nodeapi.Code, p string) error {
	return nodeapi.Errorf(code, map[string]any{"path": p}, "%s: %s", p, code)
}

// eachTarget calls f with each path and where it is to go.
func eachTarget(from []string, to string, f func(from, to string) error) error {
	target, err := mfsPath(to)
	if err != nil {
		return err
	}
	for _, text := range from {
		source, err := mfsPath(text)
		if err != nil {
			return err
		}
		into := target
		if len(from) > 1 || strings.HasSuffix(to, "/") {
			into = path.Join(target, path.Base(source))
		}
		if err := f(source, into); err != nil {
			return err
		}
	}
	return nil
}

// graft copies what is at from, with all that is below it, to to.
func graft(files map[string]mfsEntry, from, to string, parents bool) error {
	if _, there := files[from]; !there {
		return atPath(nodeapi.CodeNoLink, from)
	}
	if strings.HasPrefix(to, from+"/") || from == "/" {
		return atPath(nodeapi.CodeInvalidPath, to)
	}
	if err := mfsParents(files, to, parents); err != nil {
		return err
	}
	for p, e := range maps.Clone(files) {
		if p == from || strings.HasPrefix(p, from+"/") {
			files[to+strings.TrimPrefix(p, from)] = e
		}
	}
	return nil
}

func prune(files map[string]mfsEntry, p string) {
	maps.DeleteFunc(files, func(other string, _ mfsEntry) bool { return other == p || strings.HasPrefix(other, p+"/") })
}

// Paths returns what there is in the Mutable File System.
func (b *Backend) Paths() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.files))
}
