//go:build !js

package node_test

import (
	"context"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/pubsub"
	"github.com/sharednode/sharednode/server"
)

var _ server.Rooms = (*node.Node)(nil)

func joinRoom(t *testing.T, n *node.Node, req nodeapi.RoomRequest) (nodeapi.Room, nodeapi.RoomMember) {
	t.Helper()
	r, err := n.JoinRoom(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	e := nextRoomEvent(t, r)
	if e.Type != nodeapi.RoomSubscribed {
		t.Fatalf("the first event is %+v; want subscribed", e)
	}
	return r, e.Member
}

func nextRoomEvent(t *testing.T, r nodeapi.Room) nodeapi.RoomDelivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	e, err := r.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wantRoomEvent(t *testing.T, r nodeapi.Room, typ string, from nodeapi.RoomMember, data string, direct bool) {
	t.Helper()
	e := nextRoomEvent(t, r)
	if e.Type != typ || e.Member != from || string(e.Data) != data || int(e.Size) != len(data) || e.Direct != direct {
		t.Fatalf("got %+v %q; want %s of %v %q", e.RoomEvent, e.Data, typ, from, data)
	}
}

func TestRooms(t *testing.T) {
	t.Parallel()
	n := newPubSubNode(t, newConfig())
	plain, peer := joinRoom(t, n, nodeapi.RoomRequest{Topic: "room"})
	a, memberA := joinRoom(t, n, nodeapi.RoomRequest{Topic: "room", Members: true})
	wantRoomEvent(t, a, nodeapi.RoomJoined, peer, "", false)
	b, memberB := joinRoom(t, n, nodeapi.RoomRequest{Topic: "room", Members: true})
	wantRoomEvent(t, a, nodeapi.RoomJoined, memberB, "", false)
	for range 2 {
		if e := nextRoomEvent(t, b); e.Type != nodeapi.RoomJoined || e.Member != peer && e.Member != memberA {
			t.Errorf("got %+v; want a join", e)
		}
	}
	if peer.Session != "" || memberA.Session == "" || memberA == memberB {
		t.Errorf("the members are %v, %v and %v", peer, memberA, memberB)
	}

	if err := a.Send(t.Context(), nil, []byte("to all")); err != nil {
		t.Fatal(err)
	}
	wantRoomEvent(t, plain, nodeapi.RoomMessage, peer, "to all", false)
	wantRoomEvent(t, a, nodeapi.RoomMessage, memberA, "to all", false)
	wantRoomEvent(t, b, nodeapi.RoomMessage, memberA, "to all", false)
	if err := a.Send(t.Context(), &memberB, []byte("to b")); err != nil {
		t.Fatal(err)
	}
	wantRoomEvent(t, b, nodeapi.RoomMessage, memberA, "to b", true)

	if err := b.Close(); err != nil {
		t.Error(err)
	}
	wantRoomEvent(t, a, nodeapi.RoomLeft, memberB, "", false)
	wantCode(t, "a message to who left", a.Send(t.Context(), &memberB, nil), nodeapi.CodeNotInRoom, "peer", memberB.Peer)
	wantCode(t, "a message to no peer", a.Send(t.Context(), &nodeapi.RoomMember{Peer: "nobody"}, nil),
		nodeapi.CodeInvalidPeerID, "value", "nobody")
	large := make([]byte, pubsub.MaxMessage+1)
	wantCode(t, "a large broadcast", a.Send(t.Context(), nil, large), nodeapi.CodeMessageTooLarge)
	wantCode(t, "a large message", a.Send(t.Context(), &peer, large), nodeapi.CodeMessageTooLarge, "limit", pubsub.MaxMessage)
	_, err := n.JoinRoom(t.Context(), nodeapi.RoomRequest{})
	wantCode(t, "a room without a name", err, nodeapi.CodeInvalidTopic)

	waits := make(chan error)
	go func() {
		_, err := a.Next(context.Background())
		waits <- err
	}()
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	wantCode(t, "Next of a closed node", <-waits, nodeapi.CodeStorageClosed)
}

func TestRoomOfTwoNodes(t *testing.T) {
	t.Parallel()
	n1, n2 := newNode(t, onlineConfig()), newNode(t, dialOnlyConfig())
	a, memberA := joinRoom(t, n1, nodeapi.RoomRequest{Topic: "room"})
	b, memberB := joinRoom(t, n2, nodeapi.RoomRequest{Topic: "room"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := a.Send(ctx, &memberB, nil); err == nil {
		t.Error("a message arrived where it could not")
	}
	sent := make(chan error)
	go func() { sent <- a.Send(t.Context(), &memberB, []byte("early")) }()
	must(t, n2.SwarmConnect(within(t), addressOf(t, n1)))
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	wantRoomEvent(t, a, nodeapi.RoomJoined, memberB, "", false)
	got := map[string]int{}
	for range 2 { // in any order
		e := nextRoomEvent(t, b)
		if e.Member != memberA {
			t.Errorf("got %+v of another member", e)
		}
		got[e.Type+string(e.Data)]++
	}
	if got[nodeapi.RoomJoined] != 1 || got[nodeapi.RoomMessage+"early"] != 1 {
		t.Errorf("got %v", got)
	}
}

func TestRoomsOffline(t *testing.T) {
	t.Parallel()
	n, err := node.New(t.Context(), newConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	_, err = n.JoinRoom(t.Context(), nodeapi.RoomRequest{Topic: "room"})
	wantCode(t, "JoinRoom", err, nodeapi.CodeOffline)
}
