package names

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/ipfs/boxo/ipns"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/delegated"
)

// The times of a search: what one router may take, which looks in a DHT as a
// rule, and how long the others are waited for once one of them has answered.
const (
	searchTime = 60 * time.Second
	patience   = 5 * time.Second
)

// An Answer is what a router says of a name: its record, or an error, which is
// delegated.ErrNotFound if it knows none.
type Answer struct {
	Router string // its URL; empty for the repo
	Record *Record
	Err    error
}

// Ask asks the repo and then all routers at once, and yields what they say as it
// comes. It ends when all have answered, or some time after one has.
func (n *Names) Ask(ctx context.Context, name ipns.Name, opts Options) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		here, err := n.load(ctx, name)
		if err != nil {
			yield(Answer{}, ended(ctx, err))
			return
		}
		if here != nil && !here.expired() && !yield(Answer{Record: here}, nil) {
			return
		}
		if opts.Offline {
			return
		}
		for a := range n.askRouters(ctx, name) {
			if !yield(a, nil) {
				return
			}
		}
		if ctx.Err() != nil {
			yield(Answer{}, context.Cause(ctx))
		}
	}
}

func (n *Names) askRouters(ctx context.Context, name ipns.Name) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		routers := n.cfg.Routers()
		var asking sync.WaitGroup
		defer asking.Wait()
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		late := time.AfterFunc(searchTime, cancel)
		defer late.Stop()
		answers := make(chan Answer, len(routers))
		for _, r := range routers {
			asking.Go(func() { answers <- askRouter(within, r, name) })
		}
		for range routers {
			back := nodeapi.Away(ctx)
			a := <-answers
			back()
			if ctx.Err() != nil || !yield(a) {
				return
			}
			if a.Record != nil && within.Err() == nil {
				late.Reset(patience)
			}
		}
	}
}

func askRouter(ctx context.Context, r Router, name ipns.Name) Answer {
	a := Answer{Router: r.URL()}
	data, err := r.GetIPNS(ctx, name)
	if err == nil {
		a.Record, err = Verify(name, data)
	}
	if err != nil && ctx.Err() != nil {
		err = nodeapi.Errorf(nodeapi.CodeHTTPUnreachable, map[string]any{"url": r.URL()}, "%s took too long", r.URL())
	}
	a.Err = err
	return a
}

// search yields the records of a name, each newer than the one before.
func (n *Names) search(ctx context.Context, name ipns.Name, opts Options) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if known := n.cache.get(name); known != nil && !opts.NoCache {
			yield(known, nil)
			return
		}
		var best *Record
		var failures []error
		unknown := false
		for a, err := range n.Ask(ctx, name, opts) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case errors.Is(a.Err, delegated.ErrNotFound):
				unknown = true
			case a.Err != nil:
				failures = append(failures, a.Err)
			case a.Record.Newer(best):
				best = a.Record
				if !yield(best, nil) {
					return
				}
			}
		}
		switch {
		case best != nil && !opts.Offline: // the repo's may be old
			n.cache.put(name, best)
		case best == nil:
			yield(nil, inVain(name, opts, unknown, failures))
		}
	}
}

// inVain is the error of a search that found nothing: what failed, if all did.
func inVain(name ipns.Name, opts Options, unknown bool, failures []error) error {
	switch {
	case unknown || opts.Offline:
		return NotFound(name.String())
	case len(failures) > 0:
		return failures[0]
	}
	return ErrNoRouter
}
