package pubsub

import (
	"context"
	"sync"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// outboundQueue is how many messages gossipsub queues for a peer. It drops
	// those beyond.
	outboundQueue = 1024
	// A publish waits while more is queued for some peer, but no longer than
	// outPatience, and not for a peer to whom nothing could be written for so long:
	// who reads slowly slows a publisher down, and who does not read is passed over.
	outMessages = outboundQueue / 2
	outBytes    = 4 << 20
	outPatience = 2 * time.Second
	// What is published may have so many bytes at once, and so many a second in
	// the long run, for gossipsub keeps that of the last five seconds.
	outBytesBurst = 16 << 20
	outBytesRate  = 8 << 20
	// outMost is how many bytes may be queued for a peer. One that lags further
	// behind loses its stream, with all that is queued, and starts anew.
	outMost = 16 << 20
)

// outflow bounds what is queued for peers who read more slowly than this node
// publishes. Gossipsub counts messages alone, and says nothing to the publisher
// when it drops them.
type outflow struct {
	mu     sync.Mutex // guards following
	peers  map[peer.ID]*outPeer
	wake   chan struct{} // closed when something was written; nil if nobody waits
	volume bucket        // of bytes that are published
}

// outPeer is what is queued for a peer, in the order in which it was queued.
// Gossipsub writes some of it sooner, so that bytes is not exact until the queue
// is empty.
type outPeer struct {
	id peer.ID

	// The outflow's mu guards these.
	reset func() // ends the stream, or the attempt to open it
	sizes []int  // of the messages of each RPC
	bytes int
	ahead int       // RPCs written before they were counted as queued
	hello bool      // the first RPC of the stream, which is never queued, is written
	moved time.Time // when an RPC was last written, or the queue began to fill
}

func newOutflow() *outflow {
	return &outflow{
		peers:  make(map[peer.ID]*outPeer),
		volume: newBucket(outBytesBurst, outBytesRate, time.Now()),
	}
}

// begin starts to count for a stream to a peer that is about to be opened.
func (f *outflow) begin(to peer.ID, reset func()) *outPeer {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := &outPeer{id: to, reset: reset}
	f.peers[to] = p
	return p
}

// opened is called when the stream is open.
func (f *outflow) opened(p *outPeer, reset func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p.reset = reset
}

// end forgets what was queued for a stream.
func (f *outflow) end(p *outPeer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.peers[p.id] == p {
		delete(f.peers, p.id)
		f.wakeLocked()
	}
}

// queued is called when an RPC was queued for a peer.
func (f *outflow) queued(to peer.ID, rpc *gossip.RPC) {
	size := 0
	for _, m := range rpc.GetPublish() {
		size += len(m.GetData())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.peers[to]
	switch {
	case p == nil: // the stream is just over
		return
	case p.ahead > 0:
		p.ahead--
		return
	}
	if len(p.sizes) == 0 {
		p.moved = time.Now()
	}
	p.sizes = append(p.sizes, size)
	p.bytes += size
	if p.bytes > outMost {
		go p.reset() // elsewhere, for it takes locks
	}
}

// wrote is called when an RPC was written to a stream.
func (f *outflow) wrote(p *outPeer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !p.hello:
		p.hello = true
	case len(p.sizes) == 0:
		p.ahead++
	default:
		p.bytes -= p.sizes[0]
		p.sizes = p.sizes[1:]
		p.moved = time.Now()
		f.wakeLocked()
	}
}

func (f *outflow) wakeLocked() {
	if f.wake != nil {
		close(f.wake)
		f.wake = nil
	}
}

// wait waits until a message of so many bytes may be published. Its error is
// ctx's.
func (f *outflow) wait(ctx context.Context, size int) error {
	if debt := f.charge(size); debt > 0 {
		select {
		case <-time.After(debt):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f.waitForPeers(ctx)
}

// charge returns how long to wait before a message is published.
func (f *outflow) charge(size int) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.volume.refill(time.Now())
	f.volume.take(size)
	return f.volume.debt()
}

func (f *outflow) waitForPeers(ctx context.Context) error {
	wake := f.full()
	if wake == nil {
		return nil
	}
	patience := time.NewTimer(outPatience)
	defer patience.Stop()
	for ; wake != nil; wake = f.full() {
		select {
		case <-wake:
		case <-patience.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// full returns nil if there is room for all peers worth waiting for, or what
// tells that there may be.
func (f *outflow) full() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.peers {
		lags := p.bytes > outBytes || len(p.sizes) > outMessages
		if lags && time.Since(p.moved) < outPatience {
			if f.wake == nil {
				f.wake = make(chan struct{})
			}
			return f.wake
		}
	}
	return nil
}
