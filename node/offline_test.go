package node_test

import (
	"net"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An offline node is told of addresses, and neither dials nor listens.
func TestOfflineTouchesNoNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	port := listener.Addr().String()[len("127.0.0.1:"):]
	other := peerID(t, newNode(t, newConfig()))
	at := "/ip4/127.0.0.1/tcp/" + port + "/ws/p2p/" + other

	cfg := newConfig()
	cfg.Network = nodeapi.NetworkOffline
	cfg.Bootstrap, cfg.Relays = []string{at}, []string{at}
	// The port is taken, so that listening on it would fail.
	cfg.Swarm = []string{"/ip4/127.0.0.1/tcp/" + port}
	n := newNode(t, cfg)
	must(t, n.Extend(t.Context(), nodeapi.Config{Bootstrap: cfg.Bootstrap, Relays: cfg.Relays, Swarm: cfg.Swarm}))

	ctx := t.Context()
	offline := func(what string, err error) {
		t.Helper()
		wantCode(t, what, err, nodeapi.CodeOffline)
	}
	offline("SwarmConnect", n.SwarmConnect(ctx, at))
	offline("SwarmDisconnect", n.SwarmDisconnect(ctx, at))
	_, err = n.SwarmPeers(ctx, nodeapi.SwarmPeersRequest{})
	offline("SwarmPeers", err)
	_, err = n.SwarmAddrs(ctx)
	offline("SwarmAddrs", err)
	_, err = n.SwarmLocalAddrs(ctx)
	offline("SwarmLocalAddrs", err)
	for _, err := range n.SwarmEvents(ctx) {
		offline("SwarmEvents", err)
	}
	for _, err := range n.Ping(ctx, nodeapi.PingRequest{Peer: other}) {
		offline("Ping", err)
	}
	_, err = n.DialProtocol(ctx, nodeapi.StreamRequest{Peer: other, Protocols: []string{"/a"}})
	offline("DialProtocol", err)
	_, err = n.HandleProtocol("/a", func(nodeapi.Stream) {})
	offline("HandleProtocol", err)

	must(t, listener.(*net.TCPListener).SetDeadline(time.Now().Add(300*time.Millisecond)))
	if conn, err := listener.Accept(); err == nil {
		t.Errorf("the node dialled, from %s", conn.RemoteAddr())
	}
	if running := n.Config(); running.Network != nodeapi.NetworkOffline || len(running.Bootstrap)+len(running.Swarm) > 0 {
		t.Errorf("got configuration %+v", running)
	}
}
