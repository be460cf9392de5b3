package pubsub

import (
	"context"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	// roomProtocol is the protocol of direct messages that ipfs-pubsub-room has had
	// from 1.2 to 3.0. It does not begin with a slash.
	roomProtocol protocol.ID = "ipfs-pubsub-room/v2"
	// splitProtocol is the same to peers that read documents however they are
	// split.
	splitProtocol protocol.ID = "/sharednode/room/1"
	// maxPiece is the longest document that roomProtocol takes: what goes through
	// the layers below in one piece. The readers of ipfs-pubsub-room take every
	// piece for a document, and some fall over the second half of one.
	maxPiece = 64<<10 - 512
)

// direct carries the direct messages of all rooms of a node: one stream to each
// peer, and those that peers open.
type direct struct {
	host   host.Host
	inbox  *inbox
	idle   time.Duration // how long a stream is kept that nothing is sent on
	closed context.Context
	close  context.CancelFunc

	mu       sync.Mutex // guards following
	outboxes map[peer.ID]*outbox
	running  sync.WaitGroup
}

// newDirect starts to take direct messages. deliver and drop must not wait.
func newDirect(h host.Host, maxData int, deliver func(*directMessage), drop func(peer.ID, error)) *direct {
	d := &direct{
		host: h,
		idle: directIdle,
		inbox: &inbox{
			self:    h.ID(),
			limit:   2*maxData + documentOverhead,
			deliver: deliver,
			drop:    drop,
			peers:   make(map[peer.ID]*inboxPeer),
		},
		outboxes: make(map[peer.ID]*outbox),
	}
	d.closed, d.close = context.WithCancel(network.WithAllowLimitedConn(context.Background(), "room"))
	h.SetStreamHandler(roomProtocol, d.inbox.handle)
	h.SetStreamHandler(splitProtocol, d.inbox.handle)
	return d
}

// stop ends all sends, and waits for their goroutines.
func (d *direct) stop() {
	d.host.RemoveStreamHandler(roomProtocol)
	d.host.RemoveStreamHandler(splitProtocol)
	d.mu.Lock()
	d.close()
	d.mu.Unlock()
	d.running.Wait()
}

// send hands a document to the stream to a peer, after those that were sent to
// that peer before it, once the peer is connected and ready has returned. It
// waits no longer than timeout for those two. It returns when the document is in
// the stream, or why it is not.
//
// If ctx ends, send returns at once. A document that is already being written
// may then still arrive.
func (d *direct) send(ctx context.Context, to peer.ID, doc []byte, timeout time.Duration, ready func(context.Context) error) error {
	waiting, cancel := context.WithTimeoutCause(ctx, timeout, ErrUnreachable)
	defer cancel()
	m := &outgoing{ctx: waiting, doc: doc, ready: ready, done: make(chan error, 1)}
	if err := d.enqueue(to, m); err != nil {
		return err
	}
	select {
	case err := <-m.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enqueue adds a document to the queue of its peer, whose goroutine is started
// if there is none.
func (d *direct) enqueue(to peer.ID, m *outgoing) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed.Err() != nil {
		return ErrClosed
	}
	o := d.outboxes[to]
	if o == nil {
		o = &outbox{direct: d, peer: to, more: make(chan struct{}, 1)}
		d.outboxes[to] = o
		d.running.Add(1)
		go o.run()
	}
	return o.add(m)
}

// retire forgets an outbox that has nothing to do. It reports false if there
// was something after all.
func (d *direct) retire(o *outbox) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(o.queue) > 0 && d.closed.Err() == nil {
		return false
	}
	for _, m := range o.queue {
		m.done <- ErrClosed
	}
	delete(d.outboxes, o.peer)
	return true
}
