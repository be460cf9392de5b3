package node

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/delegated"
)

// Bounds of the search for peers that have what the connected ones do not.
const (
	searchesAtOnce   = 2
	searchPause      = 10 * time.Second // before a second one, also for another block
	providersDialled = 8                // in one search
	providersAtOnce  = 4
	providerDialTime = 15 * time.Second
)

// providerSearch asks the routers who has a block, and connects to them. That is
// all it takes: what is wanted is asked of whoever is connected.
type providerSearch struct {
	n     *Node
	host  host.Host
	slots chan struct{}

	mu   sync.Mutex // guards following
	next time.Time
}

func (n *Node) newProviderSearch(h host.Host) *providerSearch {
	return &providerSearch{n: n, host: h, slots: make(chan struct{}, searchesAtOnce)}
}

// run searches for a block's providers, unless there was a search a moment ago:
// blocks that are missed together are with the same peers as a rule. It returns
// when all were tried, or with ctx.
func (s *providerSearch) run(ctx context.Context, c cid.Cid) {
	if len(s.n.routers.all()) == 0 {
		return
	}
	for !s.turn() {
		if !pause(ctx, searchPause) {
			return
		}
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return
	}
	var dialling sync.WaitGroup
	defer dialling.Wait()
	atOnce := make(chan struct{}, providersAtOnce)
	tried := map[peer.ID]bool{s.host.ID(): true}
	silent := func(nodeapi.RoutingEvent) bool { return true }
	_ = s.n.askForPeers(ctx, silent, func(ctx context.Context, r *delegated.Router) iter.Seq2[delegated.Peer, error] {
		return r.Providers(ctx, c)
	}, func(_ *delegated.Router, p delegated.Peer) bool {
		if tried[p.ID] || len(p.Addrs) == 0 || s.host.Network().Connectedness(p.ID) == network.Connected {
			return true
		}
		tried[p.ID] = true
		select {
		case atOnce <- struct{}{}:
		case <-ctx.Done():
			return false
		}
		dialling.Go(func() {
			defer func() { <-atOnce }()
			ctx, cancel := context.WithTimeout(ctx, providerDialTime)
			defer cancel()
			_ = s.host.Connect(ctx, peer.AddrInfo{ID: p.ID, Addrs: p.Addrs})
		})
		return len(tried) <= providersDialled
	})
}

// turn reports whether a search may begin, of which there is then none for a
// while.
func (s *providerSearch) turn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.next) {
		return false
	}
	s.next = time.Now().Add(searchPause)
	return true
}
