package node

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ipfs/boxo/bitswap"
	bsfetch "github.com/ipfs/boxo/exchange"
	"github.com/ipfs/boxo/verifcid"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/libp2p/go-libp2p/core/host"

	"github.com/sharednode/sharednode/node/bitnet"
	"github.com/sharednode/sharednode/node/gateway"
	"github.com/sharednode/sharednode/node/sources"
)

// An exchange gives blocks to peers and gets blocks from them, by bitswap. Without a
// network it has no bitswap, and gets blocks from the node's sources alone.
//
// However many operations want a block, it is asked for once, and put once: who
// comes later joins the want that there is. The want goes on as long as one of
// them waits.
type exchange struct {
	store   *store
	hasher  Hasher
	net     *bitnet.Network
	bitswap *bitswap.Bitswap
	counts  exchangeCounts
	// gateways are asked beside the peers, and elsewhere finds more of those.
	gateways  *gateway.Set
	sources   *sources.Set // asked before all others
	elsewhere func(context.Context, cid.Cid)

	stopped context.Context // ends when close is called
	stop    context.CancelFunc
	running sync.WaitGroup // wants

	mu    sync.Mutex       // guards following
	wants map[string]*want // unsettled, by multihash
}

// startExchange has the node get blocks from the host's peers and give them its
// own. It must be called before the first operation, and closed after the last.
func (n *Node) startExchange(h host.Host) *exchange {
	x := n.newExchange()
	x.net = bitnet.New(bitnet.Config{Host: h, Sum: x.sum, Wanted: x.wantsAny})
	x.bitswap = newBitswap(x)
	x.gateways = gateway.New(gateway.Config{Verify: n.verify, Blamed: n.blameGateway})
	x.elsewhere = n.newProviderSearch(h).run
	n.store.exchange = x
	return x
}

// newExchange returns an exchange without a network.
func (n *Node) newExchange() *exchange {
	x := &exchange{store: n.store, hasher: n.cfg.Hasher, sources: n.sources, wants: map[string]*want{}}
	x.stopped, x.stop = context.WithCancel(context.Background())
	return x
}

// asks reports whether there is anybody to ask for blocks.
func (x *exchange) asks() bool { return x.bitswap != nil || x.sources.Len() > 0 }

func (x *exchange) close() error {
	x.stop()
	x.running.Wait()
	if x.bitswap == nil {
		return nil
	}
	return x.bitswap.Close()
}

// A session is a series of wants that belong together: bitswap asks the peers
// that had the first ones for the others. It ends when all have left it, who
// started it and the wants in it, which others may wait for too.
type session struct {
	bsfetch.Fetcher

	end context.CancelFunc
	// byGateway says that gateways had what peers did not, or not as soon.
	byGateway atomic.Bool

	mu    sync.Mutex // guards following
	users int
}

// newSession starts a session with one user.
func (x *exchange) newSession() *session {
	ctx, end := context.WithCancel(x.stopped)
	s := &session{end: end, users: 1}
	if x.bitswap != nil {
		s.Fetcher = x.bitswap.NewSession(ctx)
	}
	return s
}

// join counts a user in. The caller is one already.
func (s *session) join() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users++
}

func (s *session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users--
	if s.users == 0 {
		s.end()
	}
}

// A want is a block that is being got, for all who wait for it.
type want struct {
	cid    cid.Cid
	cancel context.CancelFunc

	waiters  int  // guarded by exchange.mu
	asked    bool // guarded by exchange.mu; whether peers were asked for it
	received bool // guarded by exchange.mu; whether one sent it

	settled chan struct{} // closed once the following are set
	block   blocks.Block
	err     error
}

// wait waits for the block, whose CID may be another one of the same hash.
func (w *want) wait(ctx context.Context) (blocks.Block, error) {
	select {
	case <-w.settled:
		return w.block, w.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// want joins the want for a block, or starts it in a session. Leave must be
// called on it. Who wants a block has it on a lease.
func (x *exchange) want(c cid.Cid, s *session) *want {
	key := string(c.Hash())
	x.mu.Lock()
	defer x.mu.Unlock()
	if w := x.wants[key]; w != nil {
		w.waiters++
		return w
	}
	w := &want{cid: c, waiters: 1, settled: make(chan struct{})}
	ctx, cancel := context.WithCancel(x.stopped)
	w.cancel = cancel
	x.wants[key] = w
	s.join()
	x.running.Go(func() {
		defer s.leave()
		defer cancel()
		b, err := x.get(ctx, w, s)
		x.settle(w, b, err)
	})
	return w
}

// leave ends the want if nobody waits for it any more.
func (x *exchange) leave(w *want) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w.waiters--
	if w.waiters == 0 {
		x.forget(w)
		w.cancel()
	}
}

// forget is called with mu held.
func (x *exchange) forget(w *want) {
	if key := string(w.cid.Hash()); x.wants[key] == w {
		delete(x.wants, key)
	}
}

// settle gives those who wait for a block what they wait for, the first time
// that it is called.
func (x *exchange) settle(w *want, b blocks.Block, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case <-w.settled:
		return
	default:
	}
	w.block, w.err = b, err
	close(w.settled)
	x.forget(w)
	w.cancel()
}

