package node

import "github.com/libp2p/go-libp2p/core/host"

// StartExchange has a node exchange blocks with a host's peers. The returned
// function stops it.
func (n *Node) StartExchange(h host.Host) func() error { return n.startExchange(h).close }
