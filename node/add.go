package node

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// errStopped ends an add whose events nobody takes any more.
var errStopped = errors.New("node: the add was stopped")

// Add imports files and directories as UnixFS. Blocks are written while the
// source is still being read; what is added becomes visible with its pin, at the
// end, and is garbage until then.
//
// A file without a path is a root of its own. Files and directories with paths
// are put together into directories; the first part of a path names a root.
func (n *Node) Add(ctx context.Context, src iter.Seq2[nodeapi.AddEntry, error], opts nodeapi.AddOptions) iter.Seq2[nodeapi.AddEvent, error] {
	return func(yield func(nodeapi.AddEvent, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		settings, err := importSettingsOf(opts)
		if err == nil {
			err = checkPinOptions(opts)
		}
		if err != nil {
			yield(nodeapi.AddEvent{}, err)
			return
		}
		lease := n.store.guard.lease()
		defer lease.release()
		ctx, cancel := context.WithCancel(ctx)
		writer := newBlockWriter(ctx, n.store, lease, n.imports.share)
		writer.dry = opts.OnlyHash
		defer writer.flying.Wait() // the lease covers what it writes
		defer cancel()
		a := &adding{
			node: n,
			opts: opts,
			tell: func(e nodeapi.AddEvent) error {
				if !yield(e, nil) {
					return errStopped
				}
				return nil
			},
			importer: importer{
				ctx:      ctx,
				settings: settings,
				hasher:   n.cfg.Hasher,
				writer:   writer,
				budget:   n.imports,
			},
			tree: newTree(),
		}
		if err := a.run(src); err != nil && !errors.Is(err, errStopped) {
			yield(nodeapi.AddEvent{}, err)
		}
	}
}

// adding is one add under way.
type adding struct {
	node     *Node
	opts     nodeapi.AddOptions
	tell     func(nodeapi.AddEvent) error
	importer importer
	nameless []nodeapi.Added // files without a path
	tree     *tree           // its entries are the other roots
}

func (a *adding) run(src iter.Seq2[nodeapi.AddEntry, error]) error {
	for entry, err := range src {
		if err != nil {
			return err
		}
		if err := a.entry(entry); err != nil {
			return err
		}
	}
	roots, err := a.roots()
	if err != nil {
		return err
	}
	if err := a.importer.writer.flush(); err != nil {
		return err
	}
	if err := a.pin(roots); err != nil {
		return err
	}
	for _, root := range roots {
		if err := a.tell(nodeapi.AddEvent{Added: &root}); err != nil {
			return err
		}
	}
	return nil
}

// pin pins the roots, all or none. That they are whole is known.
func (a *adding) pin(roots []nodeapi.Added) error {
	if a.opts.OnlyHash || a.opts.Pin != nil && !*a.opts.Pin || len(roots) == 0 {
		return nil
	}
	var cids []cid.Cid
	seen := cid.NewSet()
	for _, root := range roots {
		if seen.Visit(root.Cid) {
			cids = append(cids, root.Cid)
		}
	}
	ctx := a.importer.ctx
	pins, err := a.node.pinsFor(ctx)
	if err != nil {
		return err
	}
	err = chargeOf(ctx).pinned(ctx, len(cids), 0, func() error {
		return pins.add(ctx, pin.Recursive, a.opts.PinName, cids...)
	})
	return a.node.store.wrap(ctx, err)
}

func checkPinOptions(opts nodeapi.AddOptions) error {
	if opts.PinName != "" && opts.Pin != nil && !*opts.Pin {
		return invalidOption("pinName", opts.PinName, "a name for a pin that is not wanted")
	}
	return checkPinName("pinName", opts.PinName)
}

func (a *adding) entry(entry nodeapi.AddEntry) error {
	st, err := statOf(entry.FileHeader)
	if err != nil {
		return err
	}
	if entry.Dir {
		return a.directory(entry.FileHeader, st)
	}
	if entry.Path == "" {
		return a.namelessFile(entry, st)
	}
	parts, err := splitPath(entry.Path)
	if err != nil {
		return err
	}
	into, name, err := a.tree.place(entry.Path, parts)
	if err != nil {
		return err
	}
	added, err := a.file(entry, st)
	if err != nil {
		return err
	}
	added.Path = strings.Join(parts, "/")
	into.entries[name] = &treeEntry{file: added}
	if into == a.tree && !a.opts.WrapWithDirectory {
		return nil // a root, told of last
	}
	return a.tell(nodeapi.AddEvent{Added: &added})
}

// namelessFile takes a file that is a root, or in a wrapping directory has its
// CID as its name.
func (a *adding) namelessFile(entry nodeapi.AddEntry, st stat) error {
	added, err := a.file(entry, st)
	if err != nil {
		return err
	}
	added.Path = added.Cid.String()
	if !a.opts.WrapWithDirectory {
		a.nameless = append(a.nameless, added)
		return nil
	}
	a.tree.entries[added.Path] = &treeEntry{file: added}
	return a.tell(nodeapi.AddEvent{Added: &added})
}

func (a *adding) directory(h nodeapi.FileHeader, st stat) error {
	parts, err := splitPath(h.Path)
	if err != nil {
		return err
	}
	dir, err := a.tree.mkdir(h.Path, parts)
	if err != nil {
		return err
	}
	dir.header, dir.stat = h, st
	return nil
}

func (a *adding) file(entry nodeapi.AddEntry, st stat) (nodeapi.Added, error) {
	content := entry.Content
	if content == nil {
		content = strings.NewReader("")
	}
	built, err := a.importer.file(content, st, a.progress(entry.Path))
	if err != nil {
		return nodeapi.Added{}, err
	}
	return nodeapi.Added{Cid: built.cid, Size: built.size, Mode: entry.Mode, Mtime: entry.Mtime}, nil
}

// progress returns what to call with the size of each chunk of a file.
func (a *adding) progress(path string) func(int) error {
	ctx := a.importer.ctx
	var total uint64
	return func(chunk int) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !a.opts.Progress {
			return nil
		}
		total += uint64(chunk)
		return a.tell(nodeapi.AddEvent{Progress: &nodeapi.AddProgress{Path: path, Bytes: total}})
	}
}

// roots builds the directories and returns all roots.
func (a *adding) roots() ([]nodeapi.Added, error) {
	tell := func(added nodeapi.Added) error { return a.tell(nodeapi.AddEvent{Added: &added}) }
	if a.opts.WrapWithDirectory {
		root, err := a.tree.build(&a.importer, "", tell)
		return []nodeapi.Added{root}, err
	}
	roots := a.nameless
	for _, name := range slices.Sorted(maps.Keys(a.tree.entries)) {
		e := a.tree.entries[name]
		if e.dir == nil {
			roots = append(roots, e.file)
			continue
		}
		root, err := e.dir.build(&a.importer, name, tell)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	return roots, nil
}
