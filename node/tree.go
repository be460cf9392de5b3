package node

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/ipld/unixfs/hamt"
	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A tree is the directories of an add until they are built. Of a file it keeps
// the link alone.
type tree struct {
	header  nodeapi.FileHeader // of a directory as the source announced it
	stat    stat
	entries map[string]*treeEntry
}

// A treeEntry is a directory or, if that is nil, a file.
type treeEntry struct {
	dir  *tree
	file nodeapi.Added
}

func newTree() *tree { return &tree{entries: map[string]*treeEntry{}} }

// splitPath returns the parts of an entry's path. A path may begin or end with
// "/".
func splitPath(path string) ([]string, error) {
	trimmed := strings.Trim(path, "/")
	if trimmed == "" {
		return nil, invalidPath(path, "it names nothing")
	}
	parts := strings.Split(trimmed, "/")
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return nil, invalidPath(path, "it has the part "+`"`+part+`"`)
		}
	}
	return parts, nil
}

func invalidPath(path, why string) error {
	return nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": path}, "path %q: %s", path, why)
}

// mkdir returns the directory at parts, and makes what is missing of it.
func (t *tree) mkdir(path string, parts []string) (*tree, error) {
	for _, part := range parts {
		e := t.entries[part]
		if e == nil {
			e = &treeEntry{dir: newTree()}
			t.entries[part] = e
		}
		if e.dir == nil {
			return nil, invalidPath(path, `"`+part+`" was added as a file`)
		}
		t = e.dir
	}
	return t, nil
}

// addFile puts a file into its directory.
func (t *tree) addFile(path string, parts []string, file nodeapi.Added) error {
	last := len(parts) - 1
	dir, err := t.mkdir(path, parts[:last])
	if err != nil {
		return err
	}
	if dir.entries[parts[last]] != nil {
		return invalidPath(path, "it was added twice")
	}
	dir.entries[parts[last]] = &treeEntry{file: file}
	return nil
}

// build makes the directory's DAG after those of the directories in it, and
// tells of each of the latter, whose path is below path.
func (t *tree) build(im *importer, path string, tell func(nodeapi.Added) error) (nodeapi.Added, error) {
	links := make(map[string]link, len(t.entries))
	for _, name := range slices.Sorted(maps.Keys(t.entries)) {
		e := t.entries[name]
		if e.dir != nil {
			added, err := e.dir.build(im, joinPath(path, name), tell)
			if err != nil {
				return nodeapi.Added{}, err
			}
			if err := tell(added); err != nil {
				return nodeapi.Added{}, err
			}
			e.file = added
		}
		links[name] = link{e.file.Cid, e.file.Size}
	}
	built, err := im.directory(links, t.stat)
	if err != nil {
		return nodeapi.Added{}, err
	}
	return nodeapi.Added{Path: path, Cid: built.cid, Size: built.size, Mode: t.header.Mode, Mtime: t.header.Mtime}, nil
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// directory builds a directory: in one block if that is not over the profile's
// threshold, as a HAMT otherwise.
func (im *importer) directory(links map[string]link, st stat) (link, error) {
	names := slices.Sorted(maps.Keys(links))
	nd := unixfs.EmptyDirNodeWithStat(st.mode, st.mtime)
	if st == (stat{}) {
		nd = unixfs.EmptyDirNode()
	}
	if err := nd.SetCidBuilder(im.settings.prefix); err != nil {
		return link{}, err
	}
	estimate := 0 // of the links, as the older profile counts
	for _, name := range names {
		l := links[name]
		if err := nd.AddRawLink(name, &ipld.Link{Name: name, Size: l.size, Cid: l.cid}); err != nil {
			return link{}, err
		}
		estimate += len(name) + l.cid.ByteLen()
		if estimate > im.settings.profile.HAMTShardingSize {
			return im.hamt(names, links, st) // a block is never smaller than the estimate
		}
	}
	if im.settings.profile.HAMTSizeEstimation == uio.SizeEstimationBlock {
		estimate = len(nd.RawData())
	}
	if estimate > im.settings.profile.HAMTShardingSize {
		return im.hamt(names, links, st)
	}
	return im.addNode(nd)
}

func (im *importer) hamt(names []string, links map[string]link, st stat) (link, error) {
	shard, err := hamt.NewShard(im.writer, im.settings.profile.HAMTShardWidth)
	if err != nil {
		return link{}, err
	}
	shard.SetCidBuilder(im.settings.prefix)
	shard.SetStat(st.mode, st.mtime)
	for _, name := range names {
		l := links[name]
		err := shard.SetLink(im.ctx, name, &ipld.Link{Name: name, Size: l.size, Cid: l.cid})
		if err != nil {
			return link{}, err
		}
	}
	nd, err := shard.Node()
	if err != nil {
		return link{}, err
	}
	return linkTo(nd)
}

func (im *importer) addNode(nd *merkledag.ProtoNode) (link, error) {
	if err := im.writer.Add(context.Background(), nd); err != nil {
		return link{}, err
	}
	return linkTo(nd)
}
