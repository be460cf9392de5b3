package p2p

import (
	"context"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	ma "github.com/multiformats/go-multiaddr"
)

// keptTag protects kept peers from the connection manager.
const keptTag = "kept"

// keeper stays connected with the peers that it is told to keep, and holds a
// reservation on those that are relays.
type keeper struct {
	net     *Network
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	online  *presence
	notifee network.Notifiee

	mu   sync.Mutex // guards following
	kept map[peer.ID]*kept
}

func newKeeper(n *Network) *keeper {
	k := &keeper{net: n, kept: make(map[peer.ID]*kept)}
	k.ctx, k.cancel = context.WithCancel(context.Background())
	k.notifee = &network.NotifyBundle{DisconnectedF: func(_ network.Network, c network.Conn) { k.disconnected(c.RemotePeer()) }}
	n.swarm.Notify(k.notifee)
	k.online = newPresence(k.wakeAll)
	k.running.Go(func() { k.online.watch(k.ctx) })
	return k
}

// close stops keeping. It closes no connection.
func (k *keeper) close() error {
	k.net.swarm.StopNotify(k.notifee)
	k.cancel()
	k.running.Wait()
	return nil
}

// keep adds a peer, or an address to one that is kept.
func (k *keeper) keep(info peer.AddrInfo, relay bool) {
	if info.ID == k.net.host.ID() {
		return // lists are shared between nodes, and may name this one
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	// For others too who dial the peer by its id, from now on.
	k.net.host.Peerstore().AddAddrs(info.ID, info.Addrs, peerstore.PermanentAddrTTL)
	if p, ok := k.kept[info.ID]; ok {
		p.extend(info.Addrs, relay)
		return
	}
	p := newKept(k, info, relay)
	k.kept[info.ID] = p
	k.net.host.ConnManager().Protect(info.ID, keptTag)
	k.running.Go(p.run)
}

// restrict keeps a peer by these addresses alone, of those that it is kept by,
// and with none of them no more. A connection that there is stays.
func (k *keeper) restrict(id peer.ID, addrs []ma.Multiaddr) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.kept[id]
	if !ok {
		return
	}
	if len(addrs) > 0 {
		p.restrict(addrs)
		return
	}
	delete(k.kept, id)
	p.cancel()
	k.net.host.ConnManager().Unprotect(id, keptTag)
	k.net.host.Peerstore().UpdateAddrs(id, peerstore.PermanentAddrTTL, peerstore.RecentlyConnectedAddrTTL)
}

func (k *keeper) disconnected(id peer.ID) {
	if k.net.swarm.Connectedness(id) == network.Connected {
		return
	}
	k.mu.Lock()
	p := k.kept[id]
	k.mu.Unlock()
	if p != nil {
		p.lost()
	}
}

// wakeAll makes all that wait for their next dial dial now.
func (k *keeper) wakeAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.kept {
		p.wakeNow()
	}
}
