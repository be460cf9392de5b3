package node_test

import (
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
)

// A Node is all that a server can serve.
var (
	_ server.Backend = (*node.Node)(nil)
	_ server.Files   = (*node.Node)(nil)
	_ server.DAG     = (*node.Node)(nil)
	_ server.Blocks  = (*node.Node)(nil)
	_ server.Pins    = (*node.Node)(nil)
	_ server.Repo    = (*node.Node)(nil)
	_ server.Bitswap = (*node.Node)(nil)
	_ server.Keys    = (*node.Node)(nil)
	_ server.IPNS    = (*node.Node)(nil)
	_ server.Routing = (*node.Node)(nil)

	_ server.RemotePins   = (*node.Node)(nil)
	_ server.MutableFiles = (*node.Node)(nil)

	_ server.References = (*node.Node)(nil)
	_ server.Datastore  = (*node.Node)(nil)
	_ server.Archives   = (*node.Node)(nil)
	_ server.Resolver   = (*node.Node)(nil)
	_ server.Domains    = (*node.Node)(nil)
	_ server.Swarm      = (*node.Node)(nil)
	_ server.Bootstrap  = (*node.Node)(nil)
	_ server.Statistics = (*node.Node)(nil)

	_ server.Extender = (*node.Node)(nil)
	_ server.Watched  = (*node.Node)(nil)
)
