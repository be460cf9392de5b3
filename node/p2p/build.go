package p2p

import (
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
)

// The bounds on a dial, handshakes and all, to a host elsewhere and on the
// local network.
const (
	dialTimeout      = 15 * time.Second
	dialTimeoutLocal = 5 * time.Second
)

// The bounds on what is remembered of peers that are not connected.
const (
	maxAddrs   = 16 << 10
	maxRecords = 4 << 10
)

// newHost puts the host together. What it has made when it fails, Close undoes.
func (n *Network) newHost() error {
	var err error
	if n.limits, err = newLimits(n.cfg); err != nil {
		return err
	}
	n.onClose(n.limits.Close)
	id, peers, err := n.newPeerstore()
	if err != nil {
		return err
	}
	n.onClose(peers.Close)
	bus := eventbus.NewBus()
	if n.swarm, err = n.newSwarm(id, peers, bus); err != nil {
		return err
	}
	n.onClose(n.swarm.Close)
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: newMuxer()}}
	secure, err := noise.New(noise.ID, n.cfg.Key, muxers)
	if err != nil {
		return fmt.Errorf("p2p: noise: %w", err)
	}
	if n.upgrader, err = upgrader.New([]sec.SecureTransport{secure}, muxers, nil, n.limits, nil); err != nil {
		return fmt.Errorf("p2p: the upgrader: %w", err)
	}
	if err := n.addTransports(); err != nil {
		return err
	}
	conns, err := newConnManager(n.cfg)
	if err != nil {
		return err
	}
	h, err := newPeerHost(n.swarm, bus, conns, n.cfg.AgentVersion)
	if err != nil {
		return err
	}
	n.host = h
	n.onClose(h.Close)
	if err := n.addCircuits(); err != nil {
		return err
	}
	return n.startRelayService()
}

// newPeerstore returns a peerstore that knows this host's key.
func (n *Network) newPeerstore() (peer.ID, peerstore.Peerstore, error) {
	id, err := peer.IDFromPrivateKey(n.cfg.Key)
	if err != nil {
		return "", nil, fmt.Errorf("p2p: the peer id: %w", err)
	}
	peers, err := pstoremem.NewPeerstore(pstoremem.WithMaxAddresses(maxAddrs), pstoremem.WithMaxSignedPeerRecords(maxRecords))
	if err != nil {
		return "", nil, fmt.Errorf("p2p: the peerstore: %w", err)
	}
	if err := peers.AddPrivKey(id, n.cfg.Key); err != nil {
		return "", nil, fmt.Errorf("p2p: keeping the key: %w", err)
	}
	if err := peers.AddPubKey(id, n.cfg.Key.GetPublic()); err != nil {
		return "", nil, fmt.Errorf("p2p: keeping the key: %w", err)
	}
	return id, peers, nil
}

func (n *Network) newSwarm(id peer.ID, peers peerstore.Peerstore, bus event.Bus) (*swarm.Swarm, error) {
	var err error
	if n.dns, err = newDNS(n.cfg); err != nil {
		return nil, err
	}
	s, err := swarm.NewSwarm(id, peers, bus,
		swarm.WithResourceManager(n.limits),
		swarm.WithMetrics(n.bandwidth),
		swarm.WithMultiaddrResolver(newResolver(n.cfg, n.dns)),
		swarm.WithDialRanker(rankDials),
		swarm.WithDialTimeout(dialTimeout),
		swarm.WithDialTimeoutLocal(dialTimeoutLocal),
		// Whether UDP or IPv6 work is not worth finding out for so few dials.
		swarm.WithUDPBlackHoleSuccessCounter(nil),
		swarm.WithIPv6BlackHoleSuccessCounter(nil),
	)
	if err != nil {
		return nil, fmt.Errorf("p2p: the swarm: %w", err)
	}
	return s, nil
}
