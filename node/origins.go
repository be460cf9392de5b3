package node

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore/namespace"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/accounts"
)

// origins is what the node keeps for other origins than its own: grants, how much
// is kept for each, and their pins, each origin's apart.
type origins struct {
	node   *Node
	grants *accounts.Grants
	ledger *accounts.Ledger

	collectAgain time.Time // for a quota; guarded by who runs a collection

	mu   sync.Mutex       // guards following
	pins map[string]*pins // of origins that had use for them
}

func newOrigins(n *Node) *origins {
	return &origins{
		node:   n,
		grants: &accounts.Grants{Datastore: n.cfg.Datastore, Unreadable: n.warnUnreadable},
		ledger: accounts.NewLedger(n.cfg.Datastore, n.countOrigin, n.warnUnreadable),
		pins:   map[string]*pins{},
	}
}

// warnUnreadable tells of a record that cannot be read. The node goes on without.
func (n *Node) warnUnreadable(err error) {
	n.warnings.stand("origins: "+err.Error(), nodeapi.Warning{Code: nodeapi.CodeStorageFailed, Message: err.Error()})
}

// pinsOf returns the pins of an origin, or if that is "" the node's own.
func (o *origins) pinsOf(ctx context.Context, origin string) (*pins, error) {
	if origin == "" {
		return o.node.pins, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if p := o.pins[origin]; p != nil {
		return p, nil
	}
	p, err := openPins(ctx, namespace.Wrap(o.node.cfg.Datastore, accounts.PinsKey(origin)), o.node.store)
	if err != nil {
		return nil, fmt.Errorf("the pins of %s: %w", origin, err)
	}
	p.origin = origin
	o.pins[origin] = p
	return p, nil
}

// pinsFor returns the pins of who makes a call.
func (n *Node) pinsFor(ctx context.Context) (*pins, error) {
	account, _ := nodeapi.AccountOf(ctx)
	p, err := n.origins.pinsOf(ctx, account.Origin)
	return p, n.store.wrap(ctx, err)
}

// eachPins yields the pins of everybody, the node's own first.
func (o *origins) eachPins(ctx context.Context) iter.Seq2[*pins, error] {
	return func(yield func(*pins, error) bool) {
		if !yield(o.node.pins, nil) {
			return
		}
		all, err := accounts.Origins(ctx, o.node.cfg.Datastore)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, origin := range all {
			p, err := o.pinsOf(ctx, origin)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// held yields the blocks that anybody's pins of a mode are on.
func (o *origins) held(ctx context.Context, mode pin.Mode) iter.Seq2[cid.Cid, error] {
	return func(yield func(cid.Cid, error) bool) {
		for p, err := range o.eachPins(ctx) {
			if err != nil {
				yield(cid.Undef, err)
				return
			}
			for c, err := range p.held(ctx, mode) {
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// holder returns the origin whose pin it is, "" if it is the node's own.
func (o *origins) holder(ctx context.Context, is nodeapi.Pin) (string, error) {
	root, mode := is.Cid, pin.Recursive
	switch {
	case is.Via != nil:
		root = *is.Via
	case is.Type == pinDirect:
		mode = pin.Direct
	}
	for p, err := range o.eachPins(ctx) {
		if err != nil {
			return "", err
		}
		if _, pinned, err := p.find(ctx, root, mode); pinned || err != nil {
			return p.origin, err
		}
	}
	return "", nil // it was taken off meanwhile
}

// close closes the pins of origins, and has the records of what is kept for each
// say no more than there is.
func (o *origins) close(ctx context.Context) error {
	err := o.ledger.Close(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.pins {
		if closeErr := p.pinner.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// OriginGrants yields what origins are granted, and those that are granted nothing
// any more and hold something still, if the request asks for them.
func (n *Node) OriginGrants(ctx context.Context, req nodeapi.GrantsListRequest) iter.Seq2[nodeapi.OriginGrants, error] {
	return func(yield func(nodeapi.OriginGrants, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		all, err := n.origins.list(ctx, req)
		for _, kept := range all {
			if err = n.origins.fillUsed(ctx, &kept); err != nil {
				break
			}
			if revoked := kept.Granted == 0; revoked && kept.Used == 0 {
				continue
			}
			if !yield(kept, nil) {
				return
			}
		}
		if err != nil {
			yield(nodeapi.OriginGrants{}, n.store.wrap(ctx, err))
		}
	}
}

// list returns what origins are granted, and those that are granted nothing and may
// hold something, as far as a request asks for them.
func (o *origins) list(ctx context.Context, req nodeapi.GrantsListRequest) ([]nodeapi.OriginGrants, error) {
	all, err := o.grants.All(ctx)
	if err != nil {
		return nil, err
	}
	if req.Revoked {
		known, err := accounts.Origins(ctx, o.node.cfg.Datastore)
		if err != nil {
			return nil, err
		}
		granted := map[string]bool{}
		for _, kept := range all {
			granted[kept.Origin] = true
		}
		for _, origin := range known {
			if !granted[origin] {
				all = append(all, nodeapi.OriginGrants{Origin: origin})
			}
		}
	}
	if req.Origin != "" {
		all = slices.DeleteFunc(all, func(kept nodeapi.OriginGrants) bool { return kept.Origin != req.Origin })
	}
	slices.SortFunc(all, func(a, b nodeapi.OriginGrants) int { return strings.Compare(a.Origin, b.Origin) })
	return all, nil
}

// OriginGrantsOf returns what an origin is granted, or false if that is nothing.
func (n *Node) OriginGrantsOf(ctx context.Context, origin string) (nodeapi.OriginGrants, bool, error) {
	ctx, end := n.begin(ctx)
	defer end()
	kept, ok, err := n.origins.grants.Of(ctx, origin)
	if err == nil && ok {
		err = n.origins.fillUsed(ctx, &kept)
	}
	return kept, ok, n.store.wrap(ctx, err)
}

func (o *origins) fillUsed(ctx context.Context, kept *nodeapi.OriginGrants) error {
	account, err := o.ledger.Account(ctx, kept.Origin)
	if err != nil {
		return err
	}
	kept.Used = account.Used()
	return nil
}

// SetOriginGrants keeps what an origin is granted.
func (n *Node) SetOriginGrants(ctx context.Context, origin string, grants nodeapi.Grants) error {
	ctx, end := n.begin(ctx)
	defer end()
	return n.store.wrap(ctx, n.origins.grants.Set(ctx, origin, grants))
}

// RemoveOriginGrants removes what an origin is granted; with forget its pins and
// its files, too. What these held stays until it is collected.
func (n *Node) RemoveOriginGrants(ctx context.Context, origin string, forget bool) error {
	ctx, end := n.beginFetching(ctx)
	defer end()
	if err := n.origins.grants.Remove(ctx, origin); err != nil || !forget {
		return n.store.wrap(ctx, err)
	}
	return n.store.wrap(ctx, n.forgetOrigin(ctx, origin))
}

// AddBlockSource has blocks that the repo does not have asked of a source, before
// they are asked of the network, until remove is called. A call that is to look in
// the repo alone (nodeapi.WithOffline) does not ask it. A source that gives wrong
// bytes a few times is ended.
func (n *Node) AddBlockSource(source nodeapi.BlockSource) (ended <-chan error, remove func(), err error) {
	return n.sources.Add(source)
}

// forgetOrigin removes the record of the account last: what is left by a crash can
// be found by it.
func (n *Node) forgetOrigin(ctx context.Context, origin string) error {
	account, err := n.origins.ledger.Account(ctx, origin)
	if err != nil {
		return err
	}
	count := account.BeginCount()
	defer count.End()
	p, err := n.origins.pinsOf(ctx, origin)
	if err != nil {
		return err
	}
	if err := p.removeAll(ctx); err != nil {
		return err
	}
	n.store.guard.garbage.Add(1)
	dir, err := originDirectory(origin)
	if err != nil {
		return err
	}
	if err := n.removeDirectory(ctx, dir); err != nil {
		return err
	}
	return count.Forget(ctx)
}

// removeDirectory removes what is at a path of the tree, if there is anything. A
// tree without it is not written anew.
func (n *Node) removeDirectory(ctx context.Context, dir mfsPath) error {
	err := n.files.look(ctx, func(v *mfsView) error {
		at, err := v.dir(dir.parent())
		if err == nil {
			_, err = v.child(at, dir)
		}
		return err
	})
	if isNoEntry(err) {
		return nil
	}
	return n.files.change(ctx, nil, func(v *mfsView) error { return v.remove(dir, true, true) })
}

// originDirectory is where an origin has its files: the server confines it to that.
func originDirectory(origin string) (mfsPath, error) {
	scheme, host, _ := strings.Cut(origin, "://")
	return parseMFSPath("/origins/" + scheme + "/" + host)
}
