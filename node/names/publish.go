package names

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// askTime is how long a publisher asks the routers which record they have.
const askTime = 5 * time.Second

// Publishing says how a name is published.
type Publishing struct {
	Lifetime time.Duration // required
	TTL      time.Duration // required
	// AllowOffline is to keep the record in the repo where no router takes it.
	AllowOffline bool
	// Alone is to tell no router now.
	Alone bool
}

// Publish points the name of a key at a path. When it returns without error the
// record is in the repo, and at one of the routers unless p.AllowOffline. If none
// of them took it, it is offered to them again later all the same.
func (n *Names) Publish(ctx context.Context, key crypto.PrivKey, value path.Path, p Publishing) (ipns.Name, error) {
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return ipns.Name{}, err
	}
	name := ipns.NameFromPeer(id)
	var routers []Router
	if !p.Alone {
		routers = n.cfg.Routers()
	}
	if len(routers) == 0 && !p.AllowOffline {
		return name, ErrNoRouter
	}
	there, err := n.newestAmong(ctx, routers, name)
	if err != nil {
		return name, err
	}
	rec, err := n.signNext(ctx, key, name, value, there, p)
	if err != nil {
		return name, ended(ctx, err)
	}
	n.cache.put(name, rec)
	err = n.putAll(ctx, routers, name, rec.Data)
	n.renewLater(name, p.Lifetime, err == nil)
	n.wake()
	if p.AllowOffline && ctx.Err() == nil {
		err = nil
	}
	return name, err
}

// newestAmong returns the newest record that routers have, or nil: another node
// may publish with the same key.
func (n *Names) newestAmong(ctx context.Context, routers []Router, name ipns.Name) (*Record, error) {
	if len(routers) == 0 {
		return nil, nil
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var best *Record
	for a := range n.askRouters(asking, name) {
		if a.Record != nil && a.Record.Newer(best) {
			best = a.Record
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return best, nil
}

// signNext makes the next record of a name and keeps it. Its sequence number
// grows if its value is another one, or if it would otherwise be no newer.
func (n *Names) signNext(ctx context.Context, key crypto.PrivKey, name ipns.Name, value path.Path, there *Record, p Publishing) (*Record, error) {
	n.writing.Lock()
	defer n.writing.Unlock()
	last, err := n.load(ctx, name)
	if err != nil {
		return nil, err
	}
	if there != nil && there.Newer(last) {
		last = there
	}
	end := time.Now().Add(p.Lifetime)
	var sequence uint64
	if last != nil {
		sequence = last.sequence
		if last.Value != value.String() || !end.After(last.end) {
			sequence++
		}
	}
	rec, err := sign(name, key, value, sequence, end, p.TTL)
	if err != nil {
		return nil, err
	}
	return rec, n.keep(ctx, name, rec.Data, p.Lifetime)
}

// errOld is the error of a record that is older than the repo's.
var errOld = errors.New("the repo has a newer one")

// Put keeps a record that was signed elsewhere, or here before, and hands it to
// the routers unless it is to stay here alone. told is called with what came of
// each.
func (n *Names) Put(ctx context.Context, name ipns.Name, data []byte, p Publishing, told func(router string, err error)) error {
	rec, err := Verify(name, data)
	if err != nil {
		return err
	}
	var routers []Router
	if !p.Alone {
		routers = n.cfg.Routers()
	}
	if len(routers) == 0 && !p.AllowOffline {
		return ErrNoRouter
	}
	if err := n.keepNewer(ctx, name, rec); err != nil {
		return ended(ctx, err)
	}
	n.cache.put(name, rec)
	taken := len(routers) == 0
	var failed error
	for o := range n.offer(ctx, routers, name, data) {
		told(o.router, o.err)
		if o.err == nil {
			taken = true
		} else if failed == nil {
			failed = o.err
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case taken || p.AllowOffline:
		return nil
	}
	return failed
}

func (n *Names) keepNewer(ctx context.Context, name ipns.Name, rec *Record) error {
	n.writing.Lock()
	defer n.writing.Unlock()
	last, err := n.load(ctx, name)
	if err != nil {
		return err
	}
	if last != nil && last.Newer(rec) {
		return invalidRecord(name.String(), errOld)
	}
	return n.keep(ctx, name, rec.Data, 0)
}

// putAll hands a record to routers and returns when one has taken it, while the
// others still may, or when all have failed, with the first's error.
func (n *Names) putAll(ctx context.Context, routers []Router, name ipns.Name, data []byte) error {
	if len(routers) == 0 {
		return ErrNoRouter
	}
	done := make(chan error, 1)
	n.running.Go(func() {
		var first error
		taken := false
		for o := range n.offer(n.ctx, routers, name, data) {
			if o.err == nil && !taken {
				taken = true
				done <- nil
			} else if first == nil {
				first = o.err
			}
		}
		if !taken {
			done <- first
		}
	})
	defer nodeapi.Away(ctx)()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// outcome is what came of a record at a router.
type outcome struct {
	router string
	err    error
}

// offer hands a record to routers, all at once, and yields what comes of each.
func (n *Names) offer(ctx context.Context, routers []Router, name ipns.Name, data []byte) func(func(outcome) bool) {
	return func(yield func(outcome) bool) {
		within, cancel := context.WithTimeout(ctx, searchTime)
		defer cancel()
		outcomes := make(chan outcome, len(routers))
		var offering sync.WaitGroup
		defer offering.Wait()
		for _, r := range routers {
			offering.Go(func() { outcomes <- outcome{r.URL(), r.PutIPNS(within, name, data)} })
		}
		for range routers {
			back := nodeapi.Away(ctx)
			o := <-outcomes
			back()
			if !yield(o) {
				return
			}
		}
	}
}
