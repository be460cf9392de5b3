package node

import (
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

// maxTreeDepth bounds how deep directories are nested.
const maxTreeDepth = 1024

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
	if len(parts) > maxTreeDepth {
		return nil, invalidPath(path, "it is nested too deep")
	}
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return nil, invalidPath(path, `it has the part "`+part+`"`)
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

// place returns the directory of a file that is about to be added, and the name
// that it has there.
func (t *tree) place(path string, parts []string) (*tree, string, error) {
	last := len(parts) - 1
	dir, err := t.mkdir(path, parts[:last])
	if err != nil {
		return nil, "", err
	}
	if dir.entries[parts[last]] != nil {
		return nil, "", invalidPath(path, "it was added twice")
	}
	return dir, parts[last], nil
}

// build makes the directory's DAG after those of the directories in it, and
// tells of each of the latter, whose path is below path.
func (t *tree) build(im *importer, path string, tell func(nodeapi.Added) error) (nodeapi.Added, error) {
	links := make([]*ipld.Link, 0, len(t.entries))
	for _, name := range slices.Sorted(maps.Keys(t.entries)) {
		e := t.entries[name]
		if e.dir != nil {
			var err error
			if e.file, err = e.dir.build(im, joinPath(path, name), tell); err != nil {
				return nodeapi.Added{}, err
			}
			if err := tell(e.file); err != nil {
				return nodeapi.Added{}, err
			}
		}
		links = append(links, &ipld.Link{Name: name, Size: e.file.Size, Cid: e.file.Cid})
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
func (im *importer) directory(links []*ipld.Link, st stat) (link, error) {
	threshold := im.settings.profile.HAMTShardingSize
	estimate := 0 // as the older profile counts; a block is never smaller
	for _, l := range links {
		estimate += len(l.Name) + l.Cid.ByteLen()
	}
	if estimate > threshold {
		return im.hamt(links, st)
	}
	nd, err := im.flatDirectory(links, st)
	if err != nil {
		return link{}, err
	}
	inBlocks := im.settings.profile.HAMTSizeEstimation == uio.SizeEstimationBlock
	if inBlocks && len(nd.RawData()) > threshold {
		return im.hamt(links, st)
	}
	if err := im.writer.Add(im.ctx, nd); err != nil {
		return link{}, err
	}
	return linkTo(nd)
}

func (im *importer) flatDirectory(links []*ipld.Link, st stat) (*merkledag.ProtoNode, error) {
	nd := unixfs.EmptyDirNodeWithStat(st.mode, st.mtime)
	if err := nd.SetCidBuilder(im.settings.prefix); err != nil {
		return nil, err
	}
	for _, l := range links {
		if err := nd.AddRawLink(l.Name, l); err != nil {
			return nil, err
		}
	}
	return nd, nil
}

func (im *importer) hamt(links []*ipld.Link, st stat) (link, error) {
	shard, err := hamt.NewShard(im.writer, im.settings.profile.HAMTShardWidth)
	if err != nil {
		return link{}, err
	}
	shard.SetCidBuilder(im.settings.prefix)
	shard.SetStat(st.mode, st.mtime)
	for _, l := range links {
		if err := shard.SetLink(im.ctx, l.Name, l); err != nil {
			return link{}, err
		}
	}
	nd, err := shard.Node()
	if err != nil {
		return link{}, err
	}
	return linkTo(nd)
}
