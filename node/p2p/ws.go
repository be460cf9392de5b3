package p2p

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// webSockets is a transport that dials WebSockets, and cannot listen.
type webSockets struct {
	upgrader   transport.Upgrader
	limits     network.ResourceManager
	secureOnly bool // but to this device
}

var _ transport.Transport = (*webSockets)(nil)

func (n *Network) newWebSockets() *webSockets {
	return &webSockets{upgrader: n.upgrader, limits: n.limits, secureOnly: mixedContent()}
}

// CanDial reports whether addr is that of a WebSocket which the platform lets
// the host open.
func (t *webSockets) CanDial(addr ma.Multiaddr) bool {
	url, err := wsURL(addr)
	return err == nil && (!t.secureOnly || strings.HasPrefix(url, "wss:") || isThisDevice(addr))
}

// Protocols returns what an address of a WebSocket ends in.
func (t *webSockets) Protocols() []int { return []int{ma.P_WS, ma.P_WSS} }

// Proxy reports that connections go straight to their peer.
func (t *webSockets) Proxy() bool { return false }

// Listen is not possible.
func (t *webSockets) Listen(ma.Multiaddr) (transport.Listener, error) {
	return nil, errors.New("p2p: this transport only dials")
}

// Dial connects to a peer.
func (t *webSockets) Dial(ctx context.Context, addr ma.Multiaddr, p peer.ID) (transport.CapableConn, error) {
	url, err := wsURL(addr)
	if err != nil {
		return nil, fmt.Errorf("p2p: %s: %w", addr, err)
	}
	scope, err := t.limits.OpenConnection(network.DirOutbound, true, addr)
	if err != nil {
		return nil, fmt.Errorf("p2p: dialling %s: %w", addr, err)
	}
	conn, err := t.dial(ctx, url, addr, p, scope)
	if err != nil {
		scope.Done()
		return nil, fmt.Errorf("p2p: dialling %s: %w", addr, err)
	}
	return conn, nil
}

func (t *webSockets) dial(ctx context.Context, url string, addr ma.Multiaddr, p peer.ID, scope network.ConnManagementScope) (transport.CapableConn, error) {
	if err := scope.SetPeer(p); err != nil {
		return nil, err
	}
	socket, err := dialSocket(ctx, url)
	if err != nil {
		return nil, err
	}
	conn, err := t.upgrader.Upgrade(ctx, t, &wsConn{Conn: socket, remote: addr}, network.DirOutbound, p, scope)
	if err != nil {
		return nil, err // Upgrade has closed raw
	}
	return wsCapable{conn}, nil
}

// wsCapable tells what it goes over.
type wsCapable struct{ transport.CapableConn }

func (c wsCapable) ConnState() network.ConnectionState {
	state := c.CapableConn.ConnState()
	state.Transport = "websocket"
	return state
}

// wsConn is a WebSocket as a connection with multiaddrs. It does not know its
// own end's, as a browser does not tell.
type wsConn struct {
	net.Conn
	remote ma.Multiaddr
}

var _ manet.Conn = (*wsConn)(nil)

// unknownLocal stands for the local end of a WebSocket.
var unknownLocal = ma.StringCast("/ip4/0.0.0.0/tcp/0/ws")

func (c *wsConn) LocalMultiaddr() ma.Multiaddr  { return unknownLocal }
func (c *wsConn) RemoteMultiaddr() ma.Multiaddr { return c.remote }
