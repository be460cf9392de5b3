package servertest

import (
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

// Add implements server.Files. Of a profile it knows the names alone; options
// other than Pin, PinName, OnlyHash, Progress and WrapWithDirectory mean nothing
// to it.
func (b *Backend) Add(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	return sequence(ctx, b, nodeapi.MethodAdd, func(yield func(nodeapi.AddEvent) bool) error {
		if err := oneOf("profile", opts.Profile, "", "unixfs-v1-2025", "unixfs-v0-2015"); err != nil {
			return err
		}
		a := &adding{b: b, ctx: ctx, opts: opts, yield: yield, blocks: make(map[cid.Cid][]byte)}
		a.root.entries = make(map[string]*entry)
		err := a.run(src)
		if errors.Is(err, errStopped) {
			return nil
		}
		return err
	})
}

var errStopped = errors.New("the caller stopped the iteration")

// adding is an add under way; its blocks are kept apart until its end.
type adding struct {
	b      *Backend
	ctx    context.Context
	opts   nodeapi.AddOptions
	yield  func(nodeapi.AddEvent) bool
	blocks map[cid.Cid][]byte
	root   entry
	roots  []cid.Cid
}

// entry is a file with its CID or a directory with its entries.
type entry struct {
	cid     cid.Cid
	entries map[string]*entry
}

func (a *adding) run(src iter.Seq2[nodeapi.AddEntry, error]) error {
	for e, err := range src {
		if err != nil {
			return err
		}
		if err := a.add(e); err != nil {
			return err
		}
	}
	if err := a.finish(); err != nil {
		return err
	}
	if a.opts.OnlyHash {
		return nil
	}
	for c, data := range a.blocks {
		a.b.put(c, data)
	}
	if a.opts.Pin == nil || *a.opts.Pin {
		for _, c := range a.roots {
			a.b.pin(a.ctx, nodeapi.Pin{Cid: c, Type: "recursive", Name: a.opts.PinName})
		}
	}
	return nil
}

func (a *adding) add(e nodeapi.AddEntry) error {
	if e.Dir {
		_, err := a.place(e.Path, &entry{entries: make(map[string]*entry)})
		return err
	}
	data, err := a.read(e)
	if err != nil {
		return err
	}
	file := &entry{cid: sum(cid.Raw, data)}
	a.blocks[file.cid] = data
	isRoot := e.Path == ""
	if !isRoot {
		if isRoot, err = a.place(e.Path, file); err != nil {
			return err
		}
	}
	if isRoot && !a.opts.WrapWithDirectory {
		a.roots = append(a.roots, file.cid)
	}
	return a.tell(nodeapi.AddEvent{Added: &nodeapi.Added{
		Path: e.Path, Cid: file.cid, Size: uint64(len(data)), Mode: e.Mode, Mtime: e.Mtime,
	}})
}

func (a *adding) read(e nodeapi.AddEntry) ([]byte, error) {
	var data bytes.Buffer
	for {
		if err := a.b.step(a.ctx, nodeapi.MethodAdd); err != nil {
			return nil, err
		}
		_, err := io.CopyN(&data, e.Content, 64<<10)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if a.opts.Progress {
			progress := &nodeapi.AddProgress{Path: e.Path, Bytes: uint64(data.Len())}
			if err := a.tell(nodeapi.AddEvent{Progress: progress}); err != nil {
				return nil, err
			}
		}
		if err != nil {
			return data.Bytes(), nil
		}
	}
}

// place puts e at path under the root and reports whether it is a root itself.
func (a *adding) place(path string, e *entry) (isRoot bool, err error) {
	names := strings.Split(path, "/")
	dir := &a.root
	for _, name := range names[:len(names)-1] {
		next := dir.entries[name]
		if next == nil {
			next = &entry{entries: make(map[string]*entry)}
			dir.entries[name] = next
		}
		if next.entries == nil {
			return false, nodeapi.Errorf(nodeapi.CodeNotADirectory, map[string]any{"path": path}, "%s is a file", name)
		}
		dir = next
	}
	if dir.entries[names[len(names)-1]] == nil || e.entries == nil {
		dir.entries[names[len(names)-1]] = e
	}
	return len(names) == 1, nil
}

// finish makes the directories' blocks, the innermost first.
func (a *adding) finish() error {
	for name, e := range sorted(a.root.entries) {
		if e.entries == nil {
			continue
		}
		if err := a.seal(name, e); err != nil {
			return err
		}
		if !a.opts.WrapWithDirectory {
			a.roots = append(a.roots, e.cid)
		}
	}
	if !a.opts.WrapWithDirectory {
		return nil
	}
	err := a.seal("", &a.root)
	a.roots = append(a.roots, a.root.cid)
	return err
}

func (a *adding) seal(path string, e *entry) error {
	dir := make(directory)
	for name, child := range sorted(e.entries) {
		if child.entries != nil && !child.cid.Defined() {
			if err := a.seal(path+"/"+name, child); err != nil {
				return err
			}
		}
		dir[name] = child.cid.String()
	}
	data, err := json.Marshal(dir)
	if err != nil {
		return err
	}
	e.cid = sum(jsonCodec, data)
	a.blocks[e.cid] = data
	return a.tell(nodeapi.AddEvent{Added: &nodeapi.Added{Path: path, Cid: e.cid, Size: uint64(len(data))}})
}

func (a *adding) tell(event nodeapi.AddEvent) error {
	if !a.yield(event) {
		return errStopped
	}
	return nil
}

func sorted(entries map[string]*entry) iter.Seq2[string, *entry] {
	return func(yield func(string, *entry) bool) {
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			if !yield(name, entries[name]) {
				return
			}
		}
	}
}
