package node_test

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// onlineConfig is one of a node that listens on the loopback interface.
func onlineConfig() node.Config {
	cfg := newConfig()
	cfg.Network = nodeapi.NetworkOn
	cfg.Swarm = []string{"/ip4/127.0.0.1/tcp/0/ws"}
	return cfg
}

// dialOnlyConfig is one of a node as in a browser.
func dialOnlyConfig() node.Config {
	cfg := newConfig()
	cfg.Network = nodeapi.NetworkOn
	cfg.DialOnly = true
	return cfg
}

func peerID(t testing.TB, n *node.Node) string {
	t.Helper()
	id, err := n.ID(t.Context())
	must(t, err)
	return id.ID
}

// addressOf returns the first way to a node.
func addressOf(t testing.TB, n *node.Node) string {
	t.Helper()
	id, err := n.ID(t.Context())
	must(t, err)
	if len(id.Addresses) == 0 {
		t.Fatal("the node has no address")
	}
	return id.Addresses[0]
}

// within returns a context for what should not take long.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// connected returns a node that listens, one that does not, and that they are
// connected.
func connected(t testing.TB) (server, client *node.Node) {
	t.Helper()
	server, client = newNode(t, onlineConfig()), newNode(t, dialOnlyConfig())
	if err := client.SwarmConnect(within(t), addressOf(t, server)); err != nil {
		t.Fatalf("SwarmConnect: %v", err)
	}
	return server, client
}

func TestSwarm(t *testing.T) {
	server, client := connected(t)
	peers, err := client.SwarmPeers(t.Context(), nodeapi.SwarmPeersRequest{})
	must(t, err)
	if len(peers) != 1 || peers[0].Peer != peerID(t, server) || peers[0].Direction != nodeapi.DirectionOutbound ||
		peers[0].Muxer != "/yamux/1.0.0" || peers[0].Limited {
		t.Errorf("got peers %+v; want one outbound to %s", peers, peerID(t, server))
	}
	addrs, err := client.SwarmAddrs(t.Context())
	must(t, err)
	if len(addrs) != 1 || addrs[0].ID != peerID(t, server) || len(addrs[0].Addrs) == 0 {
		t.Errorf("got addresses %+v; want those of %s", addrs, peerID(t, server))
	}
	local, err := server.SwarmLocalAddrs(t.Context())
	must(t, err)
	if len(local) != 1 || !strings.HasPrefix(local[0], "/ip4/127.0.0.1/tcp/") {
		t.Errorf("got local addresses %v", local)
	}
	if online, err := server.IsOnline(t.Context()); !online || err != nil {
		t.Errorf("IsOnline: got %v, %v", online, err)
	}
	id, err := server.ID(t.Context())
	must(t, err)
	if !slices.Contains(id.Protocols, "/ipfs/id/1.0.0") || !slices.Contains(id.Protocols, "/ipfs/ping/1.0.0") {
		t.Errorf("the protocols %v lack identify and ping", id.Protocols)
	}

	told, err := client.Identify(within(t), peerID(t, server))
	must(t, err)
	if told.ID != id.ID || told.PublicKey != id.PublicKey || told.AgentVersion != id.AgentVersion ||
		told.ProtocolVersion != id.ProtocolVersion || !slices.Contains(told.Protocols, "/ipfs/ping/1.0.0") ||
		!slices.Contains(told.Addresses, id.Addresses[0]) {
		t.Errorf("a peer tells %+v of itself; it is told %+v", told, id)
	}
	peers, err = client.SwarmPeers(t.Context(), nodeapi.SwarmPeersRequest{Identify: true})
	must(t, err)
	if len(peers) != 1 || peers[0].Identify == nil || peers[0].Identify.AgentVersion != id.AgentVersion {
		t.Errorf("with what they tell: got peers %+v", peers)
	}

	must(t, client.SwarmDisconnect(t.Context(), "/p2p/"+peerID(t, server)))
	if peers, err := client.SwarmPeers(t.Context(), nodeapi.SwarmPeersRequest{}); len(peers) != 0 || err != nil {
		t.Errorf("after disconnect there are peers %+v, error %v", peers, err)
	}
	err = client.SwarmDisconnect(t.Context(), "/p2p/"+peerID(t, server))
	wantCode(t, "disconnect again", err, nodeapi.CodeNotConnected, "peer", peerID(t, server))
}

func TestIdentify(t *testing.T) {
	server, client := connected(t)
	if own, err := client.Identify(t.Context(), peerID(t, client)); err != nil || own.ID != peerID(t, client) {
		t.Errorf("of itself: got %+v, %v", own, err)
	}
	must(t, client.SwarmDisconnect(t.Context(), "/p2p/"+peerID(t, server)))
	if _, err := client.Identify(within(t), peerID(t, server)); err != nil {
		t.Errorf("of a peer that is known but not connected: %v", err)
	}
	_, err := client.Identify(t.Context(), "nobody")
	wantCode(t, "of what is no id", err, nodeapi.CodeInvalidPeerID)
	_, err = client.Identify(within(t), peerID(t, newNode(t, newConfig())))
	wantCode(t, "of an unknown peer", err, nodeapi.CodeDialFailed)
	_, err = newNode(t, newConfig()).Identify(t.Context(), peerID(t, server))
	wantCode(t, "offline", err, nodeapi.CodeOffline)
}

