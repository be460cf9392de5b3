package server_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

// joined is a session's place in a room.
type joined struct {
	call   *messageport.ClientCall
	number uint64
	member nodeapi.RoomMember
}

func (f *fixture) join(conn *messageport.ClientConn, request nodeapi.RoomRequest) joined {
	f.Helper()
	call := f.call(conn, nodeapi.MethodRoomJoin, request, false)
	first := receiveItem[nodeapi.RoomEvent](f, call)
	if first.Type != nodeapi.RoomSubscribed || first.Room == 0 || first.Member.Peer != servertest.PeerID {
		f.Fatalf("got %+v; want first that the room is joined, and under which number", first)
	}
	return joined{call, first.Room, first.Member}
}

func (f *fixture) wantEvent(room joined, kind string, member nodeapi.RoomMember) nodeapi.RoomEvent {
	f.Helper()
	event := receiveItem[nodeapi.RoomEvent](f, room.call)
	if event.Type != kind || event.Member != member {
		f.Fatalf("got %+v; want %s of %v", event, kind, member)
	}
	return event
}

func TestRoom(t *testing.T) {
	run(t, func(f *fixture) {
		first, second := f.dial(), f.dial()
		request := nodeapi.RoomRequest{Topic: "t", Members: true}
		a := f.join(first, request)
		b := f.join(second, request)
		f.wantEvent(a, nodeapi.RoomJoined, b.member)
		f.wantEvent(b, nodeapi.RoomJoined, a.member)

		if err := f.upload(first, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: a.number}, part{data: "to all"}); err != nil {
			f.Fatal(err)
		}
		for _, room := range []joined{a, b} {
			event := f.wantEvent(room, nodeapi.RoomMessage, a.member)
			if got := receiveText(f, room.call, event.Size); got != "to all" || event.Direct {
				f.Errorf("got %q, %+v", got, event)
			}
		}
		if err := f.upload(second, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: b.number, To: &a.member}, part{data: "to one"}); err != nil {
			f.Fatal(err)
		}
		event := f.wantEvent(a, nodeapi.RoomMessage, b.member)
		if got := receiveText(f, a.call, event.Size); got != "to one" || !event.Direct {
			f.Errorf("got %q, %+v", got, event)
		}

		_ = second.Close()
		f.wantEvent(a, nodeapi.RoomLeft, b.member)
		err := f.upload(first, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: a.number, To: &b.member}, part{data: "too late"})
		if e := f.wantCode(err, nodeapi.CodeNotInRoom); e.Details["peer"] != servertest.PeerID {
			f.Errorf("got details %v; want the peer", e.Details)
		}
	})
}

func TestRoomIsOfItsSessionAlone(t *testing.T) {
	run(t, func(f *fixture) {
		conn, other := f.dial(), f.dial()
		first := f.join(conn, nodeapi.RoomRequest{Topic: "a"})
		second := f.join(conn, nodeapi.RoomRequest{Topic: "b"})
		if first.number == second.number {
			f.Errorf("two rooms have the number %d", first.number)
		}
		send := func(conn *messageport.ClientConn, room joined) error {
			return f.upload(conn, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: room.number}, part{data: "x"})
		}
		f.wantCode(send(other, first), nodeapi.CodeNotInRoom)
		if err := send(conn, second); err != nil {
			f.Error(err)
		}
		second.call.Cancel(nil)
		synctest.Wait()
		f.wantCode(send(conn, second), nodeapi.CodeNotInRoom)
		if again := f.join(conn, nodeapi.RoomRequest{Topic: "b"}); again.number == second.number {
			f.Errorf("the number %d was given again", again.number)
		}
	})
}

// Messages to members who cannot be reached wait, and hold up only their like.
func TestDirectMessagesThatWait(t *testing.T) {
	run(t, func(f *fixture) {
		const most = 64
		var sending atomic.Int64
		f.backend.Hook = func(ctx context.Context, method string) error {
			if method == nodeapi.MethodRoomSend && sending.Add(1) <= most {
				<-ctx.Done()
			}
			return nil
		}
		conn := f.dial()
		room := f.join(conn, nodeapi.RoomRequest{Topic: "t"})
		var calls []*messageport.ClientCall
		for range most + 1 {
			call := f.call(conn, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: room.number, To: &room.member}, true)
			_ = call.CloseWrite()
			calls = append(calls, call)
		}
		synctest.Wait()
		if n := sending.Load(); n != most {
			f.Errorf("%d messages are in memory; want %d", n, most)
		}
		if err := f.upload(conn, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: room.number}, part{data: "to all"}); err != nil {
			f.Error(err)
		}
		f.publish(conn, "t", "to all")
		for _, call := range calls {
			call.Cancel(nil)
		}
	})
}
