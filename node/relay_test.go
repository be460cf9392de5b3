package node_test

import (
	"bytes"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// relayed returns two nodes as in browsers and the address of the first through
// a relay, with which both are connected.
func relayed(t testing.TB) (a, b *node.Node, at string) {
	t.Helper()
	cfg := onlineConfig()
	cfg.RelayService = true
	relay := addressOf(t, newNode(t, cfg))
	reached, other := dialOnlyConfig(), dialOnlyConfig()
	reached.Swarm = []string{relay + "/p2p-circuit"}
	other.Bootstrap = []string{relay}
	a, b = newNode(t, reached), newNode(t, other)
	var local []string
	eventually(t, "the reservation", func() bool {
		var err error
		local, err = a.SwarmLocalAddrs(t.Context())
		return err == nil && len(local) > 0
	})
	return a, b, local[0] + "/p2p/" + peerID(t, a)
}

// Nodes that reach each other through a relay alone have all of it: blocks,
// topics and streams.
func TestThroughRelay(t *testing.T) {
	a, b, at := relayed(t)
	must(t, b.SwarmConnect(within(t), at))
	peers, err := b.SwarmPeers(t.Context(), nodeapi.SwarmPeersRequest{})
	must(t, err)
	limited := 0
	for _, p := range peers {
		if p.Limited {
			limited++
		}
	}
	if len(peers) != 2 || limited != 1 {
		t.Errorf("got peers %+v; want the relay and one that is limited", peers)
	}

	defer answerWith(t, a, "/echo/1", "a")()
	if got := echoed(t, dialProtocol(t, b, a, "/echo/1"), "hello"); got != "a:hello" {
		t.Errorf("got %q over a stream", got)
	}

	data := bytes.Repeat([]byte("through a relay "), 100_000)
	c := addFile(t, a, nodeapi.AddOptions{}, data)
	got, err := tryCat(within(t), b, nodeapi.CatRequest{Path: c.String()})
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %d bytes, error %v; want %d bytes", len(got), err, len(data))
	}

	sub, err := a.Subscribe(t.Context(), nodeapi.SubscribeRequest{Topic: "news"})
	must(t, err)
	defer sub.Close()
	eventually(t, "a listener known to b", func() bool {
		listening, err := b.PubSubPeers(t.Context(), "news")
		return err == nil && len(listening) == 1
	})
	must(t, b.Publish(within(t), "news", []byte("hello")))
	for d := (nodeapi.PubSubDelivery{}); string(d.Data) != "hello"; {
		d, err = sub.Next(within(t)) // the first has no message
		must(t, err)
	}
}
