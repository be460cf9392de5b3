package interop

import (
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// startRelay starts a node that others reach each other through, and returns its
// address.
func startRelay(t *testing.T) (relay *native, addr string) {
	t.Helper()
	relay = startNative(t, node.Config{Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"}, RelayService: true})
	for _, addr := range relay.LocalAddrs() {
		if strings.Contains(addr, "/ws") && strings.Contains(addr, "/127.0.0.1/") {
			return relay, withPeer(addr, relay.ID())
		}
	}
	t.Fatalf("the relay has no address but %v", relay.LocalAddrs())
	return nil, ""
}

// withPeer ends an address in the peer's id, if it does not already.
func withPeer(addr, id string) string {
	if strings.HasSuffix(addr, "/p2p/"+id) {
		return addr
	}
	return addr + "/p2p/" + id
}

// TestTwoBrowsersMeet has two profiles, two browsers as good as, meet in a room
// through a relay of ours: they cannot reach each other but by it.
func TestTwoBrowsersMeet(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	_, relay := startRelay(t)
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Relays: []string{relay}}
	ann, bob := newBrowser(t).tab(cfg), newBrowser(t).tab(cfg)
	eventually(t, "Bob has an address at the relay", func() bool {
		return strings.Contains(strings.Join(bob.LocalAddrs(), " "), "/p2p-circuit")
	})
	ann.Connect(relay + "/p2p-circuit/p2p/" + bob.ID())

	const topic = "interop/meeting"
	for _, who := range []*tab{ann, bob} {
		who.Join(topic)
	}
	await(t, ann, peers.Event{Event: "joined", Topic: topic, Peer: bob.ID()})
	await(t, bob, peers.Event{Event: "joined", Topic: topic, Peer: ann.ID()})
	for from, to := range map[*tab]*tab{ann: bob, bob: ann} {
		from.Broadcast(topic, "hello all")
		await(t, to, peers.Event{Event: "message", Topic: topic, From: from.ID(), Data: []byte("hello all")})
		from.SendTo(topic, to.ID(), "hello you")
		await(t, to, peers.Event{Event: "message", Topic: topic, From: from.ID(), Data: []byte("hello you"), Direct: true})
	}

	const size = 8 << 20
	bob.CheckRandom(ann.AddRandom(size, 1), size, 1)

	ann.close()
	await(t, bob, peers.Event{Event: "left", Topic: topic, Peer: ann.ID()})
}
