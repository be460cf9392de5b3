//go:build !js

package pubsub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// byHand is a peer of which the test writes and reads the streams of direct
// messages byte by byte. It listens to the topic "room".
type byHand struct {
	*PubSub
	host    host.Host
	streams chan network.Stream // that were opened to it
}

func newByHand(t *testing.T, rooms *Rooms) *byHand {
	t.Helper()
	h := &byHand{PubSub: newPubSub(t, Config{}), streams: make(chan network.Stream, 100)}
	h.host = h.Host()
	h.host.SetStreamHandler(roomProtocol, func(s network.Stream) { h.streams <- s })
	subscribe(t, h.PubSub, "room", SubscribeOptions{})
	connect(t, h.host, rooms.pubsub.Host())
	return h
}

func (h *byHand) id() Member { return Member{Peer: h.host.ID()} }

// open opens a stream to rooms.
func (h *byHand) open(t *testing.T, rooms *Rooms) network.Stream {
	t.Helper()
	s, err := h.host.NewStream(t.Context(), rooms.self, roomProtocol)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// document returns a document as ipfs-pubsub-room 3.x writes it, with fields
// changed: name, value, name, value.
func (h *byHand) document(rooms *Rooms, text string, fields ...string) string {
	doc := map[string]any{
		"to": rooms.self.String(), "from": h.host.ID().String(),
		"data": fmt.Sprintf("%x", text), "seqno": "0", "topic": "room",
	}
	for i := 0; i < len(fields); i += 2 {
		doc[fields[i]] = fields[i+1]
	}
	b, _ := json.Marshal(doc)
	return string(b)
}

func write(t *testing.T, s network.Stream, text string) {
	t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatal(err)
	}
}

func TestDirectByHand(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{})
	room := join(t, rooms, "room", RoomOptions{})
	peer := newByHand(t, rooms)
	wantEvent(t, room, RoomJoined, peer.id())
	s := peer.open(t, rooms)

	write(t, s, peer.document(rooms, "one")+peer.document(rooms, "two")) // joined
	wantMessage(t, room, peer.id(), "one", true)
	wantMessage(t, room, peer.id(), "two", true)
	for _, c := range peer.document(rooms, "split") {
		write(t, s, string(c))
	}
	wantMessage(t, room, peer.id(), "split", true)

	other := newByHand(t, rooms)
	wantEvent(t, room, RoomJoined, other.id())
	var bad uint64
	for _, garbage := range []string{
		"garbage", "]", "{", "{\"data\":\"\xff\"}", "{\"a\":\"\x01\"}", `{"a":"` + strings.Repeat("x", 2*MaxMessage+documentOverhead) + `"}`,
		peer.document(rooms, "forged", "from", other.host.ID().String()),
		peer.document(rooms, "forged", "from", rooms.self.String()),
		peer.document(rooms, "for another", "to", other.host.ID().String()),
		peer.document(rooms, "without a topic", "topic", ""),
		peer.document(rooms, "", "data", "no hex"),
		peer.document(rooms, "", "session", "no session"),
	} {
		bad++
		if garbage == "{" {
			garbage += garbage + "\x00"
		}
		write(t, s, garbage)
		write(t, s, peer.document(rooms, "after garbage"))
		wantMessage(t, room, peer.id(), "after garbage", true)
		if got := rooms.Stats().Bad; got != bad {
			t.Fatalf("after %.40q %d faults were counted; want %d", garbage, got, bad)
		}
	}
	write(t, s, peer.document(rooms, "to another room", "topic", "another")+
		peer.document(rooms, "to a session", "toSession", "nobody")+peer.document(rooms, "last"))
	wantMessage(t, room, peer.id(), "last", true)
	if got := rooms.Stats(); got != (RoomStats{Bad: bad, Unwanted: 2}) {
		t.Errorf("got %+v; want %d bad and 2 unwanted", got, bad)
	}

	// One that does nothing but harm loses its stream; the others are unharmed.
	for range maxDirectFaults + 1 {
		_, _ = io.WriteString(s, "x{}")
	}
	if _, err := s.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("reading a stream of garbage: %v; want it reset", err)
	}
	write(t, other.open(t, rooms), other.document(rooms, "unharmed"))
	wantMessage(t, room, other.id(), "unharmed", true)
	write(t, peer.open(t, rooms), peer.document(rooms, "forgiven"))
	wantMessage(t, room, peer.id(), "forgiven", true)
}

