package node

import (
	"context"
	"iter"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// SwarmEvents yields a connect for each connected peer and then each change,
// until ctx ends. It holds up nobody: a reader that is late may miss a pair of
// events that cancel each other out, but never the last state of a peer.
func (n *Node) SwarmEvents(ctx context.Context) iter.Seq2[nodeapi.SwarmEvent, error] {
	return func(yield func(nodeapi.SwarmEvent, error) bool) {
		if n.net == nil {
			yield(nodeapi.SwarmEvent{}, errOffline)
			return
		}
		ctx, end := n.begin(ctx)
		defer end()
		feed := newSwarmFeed(n.net.Host().Network())
		defer feed.close()
		for {
			for _, event := range feed.take() {
				if !yield(event, nil) {
					return
				}
			}
			select {
			case <-feed.changed:
			case <-ctx.Done():
				yield(nodeapi.SwarmEvent{}, context.Cause(ctx))
				return
			}
		}
	}
}

// swarmFeed is what one reader has yet to be told. It keeps no events but the
// peers whose state is another than the reader knows, so it never holds more
// peers than are, or were last told to be, connected.
type swarmFeed struct {
	net     network.Network
	bundle  *network.NotifyBundle
	changed chan struct{} // 1 slot

	mu    sync.Mutex // guards following
	told  map[peer.ID]bool
	stale map[peer.ID]bool
}

func newSwarmFeed(net network.Network) *swarmFeed {
	f := &swarmFeed{
		net:     net,
		changed: make(chan struct{}, 1),
		told:    make(map[peer.ID]bool),
		stale:   make(map[peer.ID]bool),
	}
	f.bundle = &network.NotifyBundle{
		ConnectedF:    func(_ network.Network, c network.Conn) { f.note(c.RemotePeer()) },
		DisconnectedF: func(_ network.Network, c network.Conn) { f.note(c.RemotePeer()) },
	}
	net.Notify(f.bundle)
	for _, id := range net.Peers() {
		f.note(id)
	}
	return f
}

func (f *swarmFeed) close() { f.net.StopNotify(f.bundle) }

// note looks whether a peer's state is what the reader was told.
func (f *swarmFeed) note(id peer.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.connected(id) == f.told[id] {
		delete(f.stale, id)
		return
	}
	f.stale[id] = true
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

func (f *swarmFeed) connected(id peer.ID) bool {
	return f.net.Connectedness(id) == network.Connected
}

// take returns what the reader does not know, and takes it as told.
func (f *swarmFeed) take() []nodeapi.SwarmEvent {
	f.mu.Lock()
	defer f.mu.Unlock()
	var events []nodeapi.SwarmEvent
	for id := range f.stale {
		now := f.connected(id)
		switch {
		case now == f.told[id]:
		case now:
			f.told[id] = true
			events = append(events, nodeapi.SwarmEvent{Type: nodeapi.SwarmConnected, Peer: id.String()})
		default:
			delete(f.told, id)
			events = append(events, nodeapi.SwarmEvent{Type: nodeapi.SwarmDisconnected, Peer: id.String()})
		}
	}
	clear(f.stale)
	return events
}
