package node

import (
	"context"
	"sync"
	"sync/atomic"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A fetcher gets what an operation finds missing from sources and peers. It travels in the
// operation's context. Operations without one, those that are about the repo
// itself among them, have what the repo has and no more.
//
// What it gets is on a lease until the operation ends.
type fetcher struct {
	exchange *exchange
	lease    *lease
	// missed says that a block was missing: others of the same DAG will be too,
	// and are not looked for before they are asked for.
	missed atomic.Bool

	mu      sync.Mutex // guards following
	session *session   // nil until something is fetched
}

type fetcherKey struct{}

// fetcherOf returns the fetcher of the operation that ctx belongs to, or nil.
func fetcherOf(ctx context.Context) *fetcher {
	f, _ := ctx.Value(fetcherKey{}).(*fetcher)
	return f
}

// withoutFetcher is for what is to look in the repo alone.
func withoutFetcher(ctx context.Context) context.Context {
	return context.WithValue(ctx, fetcherKey{}, nil)
}

// beginFetching is begin for an operation that gets what is missing from sources and
// peers, unless its context says that it is to look in the repo alone.
func (n *Node) beginFetching(ctx context.Context) (_ context.Context, end func()) {
	ctx, over := n.begin(ctx)
	if nodeapi.IsOffline(ctx) || !n.store.exchange.asks() {
		return ctx, over
	}
	f := &fetcher{exchange: n.store.exchange, lease: n.store.guard.lease()}
	return context.WithValue(ctx, fetcherKey{}, f), func() {
		f.close()
		over()
	}
}

func (f *fetcher) close() {
	f.lease.release()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.session != nil {
		f.session.leave()
	}
}

// looksFirst reports whether to look for a block in the repo before it is
// fetched.
func (f *fetcher) looksFirst(c cid.Cid) bool {
	return f == nil || !f.missed.Load() || c.Prefix().MhType == multihash.IDENTITY
}

// fetch fills the gaps in found with the blocks that belong there by cids. It
// asks for all of them at once.
func (f *fetcher) fetch(ctx context.Context, cids []cid.Cid, found []blocks.Block) error {
	f.missed.Store(true)
	var gaps []int
	var mhs []multihash.Multihash
	for i, c := range cids {
		if found[i] == nil {
			gaps = append(gaps, i)
			mhs = append(mhs, c.Hash())
		}
	}
	if err := f.lease.hold(ctx, mhs...); err != nil {
		return err
	}
	s := f.join()
	defer s.leave()
	defer nodeapi.Away(ctx)()
	wants := make([]*want, 0, len(gaps))
	defer func() {
		for _, w := range wants {
			f.exchange.leave(w)
		}
	}()
	for _, i := range gaps {
		wants = append(wants, f.exchange.want(cids[i], s))
	}
	for k, i := range gaps {
		b, err := wants[k].wait(ctx)
		if err != nil {
			return f.exchange.store.wrap(ctx, err)
		}
		if found[i], err = blockUnder(cids[i], b); err != nil {
			return err
		}
	}
	return nil
}

// join takes part in the operation's session; leave must be called on it.
func (f *fetcher) join() *session {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.session == nil {
		f.session = f.exchange.newSession()
	}
	f.session.join()
	return f.session
}

// blockUnder returns a block under another CID of the same hash.
func blockUnder(c cid.Cid, b blocks.Block) (blocks.Block, error) {
	if b.Cid().Equals(c) {
		return b, nil
	}
	return blocks.NewBlockWithCid(b.RawData(), c)
}
