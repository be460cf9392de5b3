package node

import (
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/host"
)

// StartExchange has a node exchange blocks with a host's peers. The returned
// function stops it.
func (n *Node) StartExchange(h host.Host) func() error { return n.startExchange(h).close }

// Waiting returns how many operations wait for a block from peers.
func (n *Node) Waiting(c cid.Cid) int {
	x := n.store.exchange
	x.mu.Lock()
	defer x.mu.Unlock()
	if w := x.wants[string(c.Hash())]; w != nil {
		return w.waiters
	}
	return 0
}
