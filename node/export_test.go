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

// Collections returns how many collections of garbage came to their end.
func (n *Node) Collections() uint64 {
	finished, _ := n.collector.state()
	return finished
}

// Marks returns how many marks of the repo's limit and of the quota are crossed.
func (n *Node) Marks() (repo, origin int) {
	n.storage.mu.Lock()
	defer n.storage.mu.Unlock()
	return n.storage.repo.marks, n.storage.origin.marks
}

// SetLeavesFrom makes files of more than so many bytes large ones. What it returns
// undoes that.
func SetLeavesFrom(bytes uint64) (undo func()) {
	before := leavesFrom
	leavesFrom = bytes
	return func() { leavesFrom = before }
}
