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
//   - Gossipsub ignores connections through a relay. It is given a host that
//     says otherwise, see [gossipHost].
//   - It numbers messages by the clock, and peers drop those whose numbers do
//     not grow. The numbers used are kept in the datastore, see [numbers].
//   - It drops messages when a peer sends faster than signatures can be checked,
//     those of other peers as well. Here that peer is read more slowly, see
//     [flow].
//   - It remembers all topics that a peer says it listens to. Here up to a
//     number, see [announced].
//
// All of it is portable: nothing differs in a browser.
package pubsub
