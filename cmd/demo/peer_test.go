package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// TestPeer has two nodes that only dial, as those in browsers, find and reach
// each other as the room's page does it.
func TestPeer(t *testing.T) {
	t.Parallel()
	p, err := startPeer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNode(t, p) })

	info := ask(t, p, "")
	if len(info.Peers) > 0 {
		t.Errorf("without a topic: got peers %v; want none", info.Peers)
	}
	const topic = "a topic"
	listener, dialer := browserNode(t, info.Addr), browserNode(t, info.Addr)
	if _, err := listener.Subscribe(t.Context(), nodeapi.SubscribeRequest{Topic: topic}); err != nil {
		t.Fatal(err)
	}
	id, err := listener.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the listener is told of", func() bool {
		return slices.Equal(ask(t, p, topic).Peers, []string{id.ID})
	})
	waitUntil(t, "the listener is reached", func() bool {
		return dialer.SwarmConnect(t.Context(), info.Addr+"/p2p-circuit/p2p/"+id.ID) == nil
	})
	if others := ask(t, p, "another topic").Peers; len(others) > 0 {
		t.Errorf("another topic: got peers %v; want none", others)
	}
}

func browserNode(t *testing.T, relay string) *node.Node {
	t.Helper()
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{
		Blockstore: store.Blocks(),
		Datastore:  store.Datastore(),
		Network:    nodeapi.NetworkOn,
		Bootstrap:  []string{relay},
		Relays:     []string{relay},
		DialOnly:   true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNode(t, n) })
	return n
}

func closeNode(t *testing.T, n interface{ Close() error }) {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

func ask(t *testing.T, p http.Handler, topic string) peerInfo {
	t.Helper()
	w := get(handler("", p), http.MethodGet, "/peer.json?topic="+url.QueryEscape(topic), nil)
	var info peerInfo
	if err := json.NewDecoder(w.Body).Decode(&info); err != nil {
		t.Fatalf("status %d: %v", w.Code, err)
	}
	return info
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
