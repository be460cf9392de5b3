//go:build !js

package p2p

import (
	"crypto/rand"
	"fmt"

	"github.com/libp2p/go-libp2p/core/transport"
	libp2pquic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	libp2pwebtransport "github.com/libp2p/go-libp2p/p2p/transport/webtransport"
	"github.com/quic-go/quic-go"
)

// What a native host can do.
const (
	canListen    = true
	platformDNS  = "" // the system resolves
	dialableHere = "no transport here can"
)

// addTransports adds the transports beside circuits: libp2p's own, or the one
// that a browser has.
func (n *Network) addTransports() error {
	if n.cfg.DialOnly {
		return n.swarm.AddTransport(n.newWebSockets())
	}
	// Sharing a port would let two hosts listen on one without a word.
	tcpTransport, err := tcp.NewTCPTransport(n.upgrader, n.limits, nil, tcp.DisableReuseport())
	if err != nil {
		return fmt.Errorf("p2p: the TCP transport: %w", err)
	}
	webSockets, err := websocket.New(n.upgrader, n.limits, nil)
	if err != nil {
		return fmt.Errorf("p2p: the WebSocket transport: %w", err)
	}
	udp, err := n.newUDPTransports()
	if err != nil {
		return err
	}
	for _, t := range append(udp, tcpTransport, webSockets) {
		if err := n.swarm.AddTransport(t); err != nil {
			return fmt.Errorf("p2p: adding a transport: %w", err)
		}
	}
	return nil
}

// newUDPTransports returns QUIC and WebTransport, which share their sockets.
// Their keys live as long as the host: they only serve to recognise packets.
func (n *Network) newUDPTransports() ([]transport.Transport, error) {
	var reset quic.StatelessResetKey
	var token quic.TokenGeneratorKey
	_, _ = rand.Read(reset[:]) // never fails
	_, _ = rand.Read(token[:])
	sockets, err := quicreuse.NewConnManager(reset, token)
	if err != nil {
		return nil, fmt.Errorf("p2p: the QUIC sockets: %w", err)
	}
	n.onClose(sockets.Close)
	quicTransport, err := libp2pquic.NewTransport(n.cfg.Key, sockets, nil, nil, n.limits)
	if err != nil {
		return nil, fmt.Errorf("p2p: the QUIC transport: %w", err)
	}
	webTransport, err := libp2pwebtransport.New(n.cfg.Key, nil, sockets, nil, n.limits)
	if err != nil {
		return nil, fmt.Errorf("p2p: the WebTransport transport: %w", err)
	}
	return []transport.Transport{quicTransport, webTransport}, nil
}
