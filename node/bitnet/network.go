package bitnet

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ipfs/boxo/bitswap/message"
	bsnet "github.com/ipfs/boxo/bitswap/network"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
)

// The protocols, the preferred one first. They share one format; the older one
// knows no HAVE.
const (
	protocol120 protocol.ID = "/ipfs/bitswap/1.2.0"
	protocol110 protocol.ID = "/ipfs/bitswap/1.1.0"
)

var protocols = []protocol.ID{protocol120, protocol110}

// Config says what a Network is made of.
type Config struct {
	// Host has the peers. Required.
	Host host.Host
	// Sum makes the CID of a block's bytes. An error drops the block. Required; it
	// is called concurrently.
	Sum func(ctx context.Context, p cid.Prefix, data []byte) (cid.Cid, error)
	// Wanted reports whether any block is wanted. Required.
	Wanted func() bool
}

// Counts says what peers sent that was dropped.
type Counts struct {
	Messages uint64 // malformed, over the limits or not whole in time
	Blocks   uint64 // that came while nothing was wanted, or with a hash not taken
	Bytes    uint64 // of these blocks
}

// Network is a host's part in bitswap.
type Network struct {
	cfg    Config
	peers  *bsnet.ConnectEventManager
	debts  debts
	notify *network.NotifyBundle

	receivers []bsnet.Receiver // set by Start

	mu      sync.Mutex      // held to join reading, and to end stopped
	stopped context.Context // ends when Stop is called
	stop    context.CancelFunc
	reading sync.WaitGroup // streams

	sent, received                  atomic.Uint64 // messages
	badMessages, badBlocks, badSize atomic.Uint64
}

var _ bsnet.BitSwapNetwork = (*Network)(nil)

// New returns a Network that Start starts.
func New(cfg Config) *Network {
	n := &Network{cfg: cfg, peers: bsnet.NewConnectEventManager()}
	n.stopped, n.stop = context.WithCancel(context.Background())
	n.debts.stalled = n.pause
	n.notify = &network.NotifyBundle{ConnectedF: n.connected, DisconnectedF: n.disconnected}
	return n
}

// Start hands messages and the peers' coming and going to the receivers.
func (n *Network) Start(receivers ...bsnet.Receiver) {
	n.receivers = receivers
	listeners := make([]bsnet.ConnectionListener, len(receivers))
	for i, r := range receivers {
		listeners[i] = r
	}
	n.peers.SetListeners(listeners...)
	for _, id := range protocols {
		n.cfg.Host.SetStreamHandler(id, n.serve)
	}
	n.cfg.Host.Network().Notify(n.notify)
	// Those that are connected already. One that connects just now counts once.
	for _, c := range n.cfg.Host.Network().Conns() {
		n.peers.Connected(c.RemotePeer())
	}
	n.peers.Start()
}

// Stop ends what Start began. It waits for messages being handled.
func (n *Network) Stop() {
	for _, id := range protocols {
		n.cfg.Host.RemoveStreamHandler(id)
	}
	n.cfg.Host.Network().StopNotify(n.notify)
	n.peers.Stop()
	n.debts.stop()
	n.mu.Lock()
	n.stop()
	n.mu.Unlock()
	n.reading.Wait()
}

// begin counts a stream in, unless the network is stopped.
func (n *Network) begin() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped.Err() != nil {
		return false
	}
	n.reading.Add(1)
	return true
}

func (n *Network) connected(_ network.Network, c network.Conn) {
	n.peers.Connected(c.RemotePeer())
}

func (n *Network) disconnected(_ network.Network, c network.Conn) {
	if !n.isConnected(c.RemotePeer()) {
		n.debts.forgive(c.RemotePeer())
		n.peers.Disconnected(c.RemotePeer())
	}
}

// pause has a peer count as not connected for a while.
func (n *Network) pause(p peer.ID, pause time.Duration) {
	n.peers.MarkUnresponsive(p)
	time.AfterFunc(pause, func() {
		if n.stopped.Err() == nil {
			n.peers.OnMessage(p) // no more than if it had sent something
		}
	})
}

// isConnected reports whether a peer is connected, be it through a relay.
func (n *Network) isConnected(p peer.ID) bool {
	switch n.cfg.Host.Network().Connectedness(p) {
	case network.Connected, network.Limited:
		return true
	default:
		return false
	}
}

