package servertest

import (
	"context"
	"fmt"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

// room implements server.Room.
type room struct {
	b       *Backend
	topic   string
	member  nodeapi.RoomMember
	box     *mailbox[nodeapi.RoomDelivery]
	release func()
}

// JoinRoom implements server.Rooms. All members are sessions of the one server:
// without req.Members they are one peer, of which none joins or leaves for the
// others.
func (b *Backend) JoinRoom(ctx context.Context, req nodeapi.RoomRequest) (server.Room, error) {
	done, err := b.enter(ctx, nodeapi.MethodRoomJoin)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := b.checkTopic(req.Topic); err != nil {
		return nil, err
	}
	r := &room{b: b, topic: req.Topic, box: newMailbox[nodeapi.RoomDelivery](standardQueue), release: b.hold()}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.member.Peer = PeerID
	if req.Members {
		b.members++
		r.member.Session = fmt.Sprint(b.members)
	}
	r.tell(nodeapi.RoomEvent{Type: nodeapi.RoomSubscribed, Member: r.member})
	for _, other := range b.others(r) {
		r.tell(nodeapi.RoomEvent{Type: nodeapi.RoomJoined, Member: other.member})
		other.tell(nodeapi.RoomEvent{Type: nodeapi.RoomJoined, Member: r.member})
	}
	b.rooms = append(b.rooms, r)
	return r, nil
}

// others returns the other members of r's room. The caller holds b.mu.
func (b *Backend) others(r *room) []*room {
	var others []*room
	for _, other := range b.rooms {
		if other.topic == r.topic && other.member != r.member {
			others = append(others, other)
		}
	}
	return others
}

func (r *room) tell(event nodeapi.RoomEvent) {
	r.box.put(nodeapi.RoomDelivery{RoomEvent: event}, true)
}

// Next implements server.Room.
func (r *room) Next(ctx context.Context) (nodeapi.RoomDelivery, error) {
	if err := r.b.step(ctx, nodeapi.MethodRoomJoin); err != nil {
		return nodeapi.RoomDelivery{}, err
	}
	delivery, lost, err := r.box.next(ctx)
	delivery.Dropped = lost
	return delivery, err
}

// Send implements server.Room.
func (r *room) Send(ctx context.Context, to *nodeapi.RoomMember, data []byte) error {
	done, err := r.b.enter(ctx, nodeapi.MethodRoomSend)
	if err != nil {
		return err
	}
	defer done()
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	r.b.sequence++
	event := nodeapi.RoomEvent{
		Type: nodeapi.RoomMessage, Member: r.member, Direct: to != nil,
		SequenceNumber: r.b.sequence, Size: uint64(len(data)),
	}
	sent := false
	for _, other := range r.b.rooms {
		if other.topic == r.topic && (to == nil || *to == other.member) {
			other.box.put(nodeapi.RoomDelivery{RoomEvent: event, Data: data}, false)
			sent = true
		}
	}
	if !sent {
		return nodeapi.Errorf(nodeapi.CodeNotInRoom, map[string]any{"peer": to.Peer}, "%s is not in the room", to.Peer)
	}
	return nil
}

// Close implements server.Room.
func (r *room) Close() error {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	if !slices.Contains(r.b.rooms, r) {
		return nil
	}
	r.b.rooms = slices.DeleteFunc(r.b.rooms, func(other *room) bool { return other == r })
	for _, other := range r.b.others(r) {
		other.tell(nodeapi.RoomEvent{Type: nodeapi.RoomLeft, Member: r.member})
	}
	r.box.close()
	r.release()
	return nil
}
