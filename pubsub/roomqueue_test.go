package pubsub

import (
	"fmt"
	"slices"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// drain returns what a queue has, told in short.
func drain(q *roomQueue) []string {
	var got []string
	for e, ok := q.pop(); ok; e, ok = q.pop() {
		s := fmt.Sprint(map[RoomEventType]string{
			RoomSubscribed: "!", RoomMessage: "", RoomJoined: "+", RoomLeft: "-",
		}[e.Type], e.Member.Session, string(e.Data))
		if e.Dropped > 0 {
			s += fmt.Sprint(" after ", e.Dropped)
		}
		got = append(got, s)
	}
	return got
}

func TestRoomQueuePresence(t *testing.T) {
	// Each letter is a member; upper case joins, lower case leaves, a digit is a
	// message, "." reads an event.
	for _, tt := range []struct {
		name, steps string
		left        []string
	}{
		{"in order", "A1B2a", []string{"1", "+B", "2"}},
		{"seen joins stay", "A.1a", []string{"1", "-A"}},
		{"a leave taken back", "A.aA", nil},
		{"a join taken back", "Aa", nil},
		{"again and again", "A.aAaAaB", []string{"-A", "+B"}},
		{"the same twice", "AAbb", []string{"+A", "-B"}},
		{"nothing lost between messages", "A123a4", []string{"1", "2", "3", "4"}},
	} {
		q := newRoomQueue()
		for _, c := range tt.steps {
			e := RoomEvent{Member: Member{Session: string(c)}}
			switch {
			case c == '.':
				q.pop()
				continue
			case '0' <= c && c <= '9':
				e = RoomEvent{Type: RoomMessage, Data: []byte(string(c))}
			case 'A' <= c && c <= 'Z':
				e.Type = RoomJoined
			default:
				e.Type, e.Member.Session = RoomLeft, string(c-'a'+'A')
			}
			q.push(e)
		}
		if got := drain(q); !slices.Equal(got, tt.left) {
			t.Errorf("%s: after %s: got %q; want %q", tt.name, tt.steps, got, tt.left)
		}
	}
}

func TestRoomQueueBounds(t *testing.T) {
	q := newRoomQueue()
	q.push(RoomEvent{Type: RoomJoined, Member: Member{Session: "A"}})
	for i := range roomMessages + 10 {
		q.push(RoomEvent{Type: RoomMessage, Data: fmt.Append(nil, i)})
	}
	q.lose(5)
	got := drain(q)
	if len(got) != 1+roomMessages || got[0] != "+A after 15" || got[1] != "10" {
		t.Errorf("got %d events that begin with %q", len(got), got[:2])
	}

	big := make([]byte, roomMessageBytes/2)
	for range 5 {
		q.push(RoomEvent{Type: RoomMessage, Data: big})
	}
	if q.bytes > roomMessageBytes || q.count != 2 {
		t.Errorf("it holds %d messages of %d bytes", q.count, q.bytes)
	}
	huge := make([]byte, 2*roomMessageBytes)
	q.push(RoomEvent{Type: RoomMessage, Data: huge})
	if e, ok := q.pop(); !ok || len(e.Data) != len(huge) || e.Dropped != 5 {
		t.Errorf("got %d bytes, %d dropped", len(e.Data), e.Dropped)
	}

	// A crowd that comes and goes leaves nothing behind.
	for i := range 1000 {
		m := Member{Peer: peer.ID(fmt.Sprint(i))}
		for range 10 {
			q.push(RoomEvent{Type: RoomJoined, Member: m})
			q.push(RoomEvent{Type: RoomLeft, Member: m})
		}
	}
	if q.events.Len() != 0 || len(q.pending) != 0 {
		t.Errorf("%d events and %d members are left", q.events.Len(), len(q.pending))
	}
	q.push(RoomEvent{Type: RoomMessage})
	q.close()
	q.push(RoomEvent{Type: RoomJoined})
	if e, ok := q.pop(); ok {
		t.Errorf("got %+v of a closed queue", e)
	}
}