// newStream opens a stream to a connected peer.
func (n *Network) newStream(ctx context.Context, p peer.ID) (network.Stream, error) {
	ctx = network.WithAllowLimitedConn(ctx, "bitswap")
	ctx = network.WithNoDial(ctx, "bitswap asks who is connected")
	return n.cfg.Host.NewStream(ctx, p, protocols...)
}

// What a message may take until it is handed to the connection: as much as its
// size needs on a slow line.
const (
	leastSendTime = 10 * time.Second
	mostSendTime  = 2 * time.Minute
	slowLine      = 100_000 / 8 // bytes a second
)

// SendMessage sends a message on a stream of its own.
func (n *Network) SendMessage(ctx context.Context, p peer.ID, m message.BitSwapMessage) error {
	s, err := n.newStream(ctx, p)
	if err != nil {
		return err
	}
	took := min(mostSendTime, leastSendTime+time.Duration(m.Size())*time.Second/slowLine)
	if err := n.send(ctx, s, m, time.Now().Add(took)); err != nil {
		return errors.Join(err, s.Reset())
	}
	closeSoon(s)
	return nil
}

func (n *Network) send(ctx context.Context, s network.Stream, m message.BitSwapMessage, deadline time.Time) error {
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := s.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if err := m.ToNetV1(s); err != nil {
		return err
	}
	n.sent.Add(1)
	return s.SetWriteDeadline(time.Time{})
}

// closeSoon closes a stream that may have to wait for the other side to agree on
// its protocol. Who is done with it does not.
func closeSoon(s network.Stream) {
	if err := s.SetReadDeadline(time.Now().Add(leastSendTime)); err != nil {
		_ = s.Reset()
		return
	}
	go func() { _ = s.Close() }()
}

// Connect connects to a peer, for who finds those that have a block.
func (n *Network) Connect(ctx context.Context, info peer.AddrInfo) error {
	return n.cfg.Host.Connect(network.WithAllowLimitedConn(ctx, "bitswap"), info)
}

// DisconnectFrom closes all connections to a peer.
func (n *Network) DisconnectFrom(_ context.Context, p peer.ID) error {
	return n.cfg.Host.Network().ClosePeer(p)
}

// IsConnectedToPeer reports whether a peer is connected.
func (n *Network) IsConnectedToPeer(_ context.Context, p peer.ID) bool { return n.isConnected(p) }

// Host returns the host.
func (n *Network) Host() host.Host { return n.cfg.Host }

// Self returns the host's id.
func (n *Network) Self() peer.ID { return n.cfg.Host.ID() }

// Stats counts messages.
func (n *Network) Stats() bsnet.Stats {
	return bsnet.Stats{MessagesSent: n.sent.Load(), MessagesRecvd: n.received.Load()}
}

// Dropped counts what was dropped.
func (n *Network) Dropped() Counts {
	return Counts{Messages: n.badMessages.Load(), Blocks: n.badBlocks.Load(), Bytes: n.badSize.Load()}
}

// Ping pings a peer once.
func (n *Network) Ping(ctx context.Context, p peer.ID) ping.Result {
	ctx, cancel := context.WithCancel(network.WithAllowLimitedConn(ctx, "bitswap"))
	defer cancel()
	return <-ping.Ping(ctx, n.cfg.Host, p)
}

// Latency returns a peer's average latency, 0 if it is not known.
func (n *Network) Latency(p peer.ID) time.Duration { return n.cfg.Host.Peerstore().LatencyEWMA(p) }

// TagPeer tells the connection manager how much a peer is worth.
func (n *Network) TagPeer(p peer.ID, tag string, weight int) {
	n.cfg.Host.ConnManager().TagPeer(p, tag, weight)
}

// UntagPeer takes that back.
func (n *Network) UntagPeer(p peer.ID, tag string) { n.cfg.Host.ConnManager().UntagPeer(p, tag) }

// Protect keeps a peer's connections from being closed to make room.
func (n *Network) Protect(p peer.ID, tag string) { n.cfg.Host.ConnManager().Protect(p, tag) }

// Unprotect takes that back.
func (n *Network) Unprotect(p peer.ID, tag string) bool {
	return n.cfg.Host.ConnManager().Unprotect(p, tag)
}
