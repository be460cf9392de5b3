package interop

import (
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestLastTabHandlesProtocol has two tabs handle one protocol: the one that
// asked last has it, until it closes, and then the other one again.
func TestLastTabHandlesProtocol(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	remote := startScript(t, peers.Gossip)
	b := newBrowser(t)
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Bootstrap: remote.Addrs[:1]}
	first, second := b.tab(cfg), b.tab(cfg)
	answer := func() string {
		var back []byte
		err := remote.Do(soon(t), &back, "talk", map[string]any{"peer": first.id, "protocol": "/interop/who", "data": []byte("who?")})
		if err != nil {
			return err.Error()
		}
		return string(back)
	}
	const handle = "await node.libp2p.handle('/interop/who', ({ stream }) => stream.sink([args[0]]))"
	first.do(nil, handle, "the first")
	eventually(t, "the peer is connected", func() bool { return len(first.Peers()) == 1 })
	if got := answer(); got != "the first" {
		t.Errorf("with one tab: %q answers", got)
	}
	second.do(nil, handle, "the second")
	if got := answer(); got != "the second" {
		t.Errorf("with two tabs: %q answers", got)
	}
	second.close()
	eventually(t, "the first tab answers again", func() bool { return answer() == "the first" })
}
