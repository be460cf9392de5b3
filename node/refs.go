package node

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/ipfs/boxo/ipld/merkledag"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The formats of references that options stand for.
const (
	refsFormat = "<dst>"
	refsEdges  = "<src> -> <dst>"
)

// Refs yields the links of the blocks in which paths end, and of what is under
// them if that is asked for: down before on, through the links of a block in
// their order, each once its block is there. All of that is as in Kubo.
//
// What is wrong under one of the paths is told as an item, and ends that path
// alone; a path that cannot be followed is an error, before anything is told. A
// unique request remembers some 32 bytes for each block.
func (n *Node) Refs(ctx context.Context, req nodeapi.RefsRequest) iter.Seq2[nodeapi.Ref, error] {
	return func(yield func(nodeapi.Ref, error) bool) {
		ctx, end := n.beginFetching(ctx)
		defer end()
		err := n.refs(ctx, req, func(r nodeapi.Ref) error {
			if !yield(r, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nodeapi.Ref{}, err)
		}
	}
}

func (n *Node) refs(ctx context.Context, req nodeapi.RefsRequest, tell func(nodeapi.Ref) error) error {
	w, err := newRefsWalk(ctx, n.store, req)
	if err != nil {
		return err
	}
	w.tell = tell
	roots := make([]cid.Cid, len(req.Paths))
	for i, text := range req.Paths {
		p, err := n.path(ctx, text)
		if err != nil {
			return err
		}
		if roots[i], _, err = n.store.resolve(ctx, p); err != nil {
			return err
		}
	}
	for _, root := range roots {
		err := w.root(root)
		var coded *nodeapi.Error
		switch {
		case err == nil:
		case ctx.Err() != nil || errors.Is(err, errStop) || !errors.As(err, &coded):
			return err
		default:
			if err := tell(nodeapi.Ref{Err: coded.Message, Code: coded.Code}); err != nil {
				return err
			}
		}
	}
	return nil
}

// A refsWalk is a Refs under way.
type refsWalk struct {
	ctx    context.Context
	store  *store
	unique bool
	depth  int // the deepest to tell of; negative for all
	format string
	tell   func(nodeapi.Ref) error

	seen map[fingerprint]int // of a unique request: at what depth
}

func newRefsWalk(ctx context.Context, s *store, req nodeapi.RefsRequest) (*refsWalk, error) {
	w := &refsWalk{ctx: ctx, store: s, unique: req.Unique, depth: 1, format: req.Format, seen: map[fingerprint]int{}}
	if w.format == "" {
		w.format = refsFormat
	}
	if req.Edges {
		if w.format != refsFormat {
			return nil, invalidOption("format", req.Format, "a format beside edges, which is one itself")
		}
		w.format = refsEdges
	}
	if req.Recursive {
		w.depth = -1
		if req.MaxDepth != nil {
			w.depth = *req.MaxDepth
		}
	}
	return w, nil
}

// A refsLevel is a block whose links are being told of.
type refsLevel struct {
	at    cid.Cid
	links []namedLink // those left
}

// root tells of what is under a block.
func (w *refsWalk) root(c cid.Cid) error {
	l, leave := newLoader(w.store)
	defer leave()
	b, err := w.load(l, c, nil)
	if err != nil {
		return err
	}
	links, err := namedLinksOf(b)
	if err != nil {
		return err
	}
	levels := []refsLevel{{c, links}}
	for len(levels) > 0 {
		top := &levels[len(levels)-1]
		if len(top.links) == 0 {
			levels = levels[:len(levels)-1]
			continue
		}
		at, link := top.at, top.links[0]
		top.links = top.links[1:]
		below, err := w.link(l, at, link, top.links, len(levels))
		if err != nil {
			return err
		}
		if len(below) > 0 {
			levels = append(levels, refsLevel{link.cid, below})
		}
	}
	return nil
}

// link tells of a link and returns those that are under it, if they are to be
// told of too.
func (w *refsWalk) link(l *loader, from cid.Cid, link namedLink, next []namedLink, depth int) ([]namedLink, error) {
	deeper, told := w.visit(link.cid, depth)
	if !deeper && !told {
		return nil, nil
	}
	inner, err := canHaveLinks(link.cid)
	if err != nil {
		return nil, err
	}
	var below []namedLink
	if deeper && inner {
		b, err := w.load(l, link.cid, next)
		if err != nil {
			return nil, err
		}
		if below, err = namedLinksOf(b); err != nil {
			return nil, err
		}
	} else if err := w.store.need(w.ctx, link.cid); err != nil {
		return nil, err
	}
	if !told {
		return below, nil
	}
	return below, w.tell(nodeapi.Ref{Ref: w.text(from, link)})
}

// load loads a block, and ahead of them those of the links that follow which
// will be looked into.
func (w *refsWalk) load(l *loader, c cid.Cid, next []namedLink) (blocks.Block, error) {
	nodeapi.Spend(w.ctx, walkCost)
	return l.load(w.ctx, c, func(yield func(cid.Cid) bool) {
		for _, link := range next[:min(len(next), loadAtOnce)] {
			inner, err := canHaveLinks(link.cid)
			_, seen := w.seen[fingerprintOfKey(link.cid.KeyString())]
			if err == nil && inner && !seen && !yield(link.cid) {
				return
			}
		}
	})
}

// visit reports whether to look under a block at a depth, and whether to tell of
// it. A unique request looks again at what it meets less deep than before, if it
// is to stop somewhere.
func (w *refsWalk) visit(c cid.Cid, depth int) (deeper, told bool) {
	last := w.depth >= 0 && depth == w.depth
	if w.depth >= 0 && depth > w.depth {
		return false, false
	}
	if !w.unique {
		return !last, true
	}
	k := fingerprintOfKey(c.KeyString())
	before, again := w.seen[k]
	if again && (w.depth < 0 || before <= depth) {
		return false, false
	}
	w.seen[k] = depth
	return !last, !again
}

func (w *refsWalk) text(from cid.Cid, link namedLink) string {
	if w.format == refsFormat {
		return link.cid.String()
	}
	// One after the other, as Kubo does: a name may have the next one in it.
	text := strings.ReplaceAll(w.format, "<src>", from.String())
	text = strings.ReplaceAll(text, "<dst>", link.cid.String())
	return strings.ReplaceAll(text, "<linkname>", link.name)
}

// A namedLink is a link with the name that dag-pb has for it.
type namedLink struct {
	cid  cid.Cid
	name string
}

// namedLinksOf returns the links in a block, in order, with repetitions.
func namedLinksOf(b blocks.Block) ([]namedLink, error) {
	if b.Cid().Type() != cid.DagProtobuf {
		cids, err := linksOf(b)
		links := make([]namedLink, len(cids))
		for i, c := range cids {
			links[i].cid = c
		}
		return links, err
	}
	nd, err := merkledag.DecodeProtobufBlock(b)
	if err != nil {
		return nil, invalidBlock(b.Cid(), err)
	}
	links := make([]namedLink, len(nd.Links()))
	for i, l := range nd.Links() {
		links[i] = namedLink{l.Cid, l.Name}
	}
	return links, nil
}

// RefsLocal yields the blocks of the repo, as the CIDs of raw blocks: a repo
// keeps blocks by their hashes.
func (n *Node) RefsLocal(ctx context.Context) iter.Seq2[cid.Cid, error] {
	return func(yield func(cid.Cid, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		err := n.store.each(ctx, func(c cid.Cid) error {
			if !yield(cid.NewCidV1(cid.Raw, c.Hash()), nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(cid.Undef, n.store.wrap(ctx, err))
		}
	}
}
