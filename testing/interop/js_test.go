package interop

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestGossip has js-libp2p as the node's peer.
func TestGossip(t *testing.T) {
	js := startScript(t, peers.Gossip)
	node := newSubject(t, nodeapi.Config{Bootstrap: js.Addrs[:1]})

	const topic = "interop/topic"
	js.do(nil, "subscribe", map[string]any{"topic": topic})
	node.Subscribe(topic)
	eventually(t, "js-libp2p knows that the node listens", func() bool {
		var listening []string
		js.do(&listening, "subscribers", map[string]any{"topic": topic})
		return slices.Contains(listening, node.ID())
	})
	for i := range 3 {
		data := random(1000, i)
		js.do(nil, "publish", map[string]any{"topic": topic, "data": data})
		await(t, node, peers.Event{Event: "message", Topic: topic, From: js.ID, Data: data})
	}
	for i := range 3 {
		data := random(1000, 10+i)
		node.Publish(topic, data)
		await(t, js, peers.Event{Event: "message", Topic: topic, From: node.ID(), Data: data})
	}
}

// TestStreams has js-libp2p open streams to the node, and the node to it.
func TestStreams(t *testing.T) {
	js := startScript(t, peers.Gossip)
	node := newSubject(t, nodeapi.Config{Bootstrap: js.Addrs[:1]})
	data := random(1<<20, 1)
	if back, code := node.Talk(js.ID, "/echo/1.0.0", data); code != "" || !bytes.Equal(back, data) {
		t.Errorf("%d bytes of %d came back, code %q", len(back), len(data), code)
	}
	if _, code := node.Talk(js.ID, "/reset/1.0.0", data[:1]); code != nodeapi.CodeStreamReset {
		t.Errorf("a stream that js-libp2p resets: code %q", code)
	}
	if _, code := node.Talk(js.ID, "/unheard/of", nil); code != nodeapi.CodeProtocolNotSupported {
		t.Errorf("a protocol that js-libp2p does not speak: code %q", code)
	}
	node.Echo("/interop/echo")
	var back []byte
	js.do(&back, "talk", map[string]any{"peer": node.ID(), "protocol": "/interop/echo", "data": data})
	if !bytes.Equal(back, data) {
		t.Errorf("the node sent back %d bytes of %d", len(back), len(data))
	}
	node.ResetAfterByte("/interop/reset")
	err := js.Do(soon(t), nil, "talk", map[string]any{"peer": node.ID(), "protocol": "/interop/reset", "data": []byte("x")})
	if err == nil || !strings.Contains(err.Error(), "reset") {
		t.Errorf("of a stream that was reset js-libp2p says: %v", err)
	}
}

// TestRooms has rooms of ipfs-pubsub-room as the node's company.
func TestRooms(t *testing.T) {
	for _, name := range []string{peers.Room2, peers.Room3} {
		t.Run(name, func(t *testing.T) {
			js := startScript(t, name)
			node := newSubject(t, nodeapi.Config{Bootstrap: js.Addrs[:1]})
			testRoom(t, js, node)
		})
	}
}

// testRoom has a room of theirs and one of ours see each other come, speak and
// go, twice.
func testRoom(t *testing.T, js script, node subject) {
	const topic = "interop/room"
	room := map[string]any{"topic": topic}
	js.do(nil, "join", room)
	node.Join(topic)
	await(t, node, peers.Event{Event: "joined", Topic: topic, Peer: js.ID})
	await(t, js, peers.Event{Event: "joined", Topic: topic, Peer: node.ID()})

	// They see the node in the room by its stream to them; before there is one of
	// theirs, what they say to all does not reach it.
	said := peers.Event{Event: "message", Topic: topic, From: js.ID, Data: []byte("to all, ü")}
	eventually(t, "the node hears what they say to all", func() bool {
		js.do(nil, "broadcast", map[string]any{"topic": topic, "text": "to all, ü"})
		time.Sleep(200 * time.Millisecond)
		return count(node, said) > 0
	})
	node.Broadcast(topic, "to all of you, é")
	await(t, js, peers.Event{Event: "message", Topic: topic, From: node.ID(), Data: []byte("to all of you, é")})

	for _, text := range []string{"to you, ü", "and again"} {
		js.do(nil, "sendTo", map[string]any{"topic": topic, "peer": node.ID(), "text": text})
		await(t, node, peers.Event{Event: "message", Topic: topic, From: js.ID, Data: []byte(text), Direct: true})
		node.SendTo(topic, js.ID, text)
		await(t, js, peers.Event{Event: "message", Topic: topic, From: node.ID(), Data: []byte(text), Direct: true})
	}

	js.do(nil, "leave", room)
	await(t, node, peers.Event{Event: "left", Topic: topic, Peer: js.ID})
	js.do(nil, "join", room)
	eventually(t, "the node sees it join again", func() bool {
		return count(node, peers.Event{Event: "joined", Topic: topic, Peer: js.ID}) == 2
	})
	node.Leave(topic)
	await(t, js, peers.Event{Event: "left", Topic: topic, Peer: node.ID()})
	// Who joins again soon is kept out of meshes for a while, by a PRUNE, which
	// the gossipsub of 2.x takes for a leave. Unless it has looked before that, the
	// node has to come once more.
	joined := peers.Event{Event: "joined", Topic: topic, Peer: node.ID()}
	eventually(t, "they see the node join again", func() bool {
		node.Join(topic)
		for range 10 {
			time.Sleep(100 * time.Millisecond)
			if count(js, joined) > 1 {
				return true
			}
		}
		node.Leave(topic)
		return false
	})
	for _, who := range []company{node, js} {
		if n := count(who, peers.Event{Event: "message", Direct: true}); n != 2 {
			t.Errorf("%T has %d direct messages; want 2", who, n)
		}
	}
}
