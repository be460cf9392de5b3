package pubsub

import "github.com/libp2p/go-libp2p/core/peer"

// Member is who is in a room: a peer or, where the room tells them apart, a
// session of one.
type Member struct {
	Peer peer.ID
	// Session is empty for a peer as a whole: always in a plain room; in one that
	// tells sessions apart for those rooms of a peer that do not.
	Session string
}

// RoomEventType is what kind of thing a RoomEvent tells.
type RoomEventType int

// The kinds of events.
const (
	RoomSubscribed RoomEventType = iota + 1 // the first event: the room is entered, Member is one's own
	RoomMessage                             // Member has sent Data
	RoomJoined                              // Member has come, or was there before
	RoomLeft                                // Member has gone
)

// RoomEvent is one thing that happens in a room.
type RoomEvent struct {
	Type   RoomEventType
	Member Member
	Direct bool   // of a message: it was sent to this member alone
	Seqno  uint64 // of a message to all; 0 in a direct one
	Data   []byte // of a message; shared with other rooms, and never changed
	// Dropped is how many messages were lost between the event before and this
	// one.
	Dropped uint64
}
