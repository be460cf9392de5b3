package nodeapi

// SubscribeRequest asks for the messages of a topic.
type SubscribeRequest struct {
	Topic string `cbor:"topic"`
	// Queue is how many messages are kept for a client that does not read; more
	// are dropped and counted, the oldest first. 256 unless set, at most 4096;
	// there is a bound in bytes as well.
	Queue uint64 `cbor:"queue,omitempty"`
}

// TopicRequest names a topic.
type TopicRequest struct {
	Topic string `cbor:"topic"`
}

// TopicList has the topics that the node listens to, for all its clients.
type TopicList struct {
	Topics []string `cbor:"topics"`
}

// PeerList is a list of peer ids.
type PeerList struct {
	Peers []string `cbor:"peers"`
}

// PubSubEvent is one thing that a subscription tells. The first has no message:
// it says that the node listens.
type PubSubEvent struct {
	Message *PubSubMessage `cbor:"message,omitempty"`
	// Dropped is how many messages were lost between the last event and this one.
	Dropped uint64 `cbor:"dropped,omitempty"`
}

// PubSubMessage is a message but for its bytes. All messages are signed.
type PubSubMessage struct {
	From           string `cbor:"from"` // peer id
	Topic          string `cbor:"topic"`
	SequenceNumber uint64 `cbor:"sequenceNumber"`
	Size           uint64 `cbor:"size"` // of its bytes, which follow
	Signature      []byte `cbor:"signature"`
	Key            []byte `cbor:"key"` // the sender's public key, protobuf
}

// PubSubDelivery is an event as Go has it: with the message's bytes.
type PubSubDelivery struct {
	PubSubEvent

	Data []byte // nil if there is no message
}

// RoomRequest asks to join a room.
type RoomRequest struct {
	Topic string `cbor:"topic"`
	// Members tells the sessions of a peer apart: each joins, leaves and speaks
	// for itself.
	Members bool `cbor:"members,omitempty"`
}

// RoomMember is who is in a room: a peer or, where the room tells them apart, a
// session of one.
type RoomMember struct {
	Peer    string `cbor:"peer"`
	Session string `cbor:"session,omitempty"`
}

// The values of RoomEvent.Type.
const (
	RoomSubscribed = "subscribed" // the first event: Room and Member are one's own
	RoomMessage    = "message"    // Member is who sent it; Size bytes follow
	RoomJoined     = "joined"     // Member is who
	RoomLeft       = "left"       // Member is who
)

// RoomEvent is one thing that happens in a room.
type RoomEvent struct {
	Type   string     `cbor:"type"`
	Room   uint64     `cbor:"room,omitempty"` // names the room for RoomSend, within its session
	Member RoomMember `cbor:"member"`
	Direct bool       `cbor:"direct,omitempty"` // of a message: it was sent to this member alone
	// SequenceNumber of a message, 0 where its sender gave none.
	SequenceNumber uint64 `cbor:"sequenceNumber,omitempty"`
	Size           uint64 `cbor:"size,omitempty"` // of a message's bytes
	// Dropped is how many messages were lost between the last event and this one.
	Dropped uint64 `cbor:"dropped,omitempty"`
}

// RoomDelivery is an event as Go has it: with the message's bytes.
type RoomDelivery struct {
	RoomEvent

	Data []byte // nil if it is no message
}

// RoomSend is a message but for its bytes, to all in the room or to one.
type RoomSend struct {
	Room uint64      `cbor:"room"`
	To   *RoomMember `cbor:"to,omitempty"`
}
