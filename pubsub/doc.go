// Package pubsub has topics on gossipsub: messages, signed by their senders,
// that reach every peer that listens to their topic, and within this node every
// subscriber.
//
// However many subscribe to a topic here, the network sees one node that
// listens to it: the node joins when the first subscribes and leaves when the
// last has gone. Each message is then shared by all subscribers, and each of
// them has a queue of its own, bounded in messages and in bytes. One that does
// not read loses its own oldest messages and is told how many; nobody waits for
// it, and gossipsub's loop never does.
//
// # What is wrapped and why
//
// Gossipsub is go-libp2p-pubsub. Around it this package puts what a node of
// many tabs, behind relays and at the mercy of any peer, needs beside it:
//
//   - Gossipsub ignores connections through a relay, and forgets what a peer
//     listens to when it loses its stream to it. It is given a host that makes up
//     for both, see [gossipHost].
//   - It numbers messages by the clock, and peers drop those whose numbers do
//     not grow. The numbers used are kept in the datastore, see [numbers]. What
//     comes in is looked at with more care, see [replays].
//   - It checks messages side by side, and those of one sender overtake each
//     other. Here they are checked one by one, and arrive in the order in which
//     the peer sent them.
//   - It drops messages when a peer sends faster than signatures can be checked,
//     those of other peers as well, and takes whatever a peer says it listens to.
//     Here that peer is read more slowly, and no more than so much is taken, see
//     [inflow].
//   - It drops messages, and tells nobody, when a peer reads more slowly than
//     this node publishes. Here the publisher waits for it, within bounds, see
//     [outflow].
//
// Kubo 0.42 checks messages side by side and drops those that were overtaken:
// it loses some of what one node publishes in quick succession.
//
// # Rooms
//
// A [Room] is a topic whose listeners see each other come and go, and can say
// something to one of them. Who is there is what gossipsub knows: the connected
// peers that listen to the topic. A peer that leaves and stays connected is gone
// after a second, one whose connection is lost after [RoomsConfig].LeaveDelay;
// who comes back before that has not left. Messages of peers that are not
// connected arrive through others; such peers are not members.
//
// As in ipfs-pubsub-room 2.x, one's own broadcasts come back.
//
// # Direct messages
//
// A direct message is a JSON object in UTF-8 on a stream of the protocol
// "ipfs-pubsub-room/v2", which whoever sends opens and nobody answers on. A stream
// carries any number of them, of all rooms, with nothing between. The fields, as
// they are written:
//
//	to         the recipient's peer id, as text
//	from       the sender's peer id
//	data       the payload, in lower-case hex
//	seqno      "00"
//	topic      the room, read by ipfs-pubsub-room 3.x
//	topicIDs   [topic], read by ipfs-pubsub-room up to 2.x
//	topicCIDs  [topic], likewise
//	session    the session of the sender; absent in plain rooms
//	toSession  the session of the recipient; absent for the peer as a whole
//
// Of what comes, seqno, topicCIDs and unknown fields are not looked at; topic and
// topicIDs count together. A document is dropped and counted if it is no JSON or
// not UTF-8, if from is not the peer that opened the stream or to not this one, if
// it has no topic, or data that is not hex, or is too long; what comes after it is
// read. Documents may come split or joined.
//
// ipfs-pubsub-room itself reads only what comes in one piece, and can crash of
// half a document. So peers that read documents however they come say so
// by a second protocol, "/sharednode/room/1", which is the same in all else. On
// the first one no document of more than 63.5 KiB is written: data of up to about
// 31 KiB.
//
// # Sessions
//
// Rooms with [RoomOptions].Members tell the sessions of a peer apart. They listen
// to a second topic, whose name is the room's with "/sharednode-members/1" at its
// end; the number is the version of this. In it they say, as JSON objects in
// UTF-8:
//
//	kind      "state" or "from"; other kinds are ignored
//	sessions  of a state: all sessions of the sender in the room, "" standing for
//	          those of its rooms that do not tell sessions apart; 256 at most
//	session   of a from: the session that sends a message, or ""
//	message   of a from: the first 8 bytes of the SHA-256 of the message's data,
//	          in hex
//
// A session is 1 to 64 printable characters of ASCII without spaces. A state is
// sent when sessions or peers come and go, and every half minute; the one with
// the greatest sequence number counts. A peer leaves with all its sessions.
//
// A message to all goes to the room's topic as it is, so that everyone gets it
// once. Right before it a peer that listens to the second topic says in a from
// whose message it is. A receiver waits up to two seconds for that before it takes
// the message for one of the peer as a whole. The second topic is entered before
// the first and left after it.
//
// All of it is portable: nothing differs in a browser.
package pubsub
