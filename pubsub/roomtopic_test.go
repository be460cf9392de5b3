package pubsub

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// newTestTopic returns a topic that nothing but the test talks to, on a clock of
// its own, and two rooms in it: one that tells members apart and one that does
// not.
func newTestTopic() (topic *roomTopic, member, plain *Room) {
	topic = newRoomTopic(&Rooms{
		cfg:       RoomsConfig{LeaveDelay: 5 * time.Second},
		self:      "self",
		connected: func(peer.ID) bool { return false },
	}, "room")
	topic.setMembers(true)
	member = &Room{topic: topic, me: Member{"self", "me"}, members: true, queue: newRoomQueue()}
	plain = &Room{topic: topic, me: Member{Peer: "self"}, queue: newRoomQueue()}
	topic.add(member)
	topic.add(plain)
	told(member, plain)
	return topic, member, plain
}

// told returns what a room was told since, and the same of the rooms after it.
func told(rooms ...*Room) []string {
	synctest.Wait()
	var all []string
	for _, r := range rooms {
		all = append(all, strings.Join(drain(r.queue), " "))
	}
	return all
}

func wantTold(t *testing.T, what string, member, plain *Room, wantMember, wantPlain string) {
	t.Helper()
	if got, want := told(member, plain), []string{wantMember, wantPlain}; !slices.Equal(got, want) {
		t.Errorf("%s: the rooms were told %q; want %q", what, got, want)
	}
}

var testSeqno uint64

func (t *roomTopic) testMessage(from peer.ID, data string) {
	testSeqno++
	t.onMessage(Delivery{Message: &Message{From: from, Data: []byte(data), Seqno: testSeqno}})
}

func (t *roomTopic) testNotice(from peer.ID, n notice) {
	testSeqno++
	t.onNotice(Delivery{Message: &Message{From: from, Data: n.encode(), Seqno: testSeqno}})
}

func TestRoomPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, member, plain := newTestTopic()
		topic.onPeer(PeerEvent{Peer: "p"})
		wantTold(t, "a peer", member, plain, "", "+")
		time.Sleep(awareDelay)
		wantTold(t, "a peer that stays plain", member, plain, "+", "")

		topic.onPeer(PeerEvent{Peer: "a"})
		topic.onCompanionPeer(PeerEvent{Peer: "a"})
		time.Sleep(awareDelay)
		wantTold(t, "a peer that tells members apart", member, plain, "", "+")
		topic.testNotice("a", stateNotice([]string{"x", "y"}))
		wantTold(t, "its state", member, plain, "+x +y", "")
		old := Delivery{Message: &Message{From: "a", Data: stateNotice([]string{"old"}).encode(), Seqno: 0}}
		topic.onNotice(old)
		wantTold(t, "an old state", member, plain, "", "")
		topic.testNotice("a", stateNotice([]string{"y", "z"}))
		wantTold(t, "a new state", member, plain, "+z -x", "")

		topic.onCompanionPeer(PeerEvent{Peer: "a", Left: true})
		topic.onPeer(PeerEvent{Peer: "a", Left: true})
		time.Sleep(4 * time.Second)
		topic.onPeer(PeerEvent{Peer: "a"})
		topic.onCompanionPeer(PeerEvent{Peer: "a"})
		time.Sleep(time.Minute)
		wantTold(t, "a short absence", member, plain, "", "")

		topic.onCompanionPeer(PeerEvent{Peer: "a", Left: true})
		time.Sleep(time.Millisecond)
		topic.onPeer(PeerEvent{Peer: "a", Left: true})
		time.Sleep(time.Minute)
		wantTold(t, "a long absence", member, plain, "-y -z", "-")

		topic.rooms.connected = func(peer.ID) bool { return true }
		topic.onPeer(PeerEvent{Peer: "p", Left: true})
		time.Sleep(stayDelay)
		wantTold(t, "a peer that leaves and stays connected", member, plain, "-", "-")
		if len(topic.peers) != 0 || topic.shown != 0 {
			t.Errorf("%d peers and %d members are still known", len(topic.peers), topic.shown)
		}
	})
}

func TestRoomStateMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, member, plain := newTestTopic()
		topic.onCompanionPeer(PeerEvent{Peer: "a"})
		topic.onPeer(PeerEvent{Peer: "a"})
		time.Sleep(stateDelay - time.Millisecond)
		wantTold(t, "a peer that says nothing", member, plain, "", "+")
		time.Sleep(time.Millisecond)
		wantTold(t, "a peer that still says nothing", member, plain, "+", "")
		topic.testNotice("a", stateNotice([]string{"x"}))
		wantTold(t, "its state", member, plain, "+x -", "")

		// It goes on without sessions.
		topic.testNotice("a", stateNotice([]string{""}))
		wantTold(t, "its last state", member, plain, "+ -x", "")
		topic.onCompanionPeer(PeerEvent{Peer: "a", Left: true})
		time.Sleep(time.Minute)
		wantTold(t, "what it then is", member, plain, "", "")
	})
}

