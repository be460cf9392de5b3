package pubsub

import (
	"context"
	"sync"
)

// Room is one place in a room. A node may have several in one topic.
type Room struct {
	topic   *roomTopic
	me      Member
	members bool // whether it tells sessions apart
	queue   *roomQueue
	closed  context.Context // ends with Close
	close   context.CancelFunc
	once    sync.Once
}

func newRoom(t *roomTopic, opts RoomOptions) *Room {
	r := &Room{
		topic:   t,
		me:      Member{Peer: t.rooms.self},
		members: opts.Members,
		queue:   newRoomQueue(),
	}
	r.closed, r.close = context.WithCancel(t.rooms.pubsub.closed)
	if opts.Members {
		r.me.Session = newSession()
	}
	return r
}

// Topic returns the room's name.
func (r *Room) Topic() string { return r.topic.name }

// Me returns who this is in the room.
func (r *Room) Me() Member { return r.me }

// Next waits for the next event. The first is RoomSubscribed; then come the
// joins of all who are there. Messages that are not read in time are dropped and
// counted, the oldest first: there is room for 256, of 4 MiB together. Joins and
// leaves are not dropped; those of one member that were not yet read cancel each
// other out. One's own broadcasts come back as messages. The error is ctx's or
// ErrClosed.
func (r *Room) Next(ctx context.Context) (RoomEvent, error) {
	for {
		if e, ok := r.queue.pop(); ok {
			return e, nil
		}
		select {
		case <-r.queue.ready:
		case <-ctx.Done():
			return RoomEvent{}, ctx.Err()
		case <-r.closed.Done():
			return RoomEvent{}, ErrClosed
		}
	}
}

// Broadcast sends data, which stays unchanged from now on, to all in the room,
// the sender and the other rooms of this node among them.
func (r *Room) Broadcast(ctx context.Context, data []byte) error {
	if r.closed.Err() != nil {
		return ErrClosed
	}
	return r.topic.broadcast(ctx, r.me.Session, data)
}

// SendTo sends data, which stays unchanged from now on, to one member. A member
// without a session is a peer as a whole: those of its rooms that do not tell
// sessions apart or, if there are none, all. If the peer is not connected, the
// message waits until it is, and the peer is dialled where an address of it is
// known. Messages to one peer arrive in the order in which SendTo was called.
//
// SendTo returns when the message has been handed to the stream to the peer, or
// an UndeliveredError. If ctx ends while the message is being written, it may
// still arrive.
func (r *Room) SendTo(ctx context.Context, to Member, data []byte) error {
	if r.closed.Err() != nil {
		return ErrClosed
	}
	if limit := r.topic.rooms.pubsub.maxMessage; len(data) > limit {
		return &TooLargeError{Size: len(data), Limit: limit}
	}
	if to.Peer == r.me.Peer {
		return r.topic.sendHere(r, to, data)
	}
	return r.topic.sendAway(ctx, r, to, data)
}

// Members returns who is in the room, but for oneself, in no order.
func (r *Room) Members() []Member { return r.topic.present(r) }

// Has reports whether a member other than oneself is in the room.
func (r *Room) Has(m Member) bool { return r.topic.has(r, m) }

// Close leaves the room, and ends a Next that waits.
func (r *Room) Close() error {
	r.once.Do(func() {
		r.close()
		r.queue.close()
		r.topic.leave(r)
		r.topic.rooms.release(r.topic)
	})
	return nil
}
