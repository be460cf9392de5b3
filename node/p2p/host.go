package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/pstoremanager"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multistream"
)

// ProtocolVersion is what peers are told, as by all of IPFS.
const ProtocolVersion = "ipfs/0.1.0"

// negotiationTimeout bounds how long a stream takes to agree on its protocol, and
// identifyTimeout how long a peer takes to say who it is; without that it is
// asked for each protocol.
const (
	negotiationTimeout = 10 * time.Second
	identifyTimeout    = 5 * time.Second
)

// peerHost is the host.Host. libp2p's own (basichost) links much that has no
// use in a browser: port mapping, hole punching, AutoNAT, the relay's service.
type peerHost struct {
	swarm     *swarm.Swarm
	mux       *multistream.MultistreamMuxer[protocol.ID]
	bus       event.Bus
	conns     connmgr.ConnManager
	ids       identify.IDService
	stored    *pstoremanager.PeerstoreManager
	protocols event.Emitter
	addrs     event.Emitter

	announcing sync.Mutex // lets announcements go one by one

	mu      sync.Mutex                 // guards following
	relayed map[peer.ID][]ma.Multiaddr // ways to this host through each relay
}

var _ host.Host = (*peerHost)(nil)

// newPeerHost puts a host on a swarm. The host closes the swarm.
func newPeerHost(s *swarm.Swarm, bus event.Bus, conns connmgr.ConnManager, agent string) (*peerHost, error) {
	h := &peerHost{
		swarm:   s,
		mux:     multistream.NewMultistreamMuxer[protocol.ID](),
		bus:     bus,
		conns:   conns,
		relayed: make(map[peer.ID][]ma.Multiaddr),
	}
	var errs [4]error
	h.stored, errs[0] = pstoremanager.NewPeerstoreManager(s.Peerstore(), bus, s)
	h.protocols, errs[1] = bus.Emitter(new(event.EvtLocalProtocolsUpdated), eventbus.Stateful)
	h.addrs, errs[2] = bus.Emitter(new(event.EvtLocalAddressesUpdated), eventbus.Stateful)
	h.ids, errs[3] = identify.NewIDService(h,
		identify.UserAgent(agent), identify.ProtocolVersion(ProtocolVersion), identify.WithTimeout(identifyTimeout))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("p2p: the host: %w", err)
	}
	if err := h.announceAddrs(); err != nil {
		return nil, fmt.Errorf("p2p: the host's addresses: %w", err)
	}
	s.Notify(conns.Notifee())
	s.Notify(&network.NotifyBundle{
		ListenF:      func(network.Network, ma.Multiaddr) { _ = h.announceAddrs() },
		ListenCloseF: func(network.Network, ma.Multiaddr) { _ = h.announceAddrs() },
	})
	s.SetStreamHandler(h.serve)
	ping.NewPingService(h)
	h.stored.Start()
	h.ids.Start()
	return h, nil
}

// Close ends all connections and what runs for them.
func (h *peerHost) Close() error {
	return errors.Join(
		h.conns.Close(),
		h.ids.Close(),
		h.swarm.Close(),
		h.protocols.Close(),
		h.addrs.Close(),
		h.stored.Close(),
	)
}

func (h *peerHost) ID() peer.ID                      { return h.swarm.LocalPeer() }
func (h *peerHost) Peerstore() peerstore.Peerstore   { return h.swarm.Peerstore() }
func (h *peerHost) Network() network.Network         { return h.swarm }
func (h *peerHost) Mux() protocol.Switch             { return h.mux }
func (h *peerHost) ConnManager() connmgr.ConnManager { return h.conns }
func (h *peerHost) EventBus() event.Bus              { return h.bus }

// Connect makes sure that there is a connection and that its peer is
// identified.
func (h *peerHost) Connect(ctx context.Context, info peer.AddrInfo) error {
	h.Peerstore().AddAddrs(info.ID, info.Addrs, peerstore.TempAddrTTL)
	if h.swarm.Connectedness(info.ID) == network.Connected {
		return nil
	}
	conn, err := h.swarm.DialPeer(ctx, info.ID)
	if err != nil {
		return fmt.Errorf("p2p: dialling %s: %w", info.ID, err)
	}
	return h.waitIdentified(ctx, conn)
}

func (h *peerHost) waitIdentified(ctx context.Context, conn network.Conn) error {
	select {
	case <-h.ids.IdentifyWait(conn):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("p2p: identifying %s: %w", conn.RemotePeer(), context.Cause(ctx))
	}
}

// SetStreamHandler has handler called with each stream of a protocol.
func (h *peerHost) SetStreamHandler(id protocol.ID, handler network.StreamHandler) {
	h.mux.AddHandler(id, asHandler(handler))
	h.announceProtocols(event.EvtLocalProtocolsUpdated{Added: []protocol.ID{id}})
}

// SetStreamHandlerMatch is SetStreamHandler for all protocols that match.
func (h *peerHost) SetStreamHandlerMatch(id protocol.ID, match func(protocol.ID) bool, handler network.StreamHandler) {
	h.mux.AddHandlerWithFunc(id, match, asHandler(handler))
	h.announceProtocols(event.EvtLocalProtocolsUpdated{Added: []protocol.ID{id}})
}

// RemoveStreamHandler undoes either of the two.
func (h *peerHost) RemoveStreamHandler(id protocol.ID) {
	h.mux.RemoveHandler(id)
	h.announceProtocols(event.EvtLocalProtocolsUpdated{Removed: []protocol.ID{id}})
}

// announceProtocols lets identify tell the peers. It can fail only once the host
// is closed, when nobody is left to be told.
func (h *peerHost) announceProtocols(changed event.EvtLocalProtocolsUpdated) {
	_ = h.protocols.Emit(changed)
}

func asHandler(handler network.StreamHandler) func(protocol.ID, io.ReadWriteCloser) error {
	return func(_ protocol.ID, s io.ReadWriteCloser) error {
		handler(s.(network.Stream)) // serve has made it from one
		return nil
	}
}
