package pubsub

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	// streamTries is how often a stream is asked for while the peer is connected,
	// streamRetry how long it is waited between two tries.
	streamTries = 3
	streamRetry = time.Second
	// streamPatience is how long a peer's stream waits for the one to that peer.
	streamPatience = 5 * time.Second
)

var errNoDial = errors.New("pubsub: gossipsub dials nobody")

// gossipHost is the host as gossipsub is to see it.
//
// To gossipsub a peer that is reached through a relay alone is not connected:
// such connections are "limited", and it asks for connectedness without limits
// and opens streams that allow for none. Two browsers have no other connection
// to each other, so here a limited connection counts as a connection.
//
// Gossipsub has a stream to each peer and one from it, and takes little care
// that there are both. What a peer says it listens to comes by the one, what is
// sent to it goes by the other. So here
//
//   - a stream that cannot be opened is tried again, for gossipsub would not, and
//     looked for now and then, see mend;
//   - the stream from a peer is read only when there is one to it, so that
//     whoever hears of a peer at a topic can send to it;
//   - when the stream to a peer ends the one from it is reset: gossipsub forgets
//     the peer's topics, and the peer tells of them only on a new stream.
//
// The streams' bytes pass by inflow and outflow. Close ends all streams, which
// gossipsub leaves open.
type gossipHost struct {
	host.Host

	in      *inflow
	out     *outflow
	closed  context.Context
	running sync.WaitGroup // handlers of streams

	mu        sync.Mutex // guards following
	protocols []protocol.ID
	peers     map[peer.ID]*peerStreams
}

// peerStreams are the open streams of a peer. Either may be several for a
// moment, while one takes the place of another.
type peerStreams struct {
	to, from map[*gossipStream]struct{}
	sendable chan struct{} // closed when there is one in to
}

func newGossipHost(closed context.Context, h host.Host) *gossipHost {
	return &gossipHost{
		Host:   h,
		in:     newInflow(),
		out:    newOutflow(),
		closed: closed,
		peers:  make(map[peer.ID]*peerStreams),
	}
}

// Connect refuses. All that gossipsub would dial are peers that others name when
// they leave a mesh, and nobody is to choose whom a node dials but its owner.
func (h *gossipHost) Connect(context.Context, peer.AddrInfo) error { return errNoDial }

// Network returns the network, with limited connections as good as others.
func (h *gossipHost) Network() network.Network { return gossipNetwork{h.Host.Network()} }

type gossipNetwork struct {
	network.Network
}

func (n gossipNetwork) Connectedness(p peer.ID) network.Connectedness {
	c := n.Network.Connectedness(p)
	if c == network.Limited {
		return network.Connected
	}
	return c
}

// NewStream opens the stream to a peer.
func (h *gossipHost) NewStream(ctx context.Context, p peer.ID, protocols ...protocol.ID) (network.Stream, error) {
	ctx, cancel := context.WithCancel(network.WithAllowLimitedConn(ctx, "pubsub"))
	defer cancel()
	out := h.out.begin(p, cancel)
	for try := 1; ; try++ {
		s, err := h.Host.NewStream(ctx, p, protocols...)
		if err == nil {
			return h.opened(s, out), nil
		}
		if try == streamTries || h.Network().Connectedness(p) != network.Connected || ctx.Err() != nil {
			h.out.end(out)
			return nil, err
		}
		select {
		case <-time.After(streamRetry):
		case <-ctx.Done():
		}
	}
}

// SetStreamHandler has handle called with the streams from peers.
func (h *gossipHost) SetStreamHandler(id protocol.ID, handle network.StreamHandler) {
	h.mu.Lock()
	h.protocols = append(h.protocols, id)
	h.mu.Unlock()
	h.Host.SetStreamHandler(id, func(raw network.Stream) {
		s, sendable, ok := h.accepted(raw)
		if !ok {
			_ = raw.Reset()
			return
		}
		defer h.running.Done()
		defer s.forget()
		patience := time.NewTimer(streamPatience)
		defer patience.Stop()
		select {
		case <-sendable:
		case <-patience.C:
		case <-s.ended:
		}
		handle(s)
	})
}

// opened takes note of a stream to a peer.
func (h *gossipHost) opened(raw network.Stream, out *outPeer) *gossipStream {
	s := newGossipStream(h, raw, out)
	h.out.opened(out, func() { _ = s.Reset() })
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.peerLocked(s.peer)
	if len(p.to) == 0 {
		close(p.sendable)
	}
	p.to[s] = struct{}{}
	return s
}

// accepted takes note of a stream from a peer.
func (h *gossipHost) accepted(raw network.Stream) (s *gossipStream, sendable chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed.Err() != nil {
		return nil, nil, false
	}
	h.running.Add(1)
	h.in.begin(raw.Conn().RemotePeer())
	s = newGossipStream(h, raw, nil)
	p := h.peerLocked(s.peer)
	p.from[s] = struct{}{}
	return s, p.sendable, true
}

func (h *gossipHost) peerLocked(id peer.ID) *peerStreams {
	p := h.peers[id]
	if p == nil {
		p = &peerStreams{
			to:       make(map[*gossipStream]struct{}),
			from:     make(map[*gossipStream]struct{}),
			sendable: make(chan struct{}),
		}
		h.peers[id] = p
	}
	return p
}

// over forgets a stream, and returns those that are to end with it.
func (h *gossipHost) over(s *gossipStream) (others []*gossipStream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.peers[s.peer]
	if p == nil {
		return nil
	}
	if _, open := p.to[s]; open {
		h.out.end(s.out)
		if delete(p.to, s); len(p.to) == 0 {
			p.sendable = make(chan struct{})
		}
		for other := range p.from {
			others = append(others, other)
		}
	}
	delete(p.from, s)
	if len(p.to)+len(p.from) == 0 {
		delete(h.peers, s.peer)
	}
	return others
}

// close ends all streams and waits for their handlers. It comes after the end of
// closed.
func (h *gossipHost) close() {
	h.mu.Lock()
	for _, id := range h.protocols {
		h.RemoveStreamHandler(id)
	}
	var open []*gossipStream
	for _, p := range h.peers {
		for s := range p.to {
			open = append(open, s)
		}
		for s := range p.from {
			open = append(open, s)
		}
	}
	h.mu.Unlock()
	for _, s := range open {
		_ = s.Reset()
	}
	h.running.Wait()
}
