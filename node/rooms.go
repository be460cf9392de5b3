package node

import (
	"context"
	"errors"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/pubsub"
)

// startRooms makes rooms possible, over pubsub.
func (n *Node) startRooms() error {
	rooms, err := pubsub.NewRooms(pubsub.RoomsConfig{PubSub: n.pubsub, Logger: n.cfg.Logger.With("logger", "pubsub")})
	if err != nil {
		return err
	}
	n.rooms = rooms
	n.onNetworkStop(rooms.Close)
	return nil
}

// JoinRoom joins a room. The member stays in it until Close.
func (n *Node) JoinRoom(ctx context.Context, req nodeapi.RoomRequest) (nodeapi.Room, error) {
	if n.rooms == nil {
		return nil, errOffline
	}
	ctx, end := n.begin(ctx)
	defer end()
	r, err := n.rooms.Join(ctx, req.Topic, pubsub.RoomOptions{Members: req.Members})
	if err != nil {
		return nil, n.pubsubError(ctx, err, req.Topic)
	}
	return &room{node: n, room: r}, nil
}

// room is a room as the server wants it.
type room struct {
	node *Node
	room *pubsub.Room
}

var roomEventTypes = map[pubsub.RoomEventType]string{
	pubsub.RoomSubscribed: nodeapi.RoomSubscribed,
	pubsub.RoomMessage:    nodeapi.RoomMessage,
	pubsub.RoomJoined:     nodeapi.RoomJoined,
	pubsub.RoomLeft:       nodeapi.RoomLeft,
}

func (r *room) Next(ctx context.Context) (nodeapi.RoomDelivery, error) {
	ctx, end := r.node.begin(ctx)
	defer end()
	e, err := r.room.Next(ctx)
	if err != nil {
		return nodeapi.RoomDelivery{}, r.node.pubsubError(ctx, err, r.room.Topic())
	}
	return nodeapi.RoomDelivery{
		RoomEvent: nodeapi.RoomEvent{
			Type:           roomEventTypes[e.Type],
			Member:         nodeapi.RoomMember{Peer: e.Member.Peer.String(), Session: e.Member.Session},
			Direct:         e.Direct,
			SequenceNumber: e.Seqno,
			Size:           uint64(len(e.Data)),
			Dropped:        e.Dropped,
		},
		Data: e.Data,
	}, nil
}

func (r *room) Send(ctx context.Context, to *nodeapi.RoomMember, data []byte) error {
	ctx, end := r.node.begin(ctx)
	defer end()
	if to == nil {
		return r.node.pubsubError(ctx, r.room.Broadcast(ctx, data), r.room.Topic())
	}
	id, err := peer.Decode(to.Peer)
	if err != nil {
		return nodeapi.Errorf(nodeapi.CodeInvalidPeerID, map[string]any{"value": printable(to.Peer)}, "%w", err)
	}
	err = r.room.SendTo(ctx, pubsub.Member{Peer: id, Session: to.Session}, data)
	return r.node.roomError(ctx, err, r.room.Topic())
}

func (r *room) Close() error { return r.room.Close() }

// roomError gives an error of a direct message its code.
func (n *Node) roomError(ctx context.Context, err error, topic string) error {
	var undelivered *pubsub.UndeliveredError
	if !errors.As(err, &undelivered) {
		return n.pubsubError(ctx, err, topic)
	}
	code := nodeapi.CodeUndelivered
	if errors.Is(err, pubsub.ErrNotInRoom) {
		code = nodeapi.CodeNotInRoom
	}
	return nodeapi.Errorf(code, map[string]any{"peer": undelivered.To.Peer.String()}, "%w", err)
}
