package p2p

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	ma "github.com/multiformats/go-multiaddr"
)

// circuits is the transport through relays. Its connections are not marked as
// limited, see the package's comment.
type circuits struct {
	*client.Client
}

var (
	_ transport.Transport    = circuits{}
	_ transport.SkipResolver = circuits{}
)

// addCircuits lets the host dial, and be dialled, through relays.
func (n *Network) addCircuits() error {
	c, err := client.New(n.host, n.upgrader)
	if err != nil {
		return fmt.Errorf("p2p: the circuit transport: %w", err)
	}
	if err := n.swarm.AddTransport(circuits{c}); err != nil {
		return fmt.Errorf("p2p: the circuit transport: %w", err)
	}
	if err := n.swarm.Listen(ma.StringCast("/p2p-circuit")); err != nil {
		return fmt.Errorf("p2p: listening to circuits: %w", err)
	}
	c.Start()
	return nil
}

// Dial connects through a relay.
func (c circuits) Dial(ctx context.Context, addr ma.Multiaddr, p peer.ID) (transport.CapableConn, error) {
	conn, err := c.Client.Dial(ctx, addr, p)
	if err != nil {
		return nil, err
	}
	return unmark(conn), nil
}

// Listen accepts what relays bring.
func (c circuits) Listen(addr ma.Multiaddr) (transport.Listener, error) {
	l, err := c.Client.Listen(addr)
	if err != nil {
		return nil, err
	}
	return circuitListener{l}, nil
}

type circuitListener struct{ transport.Listener }

func (l circuitListener) Accept() (transport.CapableConn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return unmark(conn), nil
}

// circuitConn is a connection through a relay with its mark removed.
type circuitConn struct {
	transport.CapableConn
	stat network.ConnStats
}

func (c circuitConn) Stat() network.ConnStats { return c.stat }

func unmark(conn transport.CapableConn) transport.CapableConn {
	marked, ok := conn.(network.ConnStat)
	if !ok {
		return conn
	}
	stat := marked.Stat()
	stat.Limited = false
	return circuitConn{CapableConn: conn, stat: stat}
}

// IsLimited reports whether a connection goes through a relay that limits its
// bytes or its time.
func IsLimited(c network.Conn) bool {
	stat := c.Stat()
	_, byTime := stat.Extra[client.StatLimitDuration]
	_, byData := stat.Extra[client.StatLimitData]
	return stat.Limited || byTime || byData
}