func TestSwarmConnectBadAddresses(t *testing.T) {
	client := newNode(t, dialOnlyConfig())
	id := peerID(t, newNode(t, newConfig()))
	for _, test := range []struct {
		name, addr string
		code       nodeapi.Code
	}{
		{"no multiaddr", "example.com:4001", nodeapi.CodeInvalidAddress},
		{"empty", "", nodeapi.CodeInvalidAddress},
		{"no peer", "/ip4/127.0.0.1/tcp/1/ws", nodeapi.CodeInvalidAddress},
		{"bad peer id", "/ip4/127.0.0.1/tcp/1/ws/p2p/nonsense", nodeapi.CodeInvalidAddress},
		{"tcp", "/ip4/127.0.0.1/tcp/1/p2p/" + id, nodeapi.CodeUndialableAddress},
		{"quic", "/ip4/127.0.0.1/udp/1/quic-v1/p2p/" + id, nodeapi.CodeUndialableAddress},
		{"webrtc-direct", "/ip4/127.0.0.1/udp/1/webrtc-direct/p2p/" + id, nodeapi.CodeUndialableAddress},
		{"circuit through tcp", "/ip4/127.0.0.1/tcp/1/p2p/" + id + "/p2p-circuit/p2p/" + id, nodeapi.CodeUndialableAddress},
		{"circuit without relay", "/p2p-circuit/p2p/" + id, nodeapi.CodeUndialableAddress},
		{"nobody listens", "/ip4/127.0.0.1/tcp/1/ws/p2p/" + id, nodeapi.CodeDialFailed},
		{"no address known", "/p2p/" + id, nodeapi.CodeDialFailed},
		{"self", "/ip4/127.0.0.1/tcp/1/ws/p2p/" + peerID(t, client), nodeapi.CodeDialFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantCode(t, "SwarmConnect", client.SwarmConnect(within(t), test.addr), test.code)
		})
	}
}

// A peer that takes the connection and says nothing costs the caller no more
// than it is willing to wait, and the node nothing.
func TestSwarmConnectSilentPeer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	client := newNode(t, dialOnlyConfig())
	port := silent.Addr().String()[len("127.0.0.1:"):]
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err = client.SwarmConnect(ctx, "/ip4/127.0.0.1/tcp/"+port+"/ws/p2p/"+peerID(t, newNode(t, newConfig())))
	if err == nil || ctx.Err() == nil {
		t.Errorf("got error %v after %v; want the end of the context", err, ctx.Err())
	}
}

func TestSwarmEvents(t *testing.T) {
	server, client := connected(t)
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	var got []string
	for event, err := range server.SwarmEvents(ctx) {
		if err != nil {
			t.Fatalf("after %v: %v", got, err)
		}
		if event.Peer != peerID(t, client) {
			t.Errorf("an event of %s; want of %s", event.Peer, peerID(t, client))
		}
		got = append(got, event.Type)
		switch len(got) {
		case 1:
			must(t, client.SwarmDisconnect(t.Context(), "/p2p/"+peerID(t, server)))
		case 2:
			must(t, client.SwarmConnect(ctx, addressOf(t, server)))
		}
		if len(got) == 3 {
			break
		}
	}
	want := []string{nodeapi.SwarmConnected, nodeapi.SwarmDisconnected, nodeapi.SwarmConnected}
	if !slices.Equal(got, want) {
		t.Errorf("got events %v; want %v", got, want)
	}
}

func TestPing(t *testing.T) {
	server, client := connected(t)
	var results []nodeapi.PingResult
	for r, err := range client.Ping(within(t), nodeapi.PingRequest{Peer: peerID(t, server), Count: 2}) {
		must(t, err)
		results = append(results, r)
	}
	if len(results) != 4 || results[1].Time <= 0 || results[2].Time <= 0 || !strings.HasPrefix(results[3].Text, "Average latency") {
		t.Errorf("got %+v; want a text, two times and a text", results)
	}
	for _, err := range client.Ping(within(t), nodeapi.PingRequest{Peer: "nonsense"}) {
		wantCode(t, "Ping", err, nodeapi.CodeInvalidPeerID, "value", "nonsense")
	}
}

func TestExtend(t *testing.T) {
	server, client := newNode(t, onlineConfig()), newNode(t, dialOnlyConfig())
	at := addressOf(t, server)
	err := client.Extend(t.Context(), nodeapi.Config{Bootstrap: []string{at}, Relays: []string{"nonsense"}})
	wantCode(t, "Extend with a bad relay", err, nodeapi.CodeInvalidAddress, "value", "nonsense")
	if got := client.Config().Bootstrap; len(got) != 0 {
		t.Errorf("after an error the bootstrap peers are %v; want none", got)
	}
	err = client.Extend(t.Context(), nodeapi.Config{Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"}})
	wantCode(t, "Extend with an address to listen on", err, nodeapi.CodeUndialableAddress)

	for range 2 {
		must(t, client.Extend(t.Context(), nodeapi.Config{Bootstrap: []string{at}}))
	}
	if got := client.Config().Bootstrap; !slices.Equal(got, []string{at}) {
		t.Errorf("the bootstrap peers are %v; want %v", got, at)
	}
	for event, err := range server.SwarmEvents(within(t)) {
		must(t, err)
		if event.Peer != peerID(t, client) {
			t.Errorf("%s connected; want %s", event.Peer, peerID(t, client))
		}
		break
	}
}

// echoed reads what comes back of text.
func echoed(t testing.TB, s nodeapi.Stream, text string) string {
	t.Helper()
	_, err := s.Write([]byte(text))
	must(t, err)
	must(t, s.CloseWrite())
	got, err := io.ReadAll(s)
	must(t, err)
	return string(got)
}
