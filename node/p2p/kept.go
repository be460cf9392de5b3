package p2p

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	ma "github.com/multiformats/go-multiaddr"
)

// The times of keeping a peer.
const (
	firstDelay   = time.Second     // after the first failure; then twice the last
	longestDelay = 5 * time.Minute // and no more than this
	steadyAfter  = time.Minute     // a connection that lasts so long was no failure
	attemptLimit = 30 * time.Second
	probeLimit   = 5 * time.Second
	longestRest  = 15 * time.Minute // between two looks at a connected peer
)

// kept is one peer that is kept.
type kept struct {
	k      *keeper
	id     peer.ID
	ctx    context.Context // ends with the keeper, or when the peer is kept no more
	cancel context.CancelFunc

	gone  chan struct{} // 1 slot: the connection is lost
	now   chan struct{} // 1 slot: look at once
	delay time.Duration // before the next dial
	since time.Time     // when it was connected

	reservation reservation

	mu    sync.Mutex // guards following
	addrs []ma.Multiaddr
	relay bool
}

func newKept(k *keeper, info peer.AddrInfo, relay bool) *kept {
	p := &kept{
		k:     k,
		id:    info.ID,
		gone:  make(chan struct{}, 1),
		now:   make(chan struct{}, 1),
		delay: firstDelay,
		addrs: info.Addrs,
		relay: relay,
	}
	p.ctx, p.cancel = context.WithCancel(k.ctx)
	return p
}

// extend adds addresses, or makes the peer a relay.
func (p *kept) extend(addrs []ma.Multiaddr, relay bool) {
	p.mu.Lock()
	p.addrs = ma.Unique(append(p.addrs[:len(p.addrs):len(p.addrs)], addrs...))
	p.relay = p.relay || relay
	p.mu.Unlock()
	p.wakeNow()
}

// restrict leaves the peer these addresses alone, of those that it had.
func (p *kept) restrict(addrs []ma.Multiaddr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addrs = addrs
}

func (p *kept) wish() (addrs []ma.Multiaddr, relay bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addrs, p.relay
}

func (p *kept) lost()    { signal(p.gone) }
func (p *kept) wakeNow() { signal(p.now) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run keeps the peer until it is to be kept no more.
func (p *kept) run() {
	defer p.cancel()
	ctx := p.ctx
	probe := false
	for p.k.online.wait(ctx) {
		rest, err := p.attempt(ctx, probe)
		if err != nil && ctx.Err() == nil {
			rest = p.backOff()
			p.k.net.cfg.Logger.Debug("keeping a peer", "peer", p.id, "err", err, "retry", rest)
		}
		probe = p.rest(ctx, rest, err == nil)
	}
}

// rest waits, and reports whether to doubt the connection afterwards.
func (p *kept) rest(ctx context.Context, d time.Duration, connected bool) (probe bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-p.now:
		p.delay = firstDelay
		return true
	case <-p.gone:
		p.reservation.lost(p)
		if !connected {
			return p.rest(ctx, d, false) // it was waiting for its next dial already
		}
		if time.Since(p.since) >= steadyAfter {
			p.delay = firstDelay
		}
		return p.rest(ctx, p.backOff(), false)
	}
	return false
}

// backOff returns how long to wait, and makes the next wait longer. The time is
// spread so that all who lost a peer do not come back at once.
func (p *kept) backOff() time.Duration {
	d := p.delay/2 + rand.N(p.delay)
	p.delay = min(2*p.delay, longestDelay)
	return d
}

// attempt makes sure of the connection and, on a relay, of the reservation. It
// returns how long that will do.
func (p *kept) attempt(ctx context.Context, probe bool) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	host := p.k.net.host
	addrs, relay := p.wish()
	if probe && !p.alive(ctx) {
		_ = p.k.net.swarm.ClosePeer(p.id)
		p.reservation.lost(p)
	}
	if host.Network().Connectedness(p.id) != network.Connected {
		// The dial's own back-off would be a second one.
		p.k.net.swarm.Backoff().Clear(p.id)
		if err := host.Connect(ctx, peer.AddrInfo{ID: p.id}); err != nil {
			return 0, err
		}
		p.since = time.Now()
	}
	if !relay {
		return longestRest, nil
	}
	return p.reservation.renew(ctx, p, addrs)
}

// alive reports whether the peer, if it is connected, still answers. After a
// device has slept its connections look alive for long.
func (p *kept) alive(ctx context.Context) bool {
	if p.k.net.swarm.Connectedness(p.id) != network.Connected {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	result, ok := <-ping.Ping(network.WithNoDial(ctx, "a probe"), p.k.net.host, p.id)
	return ok && result.Error == nil
}
