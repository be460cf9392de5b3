package pubsub

import (
	"context"
	"sync"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
)

// PeerEvent says that a peer has come to a topic or left it.
type PeerEvent struct {
	Peer peer.ID
	Left bool
}

// PeerEvents tells of the peers at a topic: first of those who are there, then
// of each that comes or goes. None is lost; a join and a leave of one peer that
// a late reader has not yet seen cancel each other out.
type PeerEvents struct {
	topic   *topic
	handler *gossip.TopicEventHandler
	closed  context.Context
	close   context.CancelFunc
	once    sync.Once
}

// PeerEvents starts to tell of the peers at a topic. It does not subscribe to
// it.
func (p *PubSub) PeerEvents(name string) (*PeerEvents, error) {
	t, err := p.acquire(name)
	if err != nil {
		return nil, err
	}
	handler, err := t.handle.EventHandler()
	if err != nil {
		p.release(t)
		return nil, p.closedOr(err)
	}
	e := &PeerEvents{topic: t, handler: handler}
	e.closed, e.close = context.WithCancel(p.closed)
	return e, nil
}

// Next waits for the next event. Its error is ctx's or ErrClosed. One call at a
// time.
func (e *PeerEvents) Next(ctx context.Context) (PeerEvent, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(e.closed, func() { cancel(ErrClosed) })()
	event, err := e.handler.NextPeerEvent(ctx)
	if err != nil {
		return PeerEvent{}, context.Cause(ctx)
	}
	return PeerEvent{Peer: event.Peer, Left: event.Type == gossip.PeerLeave}, nil
}

// Close ends it, and a Next that waits.
func (e *PeerEvents) Close() error {
	e.once.Do(func() {
		e.close()
		e.handler.Cancel()
		e.topic.pubsub.release(e.topic)
	})
	return nil
}
