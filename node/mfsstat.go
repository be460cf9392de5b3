package node

import (
	"context"
	"errors"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FilesStat says what is at a path, of the tree or of the form
// "/ipfs/<cid>/a/b".
func (n *Node) FilesStat(ctx context.Context, req nodeapi.FilesStatRequest) (nodeapi.FilesStat, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	p, release, err := n.files.locate(ctx, req.Path)
	if err != nil {
		return nodeapi.FilesStat{}, err
	}
	defer release()
	f, err := n.store.resolveFS(ctx, p)
	if errors.Is(err, errNotUnixFS) {
		return nodeapi.FilesStat{}, notAFile(req.Path)
	}
	if err != nil {
		return nodeapi.FilesStat{}, err
	}
	st, err := f.stat()
	if err != nil || !req.WithLocal {
		return st, err
	}
	st.WithLocality = true
	l := localWalk{store: n.store, known: map[fingerprint]locality{}}
	found, err := l.look(withoutFetcher(ctx), f.cid, 0)
	st.Local, st.SizeLocal = found.whole, found.size
	return st, err
}

func (f *fsNode) stat() (nodeapi.FilesStat, error) {
	if f.pb == nil {
		size := uint64(len(f.raw))
		return nodeapi.FilesStat{Cid: f.cid, Size: size, CumulativeSize: size, Type: mfsFile}, nil
	}
	whole, err := f.pb.Size()
	st := nodeapi.FilesStat{
		Cid:            f.cid,
		Size:           f.inner.FileSize(),
		CumulativeSize: whole,
		Type:           mfsFile,
		Blocks:         uint64(len(f.pb.Links())),
		Mode:           modeOf(f.inner),
		Mtime:          mtimeOf(f.inner),
	}
	if f.isDir() {
		st.Type, st.Size = mfsDirectory, 0
	}
	return st, err
}

// A localWalk finds out how much of a DAG the repo has. A block counts as often
// as the DAG has it, and is read once.
type localWalk struct {
	store *store
	known map[fingerprint]locality
}

type locality struct {
	size  uint64 // bytes
	whole bool
}

// maxDAGDepth bounds the levels of a DAG that is walked level by level.
const maxDAGDepth = 4096

func (l *localWalk) look(ctx context.Context, c cid.Cid, depth int) (locality, error) {
	key := fingerprintOf(c.Hash())
	if found, again := l.known[key]; again {
		return found, nil
	}
	if depth == maxDAGDepth {
		return locality{}, invalidBlock(c, errors.New("the DAG is too deep"))
	}
	found, links, err := l.block(ctx, c)
	if err != nil {
		return found, err
	}
	for _, link := range links {
		under, err := l.look(ctx, link, depth+1)
		if err != nil {
			return found, err
		}
		found.size += under.size
		found.whole = found.whole && under.whole
	}
	l.known[key] = found
	return found, nil
}

// block looks at one block. Of those that can have no links it asks only the
// size.
func (l *localWalk) block(ctx context.Context, c cid.Cid) (locality, []cid.Cid, error) {
	inner, err := canHaveLinks(c)
	if err != nil {
		return locality{}, nil, err
	}
	nodeapi.Spend(ctx, walkCost)
	if !inner {
		size, err := l.store.size(ctx, c)
		if nodeapi.CodeOf(err) == nodeapi.CodeNotFound {
			return locality{}, nil, nil
		}
		return locality{size: uint64(max(size, 0)), whole: true}, nil, err
	}
	b, err := l.store.get(ctx, c)
	if nodeapi.CodeOf(err) == nodeapi.CodeNotFound {
		return locality{}, nil, nil
	}
	if err != nil {
		return locality{}, nil, err
	}
	links, err := linksOf(b)
	return locality{size: uint64(len(b.RawData())), whole: true}, links, err
}