func TestRoomVoices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, member, plain := newTestTopic()
		topic.testMessage("stranger", "1")
		wantTold(t, "a message of a stranger", member, plain, "1", "1")

		topic.onPeer(PeerEvent{Peer: "a"})
		topic.onCompanionPeer(PeerEvent{Peer: "a"})
		topic.testNotice("a", stateNotice([]string{"x", "y"}))
		told(member, plain)
		topic.testNotice("a", fromNotice("x", []byte("2")))
		topic.testMessage("a", "2")
		wantTold(t, "a message announced", member, plain, "x2", "2")

		topic.testMessage("a", "3")
		topic.testNotice("a", fromNotice("y", []byte("4")))
		topic.testMessage("a", "4")
		wantTold(t, "a message ahead of its notice", member, plain, "", "3 4")
		topic.testNotice("a", fromNotice("x", []byte("3")))
		wantTold(t, "the notice", member, plain, "x3 y4", "")

		for range 2 {
			topic.testNotice("a", fromNotice("x", []byte("same")))
			topic.testMessage("a", "same")
		}
		wantTold(t, "the same twice", member, plain, "xsame xsame", "same same")

		topic.testMessage("a", "5")
		time.Sleep(holdFor / 2)
		topic.testMessage("a", "6")
		time.Sleep(holdFor / 2)
		wantTold(t, "a message of which nothing is said", member, plain, "5", "5 6")
		topic.testNotice("a", fromNotice("x", []byte("6")))
		wantTold(t, "the one after it", member, plain, "x6", "")

		topic.testMessage("a", "7")
		topic.onPeer(PeerEvent{Peer: "a", Left: true})
		topic.onCompanionPeer(PeerEvent{Peer: "a", Left: true})
		time.Sleep(time.Minute)
		wantTold(t, "a message of who leaves", member, plain, "7 -x -y", "7 -")
	})
}

// What peers can make a topic remember is bounded.
func TestRoomBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, member, plain := newTestTopic()
		topic.onPeer(PeerEvent{Peer: "a"})
		topic.onCompanionPeer(PeerEvent{Peer: "a"})
		for i := range maxHeld + 10 {
			topic.testMessage("a", fmt.Sprint(i))
		}
		a := topic.peers["a"]
		if len(a.voices.held) > maxHeld {
			t.Errorf("%d messages are held", len(a.voices.held))
		}
		if got := told(member)[0]; !strings.HasPrefix(got, "0 1 2") {
			t.Errorf("the oldest are not handed on: %q", got)
		}
		for i := range maxNamed + 10 {
			topic.testNotice("a", fromNotice("x", fmt.Append(nil, "n", i)))
		}
		if len(a.voices.named) > maxNamed {
			t.Errorf("%d notices are kept", len(a.voices.named))
		}
		for i := range maxNamed {
			topic.testNotice("far", fromNotice("x", fmt.Append(nil, "n", i)))
		}
		if far := topic.peers["far"]; len(far.voices.named) > maxStrangerNamed {
			t.Errorf("%d notices of a peer that is not here are kept", len(far.voices.named))
		}
		large := strings.Repeat("x", heldBytes)
		for range 3 {
			topic.testMessage("a", large)
		}
		if a.voices.bytes > heldBytes {
			t.Errorf("%d bytes are held", a.voices.bytes)
		}

		for i := range 2 * maxStrangers {
			topic.testMessage(peer.ID(fmt.Sprint("stranger", i)), "hello")
		}
		if len(topic.peers) > maxStrangers+1 {
			t.Errorf("%d peers are known", len(topic.peers))
		}
		time.Sleep(heardFor)
		topic.testMessage("one more", "hello")
		if len(topic.peers) > 3 {
			t.Errorf("%d peers are known after a while", len(topic.peers))
		}

		var sessions []string
		for i := range maxPeerSessions {
			sessions = append(sessions, fmt.Sprint("s", i))
		}
		for i := range maxRoomMembers/maxPeerSessions + 2 {
			id := peer.ID(fmt.Sprint("crowd", i))
			topic.onPeer(PeerEvent{Peer: id})
			topic.onCompanionPeer(PeerEvent{Peer: id})
			topic.testNotice(id, stateNotice(sessions))
		}
		if topic.shown > maxRoomMembers || len(topic.present(member)) > maxRoomMembers+1 {
			t.Errorf("%d members are shown", topic.shown)
		}
		told(member, plain)
	})
}

func TestBadNotices(t *testing.T) {
	for _, tt := range []struct{ name, data string }{
		{"no JSON", "hello"},
		{"not UTF-8", "\xff"},
		{"of another type", `{"kind":"state","sessions":"x"}`},
		{"too long", `{"kind":"state","sessions":["` + strings.Repeat("x", maxNotice) + `"]}`},
		{"too many sessions", `{"kind":"state","sessions":["a"` + strings.Repeat(`,"a"`, maxPeerSessions) + `]}`},
		{"a session with a space", `{"kind":"state","sessions":["a b"]}`},
		{"a long session", `{"kind":"from","session":"` + strings.Repeat("x", maxSession+1) + `"}`},
		{"a long fingerprint", `{"kind":"from","message":"` + strings.Repeat("x", maxSession+1) + `"}`},
	} {
		if n, err := decodeNotice([]byte(tt.data)); err == nil {
			t.Errorf("%s: got %+v; want an error", tt.name, n)
		}
	}
	n, err := decodeNotice([]byte(`{"kind":"state","sessions":["b","a","b",""],"more":1}`))
	if err != nil || !slices.Equal(n.Sessions, []string{"", "a", "b"}) {
		t.Errorf("got %+v, %v", n, err)
	}
	if got, want := string(stateNotice([]string{"", "a"}).encode()), `{"kind":"state","sessions":["","a"]}`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if got, want := string(fromNotice("a", []byte("hello")).encode()), `{"kind":"from","session":"a","message":"2cf24dba5fb0a30e"}`; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}