// get gets a block from a source or from peers and puts it, unless it has come by other ways in
// the meantime.
func (x *exchange) get(ctx context.Context, w *want, s *session) (blocks.Block, error) {
	here, err := x.store.blocks.Get(ctx, w.cid)
	if !ipld.IsNotFound(err) {
		return here, err
	}
	if isEmptyBlock(w.cid) {
		b, err := blocks.NewBlockWithCid(nil, w.cid)
		if err != nil {
			return nil, err
		}
		return b, x.store.write(ctx, b)
	}
	if data, ok := x.sources.Get(ctx, w.cid); ok {
		b, err := blocks.NewBlockWithCid(data, w.cid)
		if err != nil {
			return nil, err
		}
		return b, x.store.write(ctx, b)
	}
	if x.bitswap == nil {
		return nil, notFound(w.cid)
	}
	x.mu.Lock()
	w.asked = true
	x.mu.Unlock()
	b, err := x.ask(ctx, w.cid, s)
	if err != nil {
		if x.stopped.Err() != nil {
			err = errClosed
		}
		return nil, err
	}
	if size := len(b.RawData()); size > maxBlockSize {
		return nil, blockTooLarge(size)
	}
	return b, x.store.write(ctx, b)
}

// When others are asked for a block than the peers of its session: gateways, more
// peers by routers, and all peers that are connected.
const (
	askGateways  = 250 * time.Millisecond
	askElsewhere = time.Second
	askAlone     = 5 * time.Second
)

// ask asks for a block until it comes: peers first, then whoever else there is. A
// session of bitswap's whose peers have all left, or seemed to for a moment, while
// it wanted nothing does not ask anybody for what it wants next. What does not come
// soon is therefore asked for in a new session as well, which begins with all peers
// that are connected.
func (x *exchange) ask(ctx context.Context, c cid.Cid, s *session) (blocks.Block, error) {
	type answer struct {
		block blocks.Block
		err   error
	}
	answers := make(chan answer, 3)
	var asking sync.WaitGroup
	defer asking.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	askWith := func(get func(context.Context, cid.Cid) (blocks.Block, error)) {
		asking.Go(func() {
			b, err := get(ctx, c)
			answers <- answer{b, err}
		})
	}
	askWith(s.GetBlock)
	gateways := time.NewTimer(x.gatewaysAfter(s))
	defer gateways.Stop()
	elsewhere := time.NewTimer(askElsewhere)
	defer elsewhere.Stop()
	alone := time.NewTimer(askAlone)
	defer alone.Stop()
	for {
		select {
		case a := <-answers:
			return a.block, a.err
		case <-gateways.C:
			askWith(func(ctx context.Context, c cid.Cid) (blocks.Block, error) { return x.askGateways(ctx, c, s) })
		case <-elsewhere.C:
			asking.Go(func() { x.elsewhere(ctx, c) })
		case <-alone.C:
			askWith(x.bitswap.NewSession(ctx).GetBlock)
		}
	}
}

// gatewaysAfter returns how long peers are asked alone.
func (x *exchange) gatewaysAfter(s *session) time.Duration {
	switch {
	case x.gateways.Len() == 0:
		return askAlone // there may be some then
	case s.byGateway.Load() || len(x.net.Host().Network().Peers()) == 0:
		return 0
	}
	return askGateways
}

// askGateways gets a block from a gateway.
func (x *exchange) askGateways(ctx context.Context, c cid.Cid, s *session) (blocks.Block, error) {
	data, err := x.gateways.Get(ctx, c)
	if err != nil {
		return nil, err
	}
	s.byGateway.Store(true)
	return blocks.NewBlockWithCid(data, c)
}

// isEmptyBlock reports whether a CID is that of no bytes. Peers are not asked for
// those: a bitswap server of boxo's, Kubo's for one, takes a block without bytes
// for one that it does not have, and says nothing.
func isEmptyBlock(c cid.Cid) bool {
	empty, err := c.Prefix().Sum(nil)
	return err == nil && empty.Equals(c)
}

// added notes that blocks are in the repo now: those who wait for them are
// given them, be it here or at a peer.
func (x *exchange) added(bs []blocks.Block) {
	for _, b := range bs {
		if w := x.find(b.Cid()); w != nil {
			x.settle(w, b, nil)
		}
	}
	if x.bitswap == nil {
		return
	}
	_ = x.bitswap.Server.NotifyNewBlocks(x.stopped, bs...) // never fails
}

// sum makes the CID of a block that came from a peer.
func (x *exchange) sum(ctx context.Context, p cid.Prefix, data []byte) (cid.Cid, error) {
	if !verifcid.DefaultAllowlist.IsAllowed(p.MhType) {
		return cid.Undef, unknownHash(strconv.FormatUint(p.MhType, 10))
	}
	return sum(ctx, x.hasher, p, data)
}

// wantsAny reports whether any block is wanted.
func (x *exchange) wantsAny() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.wants) > 0
}

// find returns the want for a block, or nil.
func (x *exchange) find(c cid.Cid) *want {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.wants[string(c.Hash())]
}
