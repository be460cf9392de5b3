package server

import (
	"context"
	"math"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func roomJoin(ctx context.Context, s *session, b Rooms, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RoomRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkTopic(req.Topic); err != nil {
		return nil, err
	}
	release, err := s.takeTopic()
	if err != nil {
		return nil, err
	}
	defer release()
	room, err := b.JoinRoom(ctx, req)
	if err != nil {
		return nil, err
	}
	defer room.Close()
	defer s.members.add(req.Topic)()
	number := s.rooms.add(room, math.MaxInt)
	defer s.rooms.remove(number)
	for {
		delivery, err := room.Next(ctx)
		if err != nil {
			return nil, err
		}
		event := delivery.RoomEvent
		event.Size = uint64(len(delivery.Data))
		if event.Type == nodeapi.RoomSubscribed {
			event.Room = number
		}
		if err := sendDelivery(call, event, delivery.Data); err != nil {
			return nil, err
		}
	}
}

func roomSend(ctx context.Context, s *session, _ Rooms, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.RoomSend](call)
	if err != nil {
		return nil, err
	}
	room, ok := s.rooms.get(req.Room)
	if !ok {
		return nil, nodeapi.Errorf(nodeapi.CodeNotInRoom, nil, "this session has not joined a room %d", req.Room)
	}
	turns := s.buffering
	if req.To != nil {
		turns = s.sending // a member who cannot be reached is waited for
	}
	done, err := turns.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	data, err := s.receiveMessage(call)
	if err != nil {
		return nil, err
	}
	return nil, room.Send(ctx, req.To, data)
}
