//go:build !js

package pubsub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
)

func newRooms(t testing.TB, cfg RoomsConfig) *Rooms {
	t.Helper()
	if cfg.PubSub == nil {
		cfg.PubSub = newPubSub(t, Config{})
	}
	r, err := NewRooms(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// join enters a room and takes its first event.
func join(t testing.TB, rooms *Rooms, topic string, opts RoomOptions) *Room {
	t.Helper()
	r, err := rooms.Join(t.Context(), topic, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if e := nextEvent(t, r); e.Type != RoomSubscribed || e.Member != r.Me() {
		t.Fatalf("the first event is %+v; want subscribed", e)
	}
	return r
}

func nextEvent(t testing.TB, r *Room) RoomEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	e, err := r.Next(ctx)
	if err != nil {
		t.Fatalf("Next: %v", err)
	}
	return e
}

// wantEvent takes the next event, which is to be of a type and a member.
func wantEvent(t testing.TB, r *Room, typ RoomEventType, m Member) RoomEvent {
	t.Helper()
	e := nextEvent(t, r)
	if e.Type != typ || e.Member != m {
		t.Fatalf("got event %d of %v (%q); want %d of %v", e.Type, e.Member, e.Data, typ, m)
	}
	return e
}

func wantMessage(t testing.TB, r *Room, from Member, data string, direct bool) {
	t.Helper()
	e := wantEvent(t, r, RoomMessage, from)
	if string(e.Data) != data || e.Direct != direct || e.Dropped != 0 {
		t.Fatalf("got %q, direct %v, %d dropped; want %q, direct %v", e.Data, e.Direct, e.Dropped, data, direct)
	}
}

// wantSilence sees to it that nothing more comes for a while.
func wantSilence(t testing.TB, r *Room) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if e, err := r.Next(ctx); err == nil {
		t.Fatalf("got %+v (%q); want nothing", e, e.Data)
	}
}

func broadcast(t testing.TB, r *Room, data string) {
	t.Helper()
	if err := r.Broadcast(t.Context(), []byte(data)); err != nil {
		t.Fatalf("Broadcast: %v", err)
	}
}

func sendTo(t testing.TB, r *Room, to Member, data string) {
	t.Helper()
	if err := r.SendTo(t.Context(), to, []byte(data)); err != nil {
		t.Fatalf("SendTo: %v", err)
	}
}

// connectedRooms returns the rooms of two nodes that are connected.
func connectedRooms(t *testing.T) (a, b *Rooms) {
	t.Helper()
	a, b = newRooms(t, RoomsConfig{}), newRooms(t, RoomsConfig{})
	connect(t, a.pubsub.Host(), b.pubsub.Host())
	return a, b
}

func TestPlainRooms(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	a := join(t, rooms1, "room", RoomOptions{})
	b := join(t, rooms2, "room", RoomOptions{})
	wantEvent(t, a, RoomJoined, b.Me())
	wantEvent(t, b, RoomJoined, a.Me())
	if !a.Has(b.Me()) || a.Has(a.Me()) || !slices.Equal(a.Members(), []Member{b.Me()}) {
		t.Errorf("the members are %v; want %v", a.Members(), b.Me())
	}

	broadcast(t, a, "to all")
	wantMessage(t, a, a.Me(), "to all", false)
	wantMessage(t, b, a.Me(), "to all", false)

	binary := string([]byte{0, 0xff, '"', '{', 0xc3, 0x28})
	sendTo(t, a, b.Me(), binary)
	wantMessage(t, b, a.Me(), binary, true)
	sendTo(t, b, a.Me(), "")
	wantMessage(t, a, b.Me(), "", true)

	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	wantEvent(t, a, RoomLeft, b.Me())
	if a.Has(b.Me()) {
		t.Error("who left is still a member")
	}
	if _, err := b.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Next of a closed room: %v; want ErrClosed", err)
	}
	if err := b.Broadcast(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Broadcast in a closed room: %v; want ErrClosed", err)
	}
	if err := b.SendTo(t.Context(), a.Me(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("SendTo in a closed room: %v; want ErrClosed", err)
	}
}

// Two tabs of one node in one room, and another node.
func TestPlainRoomsOfOneNode(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	a1, a2 := join(t, rooms1, "room", RoomOptions{}), join(t, rooms1, "room", RoomOptions{})
	b := join(t, rooms2, "room", RoomOptions{})
	wantEvent(t, a1, RoomJoined, b.Me())
	wantEvent(t, a2, RoomJoined, b.Me())
	wantEvent(t, b, RoomJoined, a1.Me())

	broadcast(t, a1, "one")
	for _, r := range []*Room{a1, a2, b} {
		wantMessage(t, r, a1.Me(), "one", false)
	}
	sendTo(t, b, a1.Me(), "to the peer")
	wantMessage(t, a1, b.Me(), "to the peer", true)
	wantMessage(t, a2, b.Me(), "to the peer", true)
	sendTo(t, a1, a1.Me(), "to itself")
	wantMessage(t, a1, a1.Me(), "to itself", true)
	wantMessage(t, a2, a1.Me(), "to itself", true)

	_ = a1.Close()
	wantSilence(t, b) // the peer is still there
	broadcast(t, b, "still")
	wantMessage(t, a2, b.Me(), "still", false)
	_ = a2.Close()
	wantMessage(t, b, b.Me(), "still", false)
	wantEvent(t, b, RoomLeft, a1.Me())
}

func TestMembers(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	a1 := join(t, rooms1, "room", RoomOptions{Members: true})
	a2 := join(t, rooms1, "room", RoomOptions{Members: true})
	wantEvent(t, a1, RoomJoined, a2.Me())
	wantEvent(t, a2, RoomJoined, a1.Me())

	b := join(t, rooms2, "room", RoomOptions{Members: true})
	wantJoins(t, b, a1.Me(), a2.Me())
	wantEvent(t, a1, RoomJoined, b.Me())
	wantEvent(t, a2, RoomJoined, b.Me())

	for i := range 20 {
		text := fmt.Sprint("message ", i)
		from := []*Room{a1, a2, b}[i%3]
		broadcast(t, from, text)
		for _, r := range []*Room{a1, a2, b} {
			wantMessage(t, r, from.Me(), text, false)
		}
	}

	sendTo(t, b, a2.Me(), "to one session")
	wantMessage(t, a2, b.Me(), "to one session", true)
	sendTo(t, a2, a1.Me(), "to the next tab")
	wantMessage(t, a1, a2.Me(), "to the next tab", true)
	sendTo(t, b, Member{Peer: a1.Me().Peer}, "to the peer")
	wantMessage(t, a1, b.Me(), "to the peer", true)
	wantMessage(t, a2, b.Me(), "to the peer", true)

	_ = a1.Close()
	wantEvent(t, a2, RoomLeft, a1.Me())
	wantEvent(t, b, RoomLeft, a1.Me())
	for _, to := range []Member{a1.Me(), {Peer: a2.Me().Peer, Session: "no-such"}, {Peer: b.Me().Peer, Session: "no-such"}} {
		for _, from := range []*Room{a2, b} {
			err := from.SendTo(t.Context(), to, nil)
			if undelivered := (*UndeliveredError)(nil); !errors.Is(err, ErrNotInRoom) || !errors.As(err, &undelivered) || undelivered.To != to {
				t.Errorf("SendTo %v, who is not there: %v; want ErrNotInRoom", to, err)
			}
		}
	}
	_ = a2.Close()
	wantEvent(t, b, RoomLeft, a2.Me())
	wantSilence(t, b)
}

func wantJoins(t testing.TB, r *Room, members ...Member) {
	t.Helper()
	for range members {
		e := nextEvent(t, r)
		if e.Type != RoomJoined || !slices.Contains(members, e.Member) {
			t.Fatalf("got event %d of %v; want one of %v to join", e.Type, e.Member, members)
		}
	}
}

// Rooms that tell sessions apart and rooms that do not, in both nodes.
func TestMixedRooms(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	plain := join(t, rooms1, "room", RoomOptions{})
	member := join(t, rooms1, "room", RoomOptions{Members: true})
	wantEvent(t, member, RoomJoined, plain.Me())
	far := join(t, rooms2, "room", RoomOptions{Members: true})
	wantJoins(t, far, plain.Me(), member.Me())
	farPeer := Member{Peer: far.Me().Peer}
	wantEvent(t, plain, RoomJoined, farPeer)
	wantEvent(t, member, RoomJoined, far.Me())

	broadcast(t, plain, "plain")
	wantMessage(t, plain, plain.Me(), "plain", false)
	wantMessage(t, member, plain.Me(), "plain", false)
	wantMessage(t, far, plain.Me(), "plain", false)
	broadcast(t, member, "member")
	wantMessage(t, plain, plain.Me(), "member", false)
	wantMessage(t, member, member.Me(), "member", false)
	wantMessage(t, far, member.Me(), "member", false)
	broadcast(t, far, "far")
	wantMessage(t, plain, farPeer, "far", false)
	wantMessage(t, member, far.Me(), "far", false)
	wantMessage(t, far, far.Me(), "far", false)

	sendTo(t, far, plain.Me(), "to the peer")
	wantMessage(t, plain, farPeer, "to the peer", true)
	sendTo(t, plain, farPeer, "back")
	wantMessage(t, far, plain.Me(), "back", true)
	wantSilence(t, member)

	// The last that tells sessions apart goes, and the plain room stays.
	_ = member.Close()
	wantEvent(t, far, RoomLeft, member.Me())
	wantSilence(t, far)
	broadcast(t, plain, "still here")
	wantMessage(t, far, plain.Me(), "still here", false)
	second := join(t, rooms2, "room", RoomOptions{})
	wantEvent(t, second, RoomJoined, plain.Me())
	_ = plain.Close()
	wantEvent(t, far, RoomJoined, second.Me())
	wantEvent(t, far, RoomLeft, plain.Me())
	wantEvent(t, second, RoomLeft, plain.Me())
}

// A peer whose connection is lost for a moment does not leave; one that stays
// away does, and comes back with its sessions.
func TestReconnect(t *testing.T) {
	rooms1, rooms2 := newRooms(t, RoomsConfig{LeaveDelay: 2 * time.Second}), newRooms(t, RoomsConfig{})
	h1, h2 := rooms1.pubsub.Host(), rooms2.pubsub.Host()
	connect(t, h1, h2)
	plain := join(t, rooms1, "room", RoomOptions{})
	member := join(t, rooms1, "room", RoomOptions{Members: true})
	far := join(t, rooms2, "room", RoomOptions{Members: true})
	farPeer := Member{Peer: far.Me().Peer}
	wantEvent(t, plain, RoomJoined, farPeer)
	wantJoins(t, member, plain.Me(), far.Me())

	if err := h1.Network().ClosePeer(h2.ID()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	connect(t, h1, h2)
	meet(t, "room", rooms1.pubsub, rooms2.pubsub)
	sendTo(t, far, member.Me(), "again")
	wantMessage(t, member, far.Me(), "again", true)
	time.Sleep(2500 * time.Millisecond)
	wantSilence(t, member)
	wantSilence(t, plain)

	if err := h1.Network().ClosePeer(h2.ID()); err != nil {
		t.Fatal(err)
	}
	wantEvent(t, plain, RoomLeft, farPeer)
	wantEvent(t, member, RoomLeft, far.Me())
	connect(t, h1, h2)
	wantEvent(t, plain, RoomJoined, farPeer)
	wantEvent(t, member, RoomJoined, far.Me())
	broadcast(t, far, "back")
	wantMessage(t, member, far.Me(), "back", false)
}

func TestSendWaitsForConnection(t *testing.T) {
	rooms1, rooms2 := newRooms(t, RoomsConfig{}), newRooms(t, RoomsConfig{})
	h1, h2 := rooms1.pubsub.Host(), rooms2.pubsub.Host()
	a := join(t, rooms1, "room", RoomOptions{})
	b := join(t, rooms2, "room", RoomOptions{})
	sent := make(chan error)
	go func() { sent <- a.SendTo(t.Context(), b.Me(), []byte("early")) }()
	time.Sleep(100 * time.Millisecond)
	connect(t, h2, h1) // the other side dials
	if err := <-sent; err != nil {
		t.Fatalf("SendTo: %v", err)
	}
	for {
		if e := nextEvent(t, b); e.Type == RoomMessage {
			if string(e.Data) != "early" {
				t.Errorf("got %q", e.Data)
			}
			break
		}
	}
}

func TestSendDials(t *testing.T) {
	rooms1, rooms2 := newRooms(t, RoomsConfig{}), newRooms(t, RoomsConfig{})
	h1, h2 := rooms1.pubsub.Host(), rooms2.pubsub.Host()
	a := join(t, rooms1, "room", RoomOptions{})
	b := join(t, rooms2, "room", RoomOptions{})
	h1.Peerstore().AddAddrs(h2.ID(), h2.Addrs(), time.Hour)
	sendTo(t, a, b.Me(), "dialled")
	for e := nextEvent(t, b); e.Type != RoomMessage; e = nextEvent(t, b) {
	}
}

func TestSendFails(t *testing.T) {
	rooms1, rooms2 := newRooms(t, RoomsConfig{SendTimeout: 300 * time.Millisecond}), newRooms(t, RoomsConfig{})
	a := join(t, rooms1, "room", RoomOptions{})
	b := Member{Peer: rooms2.self}
	if err := a.SendTo(t.Context(), b, nil); !errors.Is(err, ErrUnreachable) {
		t.Errorf("to a peer out of reach: %v; want ErrUnreachable", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := a.SendTo(ctx, b, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a context that ends: %v; want its error", err)
	}
	var large *TooLargeError
	if err := a.SendTo(t.Context(), b, make([]byte, MaxMessage+1)); !errors.As(err, &large) {
		t.Errorf("of a large message: %v; want a TooLargeError", err)
	}
	if err := a.Broadcast(t.Context(), make([]byte, MaxMessage+1)); !errors.As(err, &large) {
		t.Errorf("a large broadcast: %v; want a TooLargeError", err)
	}
	if err := a.SendTo(t.Context(), Member{}, nil); err == nil {
		t.Error("to nobody: no error")
	}
	go func() {
		time.Sleep(50 * time.Millisecond)
		_ = a.Close()
	}()
	if err := a.SendTo(t.Context(), b, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("from a room that is closed: %v; want ErrClosed", err)
	}
}

func TestSendToWhoIsNotInRoom(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	a := join(t, rooms1, "room", RoomOptions{})
	join(t, rooms2, "another room", RoomOptions{})
	if err := a.SendTo(t.Context(), Member{Peer: rooms2.self}, nil); !errors.Is(err, ErrNotInRoom) {
		t.Errorf("got %v; want ErrNotInRoom", err)
	}
}

func TestDirectOrderAndSize(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	a, b := join(t, rooms1, "room", RoomOptions{}), join(t, rooms2, "room", RoomOptions{})
	wantEvent(t, b, RoomJoined, a.Me())
	for i := range 100 {
		sendTo(t, a, b.Me(), fmt.Sprint(i))
		wantMessage(t, b, a.Me(), fmt.Sprint(i), true)
	}
	large := string(bytes.Repeat([]byte{0xff}, MaxMessage))
	sendTo(t, a, b.Me(), large)
	wantMessage(t, b, a.Me(), large, true)
}

func TestJoinFails(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{})
	for _, topic := range []string{"", "\xff", string(make([]byte, MaxTopic+1))} {
		if _, err := rooms.Join(t.Context(), topic, RoomOptions{}); !errors.Is(err, ErrInvalidTopic) {
			t.Errorf("Join(%.10q): %v; want ErrInvalidTopic", topic, err)
		}
	}
	r := join(t, rooms, "room", RoomOptions{Members: true})
	_ = rooms.Close()
	if _, err := r.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
	if _, err := rooms.Join(t.Context(), "room", RoomOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("Join after Close: %v", err)
	}
	if topics := rooms.pubsub.Topics(); len(topics) > 0 {
		t.Errorf("still listens to %q", topics)
	}
}

func TestAllowedRooms(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{PubSub: newPubSub(t, Config{Topics: []string{"room"}})})
	join(t, rooms, "room", RoomOptions{Members: true})
	if _, err := rooms.Join(t.Context(), "other", RoomOptions{Members: true}); !errors.Is(err, ErrTopicNotAllowed) {
		t.Errorf("got %v; want ErrTopicNotAllowed", err)
	}
}

func TestRoomThroughARelay(t *testing.T) {
	t.Parallel()
	pubsub1, pubsub2 := relayed(t, libp2p.NoListenAddrs)
	rooms1, rooms2 := newRooms(t, RoomsConfig{PubSub: pubsub1}), newRooms(t, RoomsConfig{PubSub: pubsub2})
	a := join(t, rooms1, "room", RoomOptions{Members: true})
	b := join(t, rooms2, "room", RoomOptions{Members: true})
	wantEvent(t, a, RoomJoined, b.Me())
	wantEvent(t, b, RoomJoined, a.Me())
	sendTo(t, b, a.Me(), "to you")
	wantMessage(t, a, b.Me(), "to you", true)
	broadcast(t, a, "to all")
	wantMessage(t, b, a.Me(), "to all", false)
}

// Tabs that come and go while others speak: those who stay get every message
// once, in order, and see each come and go once.
func TestRoomChurn(t *testing.T) {
	rooms1, rooms2 := connectedRooms(t)
	stays := join(t, rooms1, "room", RoomOptions{Members: true})
	speaker := join(t, rooms2, "room", RoomOptions{Members: true})
	wantEvent(t, stays, RoomJoined, speaker.Me())
	wantEvent(t, speaker, RoomJoined, stays.Me())

	const messages, tabs = 200, 50
	go func() {
		for i := range messages {
			_ = speaker.Broadcast(t.Context(), fmt.Append(nil, i))
			time.Sleep(time.Millisecond)
		}
	}()
	go func() {
		for i := range tabs {
			r, err := rooms1.Join(t.Context(), "room", RoomOptions{Members: i%2 == 0})
			if err != nil {
				t.Error(err)
				return
			}
			_ = r.Broadcast(t.Context(), []byte("hello"))
			_ = r.Close()
		}
		_ = stays.Broadcast(t.Context(), []byte("the end"))
	}()
	got, hellos, here, ended := 0, 0, map[Member]bool{speaker.Me(): true}, false
	for got < messages || hellos < tabs || !ended {
		e := nextEvent(t, stays)
		switch {
		case e.Dropped > 0:
			t.Fatalf("%d messages were dropped", e.Dropped)
		case e.Type == RoomMessage && e.Member == speaker.Me():
			if string(e.Data) != fmt.Sprint(got) {
				t.Fatalf("got %s after %d messages", e.Data, got)
			}
			got++
		case e.Type == RoomMessage && e.Member == stays.Me():
			ended = true
		case e.Type == RoomMessage:
			hellos++
		case here[e.Member] == (e.Type == RoomJoined):
			t.Fatalf("event %d of %v, who was there: %v", e.Type, e.Member, here[e.Member])
		default:
			here[e.Member] = e.Type == RoomJoined
		}
	}
	eventually(t, "only those who stay are there", func() bool {
		return slices.Equal(stays.Members(), []Member{speaker.Me()}) && slices.Equal(speaker.Members(), []Member{stays.Me()})
	})
}
