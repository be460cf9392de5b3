package node

import (
	"context"
	"sync"
	"time"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/accounts"
)

// pinCost is what a pin costs beside the blocks that it holds, in bytes: its record,
// with the keys to find it by. Without it an origin could fill the datastore with
// pins of blocks that take no room.
const pinCost = 512

// A charge is what one operation takes of an origin's quota. It travels in the
// operation's context; operations of the node's own have none. Of what is written
// under it each block is charged once, whether the repo had it or not: what is in
// the repo is not for the origin to know.
//
// On nil write, kept and pinned do what they are to do, and take nothing.
type charge struct {
	node    *Node
	account nodeapi.Account

	mu     sync.Mutex // guards following
	charge *accounts.Charge
	paid   fingerprints // of blocks
}

type chargeKey struct{}

func chargeOf(ctx context.Context) *charge {
	c, _ := ctx.Value(chargeKey{}).(*charge)
	return c
}

func withoutCharge(ctx context.Context) context.Context {
	return context.WithValue(ctx, chargeKey{}, (*charge)(nil))
}

// withCharge begins a charge if the call is made on an origin's account.
func (n *Node) withCharge(ctx context.Context) (_ context.Context, end func()) {
	account, ok := nodeapi.AccountOf(ctx)
	if !ok || account.Origin == "" {
		return ctx, func() {}
	}
	c := &charge{node: n, account: account}
	return context.WithValue(ctx, chargeKey{}, c), c.end
}

func (c *charge) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.charge != nil {
		c.charge.End()
	}
}

func (c *charge) open(ctx context.Context) (*accounts.Charge, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.charge != nil {
		return c.charge, nil
	}
	account, err := c.node.origins.ledger.Account(ctx, c.account.Origin)
	if err != nil {
		return nil, err
	}
	c.charge = account.Begin()
	return c.charge, nil
}

// take takes bytes of the quota. If there are not as many it looks first whether
// something can be collected.
func (c *charge) take(ctx context.Context, bytes uint64) error {
	charge, err := c.open(ctx)
	if err != nil {
		return c.node.store.wrap(ctx, err)
	}
	before, _ := c.node.collector.state()
	err = charge.Take(ctx, bytes, c.account.Quota)
	if nodeapi.CodeOf(err) == nodeapi.CodeQuotaExceeded && bytes <= c.account.Quota && c.node.origins.collect(ctx, before) {
		err = charge.Take(ctx, bytes, c.account.Quota)
	}
	return c.node.store.wrap(ctx, err)
}

// fits returns the error of take if there are not as many bytes left.
func (c *charge) fits(ctx context.Context, bytes uint64) error {
	charge, err := c.open(ctx)
	if err != nil {
		return c.node.store.wrap(ctx, err)
	}
	return charge.Check(bytes, c.account.Quota)
}

// give gives back what was taken.
func (c *charge) give(bytes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.charge != nil {
		c.charge.Return(bytes)
	}
}

// write takes what blocks need and has them written.
func (c *charge) write(ctx context.Context, bs []blocks.Block, write func() error) error {
	if c == nil {
		return write()
	}
	if err := c.kept(ctx, c.unpaid(bs), write); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range bs {
		c.paid.add(fingerprintOf(b.Cid().Hash()))
	}
	return nil
}

func (c *charge) unpaid(bs []blocks.Block) (bytes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range bs {
		if stored(b.Cid()) && !c.paid.has(fingerprintOf(b.Cid().Hash())) {
			bytes += uint64(len(b.RawData()))
		}
	}
	return bytes
}

// stored reports whether a block takes room in the repo: others are in their CIDs.
func stored(c cid.Cid) bool { return c.Prefix().MhType != multihash.IDENTITY }

// isPaid reports whether a block was written under the charge.
func (c *charge) isPaid(id cid.Cid) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paid.has(fingerprintOf(id.Hash()))
}

// kept takes so many bytes and has keep keep what they are for.
func (c *charge) kept(ctx context.Context, bytes uint64, keep func() error) error {
	if c == nil {
		return keep()
	}
	if err := c.take(ctx, bytes); err != nil {
		return err
	}
	err := keep()
	if err != nil {
		c.give(bytes)
	}
	return err
}

// pinned is kept for pins of blocks that take so many bytes.
func (c *charge) pinned(ctx context.Context, pins int, bytes uint64, add func() error) error {
	return c.kept(ctx, bytes+uint64(pins)*pinCost, add)
}

// quotaPause is how many times longer than it took the next collection for a quota
// waits: who has filled its quota must not keep the node busy for everybody.
const quotaPause = 9

// collect collects garbage, which counts anew what is kept for origins, unless
// another collection did since so many were finished. It reports whether there may
// be less now.
func (o *origins) collect(ctx context.Context, before uint64) bool {
	n := o.node
	end, err := n.startCollection(ctx)
	if err != nil {
		return false
	}
	defer end()
	finished, _ := n.collector.state()
	if finished != before {
		return true
	}
	began := time.Now()
	if began.Before(o.collectAgain) {
		return false
	}
	err = n.sweep(withoutFetcher(ctx), func([]cid.Cid) {})
	if err != nil {
		n.storage.warn(ctx, "garbage could not be collected for a quota", err)
	}
	ended := time.Now()
	o.collectAgain = ended.Add(quotaPause * ended.Sub(began))
	return err == nil
}
