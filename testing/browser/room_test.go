package browser

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// enter joins a room and returns who the page is in it.
func (t *tab) enter(room string, members bool) (me string) {
	t.w.t.Helper()
	t.do(&me, "globalThis.entered = await enter(args[0], {members: args[1]}); return entered.me", room, members)
	return me
}

// noted waits for the next things that happen in the page's room, and fails the
// test unless they are these.
func (t *tab) noted(want ...string) {
	t.w.t.Helper()
	t.w.eventually(fmt.Sprintf("%d more things happen in the room", len(want)), func() (enough bool) {
		t.do(&enough, "return entered.notes.length >= args[0]", len(want))
		return enough
	})
	var got []string
	t.do(&got, "return entered.notes.splice(0, args[0])", len(want))
	if !slices.Equal(got, want) {
		t.w.t.Errorf("got %q; want %q", got, want)
	}
}

func TestRoomThatTellsTabsApart(t *testing.T) {
	w := sharedWorld(t)
	first, second := w.tab(), w.tab()
	one, two := first.enter("room", true), second.enter("room", true)
	first.noted("+" + two)
	second.noted("+" + one)

	first.do(nil, "await entered.room.broadcast('to all')")
	first.noted(one + ": to all")
	second.noted(one + ": to all")
	second.do(nil, "await entered.room.sendTo(entered.room.getMembers()[0], new Uint8Array([104, 105]))")
	first.noted(two + " to me: hi")

	second.close()
	first.noted("-" + two)
	var left []nodeapi.RoomMember
	first.do(&left, "return entered.room.getMembers()")
	if len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func TestRoomWithAPeer(t *testing.T) {
	native, id, addr := newPeer(t)
	w := sharedWorld(t)
	room, err := native.JoinRoom(t.Context(), nodeapi.RoomRequest{Topic: "room"})
	if err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	hears := func(eventType, from, text string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		e, err := room.Next(ctx)
		if err != nil || e.Type != eventType || e.Member.Peer != from || string(e.Data) != text {
			t.Fatalf("the peer hears %+v, %v; want %s of %s: %q", e, err, eventType, from, text)
		}
	}
	hears(nodeapi.RoomSubscribed, id, "")

	first, second := w.page(), w.page()
	self := first.open().PeerID
	second.open()
	first.do(nil, "await node.swarm.connect(args[0])", addr)
	first.enter("room", false)
	second.enter("room", false)
	first.noted("+" + id)
	second.noted("+" + id)
	hears(nodeapi.RoomJoined, self, "") // once, for both tabs

	first.do(nil, "await entered.room.broadcast('to all')")
	hears(nodeapi.RoomMessage, self, "to all")
	second.noted(self + "/: to all")
	first.noted(self + "/: to all")
	second.do(nil, "await entered.room.sendTo(args[0], 'to you')", id)
	hears(nodeapi.RoomMessage, self, "to you")
	if err := room.Send(t.Context(), &nodeapi.RoomMember{Peer: self}, []byte("to the peer")); err != nil {
		t.Fatal(err)
	}
	first.noted(id + "/ to me: to the peer")
	second.noted(id + "/ to me: to the peer")

	var code string
	first.do(&code, "return entered.room.sendTo('nobody', 'x').catch(error => error.code)")
	if code != string(nodeapi.CodeInvalidPeerID) {
		t.Errorf("a message to nobody: got code %q", code)
	}
	first.noted("error " + code)

	first.do(nil, "await entered.room.leave()")
	second.do(nil, "await entered.room.leave()")
	hears(nodeapi.RoomLeft, self, "")
}

func TestRoomComesBackAfterACrash(t *testing.T) {
	need(t, harness.PowerCrash)
	native, id, addr := newPeer(t)
	w := sharedWorld(t)
	w.allow("the process ended")
	room, err := native.JoinRoom(t.Context(), nodeapi.RoomRequest{Topic: "room"})
	if err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	holder, other := w.page(), w.page()
	connect := "await open({config: {bootstrap: [args[0]]}})"
	holder.do(nil, connect, addr)
	other.do(nil, connect, addr)
	self := other.enter("room", false)
	other.noted("+" + id)
	if err := holder.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	other.noted("-"+id, "subscribed", "+"+id)
	other.do(nil, "await entered.room.broadcast('back')")
	other.noted(self + ": back")
}
