package p2p

import (
	"math"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// rateSpan is the time over which a rate is: bytes of so long ago count a third of
// those of now.
const rateSpan = 5 * time.Second

// The most peers and protocols that bytes are counted of. Beyond them the one of
// which none have come for the longest is forgotten.
const (
	maxCountedPeers     = 512
	maxCountedProtocols = 128
)

// Traffic counts bytes of streams. Rates are bytes a second, of the last few
// seconds.
type Traffic struct {
	In, Out         uint64
	RateIn, RateOut float64
}

// bandwidth counts the bytes of all streams, by peer and by protocol.
//
// libp2p's own counter keeps a ticker running while there is traffic, and more of
// peers than is of use here. This one does nothing between two messages.
type bandwidth struct {
	mu        sync.Mutex // guards following
	total     counter
	peers     counters[peer.ID]
	protocols counters[protocol.ID]
}

func newBandwidth() *bandwidth {
	return &bandwidth{
		peers:     counters[peer.ID]{most: maxCountedPeers},
		protocols: counters[protocol.ID]{most: maxCountedProtocols},
	}
}

var _ metrics.Reporter = (*bandwidth)(nil)

// LogSentMessage counts bytes that left.
func (b *bandwidth) LogSentMessage(size int64) {
	b.count(func(now time.Time) { b.total.out.add(size, now) })
}

// LogRecvMessage counts bytes that came.
func (b *bandwidth) LogRecvMessage(size int64) {
	b.count(func(now time.Time) { b.total.in.add(size, now) })
}

// LogSentMessageStream counts them for their stream.
func (b *bandwidth) LogSentMessageStream(size int64, proto protocol.ID, p peer.ID) {
	b.count(func(now time.Time) {
		b.peers.of(p).out.add(size, now)
		b.protocols.of(proto).out.add(size, now)
	})
}

// LogRecvMessageStream counts them for their stream.
func (b *bandwidth) LogRecvMessageStream(size int64, proto protocol.ID, p peer.ID) {
	b.count(func(now time.Time) {
		b.peers.of(p).in.add(size, now)
		b.protocols.of(proto).in.add(size, now)
	})
}

func (b *bandwidth) count(add func(now time.Time)) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	add(now)
}

// traffic returns the count of all, of a peer or of a protocol.
func (b *bandwidth) traffic(p peer.ID, proto protocol.ID) Traffic {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.total
	switch {
	case p != "":
		c = b.peers.get(p)
	case proto != "":
		c = b.protocols.get(proto)
	}
	return Traffic{In: c.in.total, Out: c.out.total, RateIn: c.in.now(), RateOut: c.out.now()}
}

// Reset is part of metrics.Reporter.
func (b *bandwidth) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total, b.peers.by, b.protocols.by = counter{}, nil, nil
}

// TrimIdle is part of metrics.Reporter. What is idle goes when there is no room.
func (b *bandwidth) TrimIdle(time.Time) {}

// GetBandwidthForPeer is part of metrics.Reporter.
func (b *bandwidth) GetBandwidthForPeer(p peer.ID) metrics.Stats { return b.traffic(p, "").stats() }

// GetBandwidthForProtocol is part of metrics.Reporter.
func (b *bandwidth) GetBandwidthForProtocol(p protocol.ID) metrics.Stats {
	return b.traffic("", p).stats()
}

// GetBandwidthTotals is part of metrics.Reporter.
func (b *bandwidth) GetBandwidthTotals() metrics.Stats { return b.traffic("", "").stats() }

// GetBandwidthByPeer is part of metrics.Reporter.
func (b *bandwidth) GetBandwidthByPeer() map[peer.ID]metrics.Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return statsBy(b.peers)
}

// GetBandwidthByProtocol is part of metrics.Reporter.
func (b *bandwidth) GetBandwidthByProtocol() map[protocol.ID]metrics.Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return statsBy(b.protocols)
}

func (t Traffic) stats() metrics.Stats {
	return metrics.Stats{TotalIn: int64(t.In), TotalOut: int64(t.Out), RateIn: t.RateIn, RateOut: t.RateOut}
}

func statsBy[K comparable](c counters[K]) map[K]metrics.Stats {
	stats := make(map[K]metrics.Stats, len(c.by))
	for key, c := range c.by {
		t := Traffic{In: c.in.total, Out: c.out.total, RateIn: c.in.now(), RateOut: c.out.now()}
		stats[key] = t.stats()
	}
	return stats
}

// counters are those of many. The zero value but for most is empty.
type counters[K comparable] struct {
	most int
	by   map[K]*counter
}

func (c *counters[K]) get(key K) counter {
	if found := c.by[key]; found != nil {
		return *found
	}
	return counter{}
}

// of returns the counter of a key, new if there is none.
func (c *counters[K]) of(key K) *counter {
	if found := c.by[key]; found != nil {
		return found
	}
	if len(c.by) >= c.most {
		c.forgetOne()
	}
	if c.by == nil {
		c.by = make(map[K]*counter)
	}
	made := &counter{}
	c.by[key] = made
	return made
}

func (c *counters[K]) forgetOne() {
	var oldest K
	var at time.Time
	for key, c := range c.by {
		if last := c.last(); at.IsZero() || last.Before(at) {
			oldest, at = key, last
		}
	}
	delete(c.by, oldest)
}

type counter struct{ in, out meter }

func (c *counter) last() time.Time {
	if c.in.at.After(c.out.at) {
		return c.in.at
	}
	return c.out.at
}

// meter counts bytes one way. Its rate falls by itself between two additions.
type meter struct {
	total uint64
	rate  float64 // at the time at
	at    time.Time
}

func (m *meter) add(size int64, now time.Time) {
	m.rate = m.fallen(now) + float64(size)/rateSpan.Seconds()
	m.at = now
	m.total += uint64(size)
}

// now returns the rate.
func (m *meter) now() float64 { return m.fallen(time.Now()) }

func (m *meter) fallen(to time.Time) float64 {
	if m.rate == 0 {
		return 0
	}
	return m.rate * math.Exp(-to.Sub(m.at).Seconds()/rateSpan.Seconds())
}

// Traffic returns the bytes of all streams since the start or, if they are not
// empty, those of a peer or of a protocol.
func (n *Network) Traffic(p peer.ID, proto protocol.ID) Traffic { return n.bandwidth.traffic(p, proto) }
