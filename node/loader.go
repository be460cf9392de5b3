package node

import (
	"context"
	"iter"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
)

// loadAtOnce is the most blocks that a loader loads together.
const loadAtOnce = 16

// A loader loads blocks in an order that is known a little ahead, some that come
// next along with each: a store, and peers even more, give many for the time of
// one. It is used by one goroutine.
//
// How large they are is not known before. So it loads more at a time only as long
// as what it loaded last was small, and none ahead while it holds its share of
// what readers may. The blocks of one step may still come to loadAtOnce of the
// largest size.
type loader struct {
	store *store
	ahead map[cid.Cid]blocks.Block
	bytes int64 // of ahead
	count int   // to load at the next step
}

// newLoader joins the readers that share memory; leave must be called.
func newLoader(s *store) (l *loader, leave func()) {
	return &loader{store: s, ahead: map[cid.Cid]blocks.Block{}, count: 2}, s.reads.join()
}

// load returns a block. next yields those that will be asked for after it, the
// soonest first.
func (l *loader) load(ctx context.Context, c cid.Cid, next iter.Seq[cid.Cid]) (blocks.Block, error) {
	if b, ok := l.ahead[c]; ok {
		delete(l.ahead, c)
		l.bytes -= int64(len(b.RawData()))
		return b, nil
	}
	cids := l.plan(c, next)
	if len(cids) == 1 {
		return l.store.get(ctx, c)
	}
	bs, err := l.store.getMany(ctx, cids)
	if err != nil {
		return nil, err
	}
	var size int64
	for i, b := range bs {
		size += int64(len(b.RawData()))
		if i > 0 {
			l.ahead[cids[i]] = b
			l.bytes += int64(len(b.RawData()))
		}
	}
	switch share := l.store.reads.share(); {
	case size > share/2:
		l.count = max(2, l.count/2)
	case size < share/4 && len(cids) == l.count:
		l.count = min(loadAtOnce, 2*l.count)
	}
	return bs[0], nil
}

// plan returns what to load now, c first.
func (l *loader) plan(c cid.Cid, next iter.Seq[cid.Cid]) []cid.Cid {
	cids := []cid.Cid{c}
	if l.bytes > l.store.reads.share()/2 {
		return cids
	}
	planned := cid.NewSet()
	planned.Add(c)
	for n := range next {
		if len(cids) == l.count {
			break
		}
		if _, have := l.ahead[n]; !have && planned.Visit(n) {
			cids = append(cids, n)
		}
	}
	return cids
}