// What this side writes is what readers of one document a piece can read.
func TestDirectPieces(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{})
	room := join(t, rooms, "room", RoomOptions{})
	peer := newByHand(t, rooms)
	wantEvent(t, room, RoomJoined, peer.id())
	done := make(chan error)
	for _, text := range []string{"one", "two", "three"} {
		go func() { done <- room.SendTo(t.Context(), peer.id(), []byte(text)) }()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	s := <-peer.streams
	docs := json.NewDecoder(s)
	for _, text := range []string{"one", "two", "three"} {
		var doc outgoingDocument
		if err := docs.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		want := outgoingDocument{
			To: peer.host.ID().String(), From: rooms.self.String(), Data: fmt.Sprintf("%x", text), Seqno: "00",
			Topic: "room", TopicIDs: []string{"room"}, TopicCIDs: []string{"room"},
		}
		if fmt.Sprint(doc) != fmt.Sprint(want) {
			t.Errorf("got %+v; want %+v", doc, want)
		}
	}

	err := room.SendTo(t.Context(), peer.id(), make([]byte, maxPiece/2))
	if undelivered := (*UndeliveredError)(nil); !errors.As(err, &undelivered) || !errors.Is(err, errTooLong) {
		t.Errorf("a message that does not go in one piece: %v; want errTooLong", err)
	}

	// After a reset the next message takes a new stream.
	_ = s.Reset()
	eventually(t, "a message comes on a new stream", func() bool {
		sendTo(t, room, peer.id(), "again")
		select {
		case s := <-peer.streams:
			var doc outgoingDocument
			return json.NewDecoder(s).Decode(&doc) == nil && doc.Data == fmt.Sprintf("%x", "again")
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
}

// A stream that nothing is sent on is closed, and the next message takes another.
func TestDirectIdle(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{})
	rooms.direct.idle = 20 * time.Millisecond
	room := join(t, rooms, "room", RoomOptions{})
	peer := newByHand(t, rooms)
	wantEvent(t, room, RoomJoined, peer.id())
	for range 2 {
		sendTo(t, room, peer.id(), "hello")
		s := <-peer.streams
		if b, err := io.ReadAll(s); err != nil || !strings.Contains(string(b), fmt.Sprintf("%x", "hello")) {
			t.Errorf("got %q, %v; want a message and the end", b, err)
		}
		_ = s.Close()
		eventually(t, "the queue is gone as well", func() bool {
			rooms.direct.mu.Lock()
			defer rooms.direct.mu.Unlock()
			return len(rooms.direct.outboxes) == 0
		})
	}
}

// A peer that does not read gets no more than its queue holds; those who send to
// it are told, and others are served.
func TestDirectPeerHangs(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{SendTimeout: 2 * time.Second})
	room := join(t, rooms, "room", RoomOptions{})
	hung, other := newByHand(t, rooms), newByHand(t, rooms)
	hung.host.SetStreamHandler(splitProtocol, func(s network.Stream) { hung.streams <- s })
	wantJoins(t, room, hung.id(), other.id())
	large := bytes.Repeat([]byte("x"), MaxMessage)
	ctx, cancel := context.WithCancel(t.Context())
	const sends = 20
	results := make(chan error, sends)
	for range sends {
		go func() { results <- room.SendTo(ctx, hung.id(), large) }()
	}
	var ended int
	eventually(t, "sends are refused", func() bool {
		select {
		case err := <-results:
			ended++
			return errors.Is(err, ErrBusy)
		default:
			return false
		}
	})
	sendTo(t, room, other.id(), "unharmed")
	cancel()
	for range sends - ended {
		<-results
	}
}

// What a peer may make this side hold is bounded, in streams and in bytes.
func TestDirectBounds(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{})
	room := join(t, rooms, "room", RoomOptions{})
	greedy, other := newByHand(t, rooms), newByHand(t, rooms)
	wantJoins(t, room, greedy.id(), other.id())
	in := rooms.direct.inbox
	held := func() (streams, pending int) {
		in.mu.Lock()
		defer in.mu.Unlock()
		return in.streams, in.pending
	}
	var streams []network.Stream
	for range maxDirectPeerStreams + 5 {
		streams = append(streams, greedy.open(t, rooms))
	}
	for _, s := range streams {
		_, _ = io.WriteString(s, `{"data":"`+strings.Repeat("0", MaxMessage))
	}
	eventually(t, "the excess is cut off", func() bool { return rooms.Stats().Bad >= 5 })
	if n, bytes := held(); n > maxDirectPeerStreams || bytes > maxDirectPeerPending {
		t.Errorf("a peer holds %d streams and %d bytes", n, bytes)
	}
	write(t, other.open(t, rooms), other.document(rooms, "unharmed"))
	wantMessage(t, room, other.id(), "unharmed", true)
	_ = greedy.host.Close()
	eventually(t, "nothing of it is left", func() bool { n, bytes := held(); return n == 1 && bytes <= 2*keptBuffer })
}

// Peers that come, say something and go leave nothing behind.
func TestDirectChurn(t *testing.T) {
	rooms := newRooms(t, RoomsConfig{LeaveDelay: 100 * time.Millisecond})
	room := join(t, rooms, "room", RoomOptions{Members: true})
	var gone []peer.ID
	for i := range 10 {
		p := newByHand(t, rooms)
		wantEvent(t, room, RoomJoined, p.id())
		write(t, p.open(t, rooms), p.document(rooms, fmt.Sprint(i)))
		wantMessage(t, room, p.id(), fmt.Sprint(i), true)
		sendTo(t, room, p.id(), "hello")
		_ = p.host.Close()
		wantEvent(t, room, RoomLeft, p.id())
		gone = append(gone, p.host.ID())
	}
	room.topic.mu.Lock()
	defer room.topic.mu.Unlock()
	for id := range room.topic.peers {
		if slices.Contains(gone, id) {
			t.Errorf("%s is gone and still known", id)
		}
	}
	if room.topic.shown != 0 {
		t.Errorf("%d members are shown; want none", room.topic.shown)
	}
}
