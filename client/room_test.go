package client_test

import (
	"slices"
	"testing"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

func (f *fixture) join(c *client.Client, opts client.RoomOptions) *client.Room {
	f.Helper()
	room, err := c.Room(f.Context(), "t", opts)
	if err != nil {
		f.Fatal(err)
	}
	return room
}

func (f *fixture) wantEvent(room *client.Room, kind string, member nodeapi.RoomMember, data string) nodeapi.RoomDelivery {
	f.Helper()
	event, err := room.Next()
	if err != nil || event.Type != kind || event.Member != member || string(event.Data) != data {
		f.Fatalf("got %+v, %q, %v; want %s of %v, %q", event.RoomEvent, event.Data, err, kind, member, data)
	}
	return event
}

func TestRoom(t *testing.T) {
	run(t, func(f *fixture) {
		other := f.open(client.Options{})
		defer other.Close()
		a := f.join(f.Client, client.RoomOptions{Members: true})
		b := f.join(other, client.RoomOptions{Members: true})
		f.wantEvent(a, nodeapi.RoomJoined, b.Self(), "")
		f.wantEvent(b, nodeapi.RoomJoined, a.Self(), "")
		if got := a.Members(); !slices.Equal(got, []nodeapi.RoomMember{b.Self()}) || !a.Has(servertest.PeerID) || a.Has("nobody") {
			f.Errorf("got members %v", got)
		}

		if err := a.Broadcast(f.Context(), []byte("to all")); err != nil {
			f.Fatal(err)
		}
		f.wantEvent(a, nodeapi.RoomMessage, a.Self(), "to all")
		f.wantEvent(b, nodeapi.RoomMessage, a.Self(), "to all")
		if err := b.SendTo(f.Context(), a.Self(), nil); err != nil {
			f.Fatal(err)
		}
		if event := f.wantEvent(a, nodeapi.RoomMessage, b.Self(), ""); !event.Direct {
			f.Error("a message to one is not marked so")
		}

		if err := b.Leave(); err != nil {
			f.Fatal(err)
		}
		f.wantEvent(a, nodeapi.RoomLeft, b.Self(), "")
		if got := a.Peers(); len(got) != 0 {
			f.Errorf("got peers %q; want nobody", got)
		}
		f.wantCode(a.SendTo(f.Context(), b.Self(), []byte("too late")), nodeapi.CodeNotInRoom)
		f.wantCode(b.Broadcast(f.Context(), []byte("too late")), nodeapi.CodeNotInRoom)
		for event, err := range b.Events() {
			f.Errorf("got %+v, %v after Leave", event, err)
		}
		_ = a.Leave()
	})
}

func TestPeersAreTheMembersOnce(t *testing.T) {
	run(t, func(f *fixture) {
		room := f.join(f.Client, client.RoomOptions{Members: true})
		for range 2 {
			f.join(f.Client, client.RoomOptions{Members: true})
			if _, err := room.Next(); err != nil {
				f.Fatal(err)
			}
		}
		if members, peers := room.Members(), room.Peers(); len(members) != 2 || !slices.Equal(peers, []string{servertest.PeerID}) {
			f.Errorf("got members %v of peers %q; want two of one", members, peers)
		}
		_ = f.Close()
		if _, err := room.Next(); err == nil {
			f.Error("there are events after the session's end")
		}
	})
}
