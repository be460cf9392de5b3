package client

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// RoomOptions say what kind of room is joined. All in a room are to say the
// same.
type RoomOptions struct {
	// Members tells the sessions of a peer apart: each joins, leaves and speaks
	// for itself. Otherwise a peer is one member, however many sessions it has.
	Members bool
}

// Room joins a room. It returns once the node listens; ctx is of that alone.
func (c *Client) Room(ctx context.Context, topic string, opts RoomOptions) (*Room, error) {
	call, first, err := begin[nodeapi.RoomEvent](ctx, c, nodeapi.MethodRoomJoin,
		nodeapi.RoomRequest{Topic: topic, Members: opts.Members}, messageport.CallOptions{})
	if err != nil {
		return nil, err
	}
	return &Room{c: c, call: call, number: first.Room, self: first.Member, members: make(map[nodeapi.RoomMember]bool)}, nil
}

// Room is a place in a room. One goroutine at a time may read its events; all
// else may be done concurrently.
type Room struct {
	c      *Client
	call   *messageport.ClientCall
	number uint64
	self   nodeapi.RoomMember

	mu      sync.Mutex // guards following
	members map[nodeapi.RoomMember]bool
}

// Self returns which member one is.
func (r *Room) Self() nodeapi.RoomMember { return r.self }

// Next waits for what happens next: that a member joined, one who was there
// before among them, or left, or sent a message. After Leave, or the end of the
// session, it returns an error.
func (r *Room) Next() (nodeapi.RoomDelivery, error) {
	event, err := nextItem[nodeapi.RoomEvent](r.call)
	if err != nil {
		return nodeapi.RoomDelivery{}, publicError(err)
	}
	r.note(event)
	delivery := nodeapi.RoomDelivery{RoomEvent: event}
	if event.Type == nodeapi.RoomMessage {
		delivery.Data, err = nextData(r.call, event.Size)
	}
	return delivery, publicError(err)
}

func (r *Room) note(event nodeapi.RoomEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch event.Type {
	case nodeapi.RoomJoined:
		r.members[event.Member] = true
	case nodeapi.RoomLeft:
		delete(r.members, event.Member)
	}
}

// Events yields what Next returns, until the iteration is stopped or the place
// in the room ends: with its error, but for that of Leave.
func (r *Room) Events() iter.Seq2[nodeapi.RoomDelivery, error] { return untilClosed(r.Next) }

// Broadcast sends a message to all in the room.
func (r *Room) Broadcast(ctx context.Context, data []byte) error {
	return r.send(ctx, nil, data)
}

// SendTo sends a message to one member. It returns once the message was handed
// to that peer, or with an error if it was not.
func (r *Room) SendTo(ctx context.Context, to nodeapi.RoomMember, data []byte) error {
	return r.send(ctx, &to, data)
}

func (r *Room) send(ctx context.Context, to *nodeapi.RoomMember, data []byte) error {
	_, err := put[any](ctx, r.c, nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: r.number, To: to}, data)
	return err
}

// Members returns who else is in the room, as far as events were read.
func (r *Room) Members() []nodeapi.RoomMember {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.members), func(m, n nodeapi.RoomMember) int {
		return cmp.Or(cmp.Compare(m.Peer, n.Peer), cmp.Compare(m.Session, n.Session))
	})
}

// Peers returns the peers of Members, each once.
func (r *Room) Peers() []string {
	var peers []string
	for _, member := range r.Members() {
		peers = append(peers, member.Peer)
	}
	return slices.Compact(peers)
}

// Has reports whether a peer is among Peers.
func (r *Room) Has(peer string) bool { return slices.Contains(r.Peers(), peer) }

// Leave leaves the room, and ends a Next that waits.
func (r *Room) Leave() error {
	r.call.Cancel(errClosed)
	return nil
}
