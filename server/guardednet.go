package server

import (
	"context"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func (g *guarded) topic(method, topic string) error {
	if hasPrefix(topic, g.mandate.grants.Topics) {
		return nil
	}
	return notThisOne(method, grantTopics.name, "topic", topic)
}

// Subscribe implements PubSub.
func (g *guarded) Subscribe(ctx context.Context, req nodeapi.SubscribeRequest) (Subscription, error) {
	if err := g.topic(nodeapi.MethodPubSubSubscribe, req.Topic); err != nil {
		return nil, err
	}
	b, err := innerGroup[PubSub](g, nodeapi.MethodPubSubSubscribe)
	if err != nil {
		return nil, err
	}
	return b.Subscribe(ctx, req)
}

// Publish implements PubSub.
func (g *guarded) Publish(ctx context.Context, topic string, data []byte) error {
	if err := g.topic(nodeapi.MethodPubSubPublish, topic); err != nil {
		return err
	}
	b, err := innerGroup[PubSub](g, nodeapi.MethodPubSubPublish)
	if err != nil {
		return err
	}
	return b.Publish(ctx, topic, data)
}

// PubSubTopics implements PubSub. Topics of others are not told.
func (g *guarded) PubSubTopics(ctx context.Context) ([]string, error) {
	b, err := innerGroup[PubSub](g, nodeapi.MethodPubSubList)
	if err != nil {
		return nil, err
	}
	topics, err := b.PubSubTopics(ctx)
	return slices.DeleteFunc(slices.Clone(topics), func(topic string) bool {
		return !hasPrefix(topic, g.mandate.grants.Topics)
	}), err
}

// PubSubPeers implements PubSub.
func (g *guarded) PubSubPeers(ctx context.Context, topic string) ([]string, error) {
	if err := g.topic(nodeapi.MethodPubSubPeers, topic); err != nil {
		return nil, err
	}
	b, err := innerGroup[PubSub](g, nodeapi.MethodPubSubPeers)
	if err != nil {
		return nil, err
	}
	return b.PubSubPeers(ctx, topic)
}

// JoinRoom implements Rooms.
func (g *guarded) JoinRoom(ctx context.Context, req nodeapi.RoomRequest) (Room, error) {
	if !hasPrefix(req.Topic, g.mandate.grants.Rooms) {
		return nil, notThisOne(nodeapi.MethodRoomJoin, grantRooms.name, "room", req.Topic)
	}
	b, err := innerGroup[Rooms](g, nodeapi.MethodRoomJoin)
	if err != nil {
		return nil, err
	}
	return b.JoinRoom(ctx, req)
}

func (g *guarded) protocol(method, protocol string) error {
	if slices.Contains(g.mandate.grants.Protocols, protocol) {
		return nil
	}
	return notThisOne(method, grantProtocols.name, "protocol", protocol)
}

// DialProtocol implements Streams.
func (g *guarded) DialProtocol(ctx context.Context, req nodeapi.StreamRequest) (Stream, error) {
	for _, protocol := range req.Protocols {
		if err := g.protocol(nodeapi.MethodStreamDial, protocol); err != nil {
			return nil, err
		}
	}
	b, err := innerGroup[Streams](g, nodeapi.MethodStreamDial)
	if err != nil {
		return nil, err
	}
	return b.DialProtocol(ctx, req)
}

// HandleProtocol implements Streams.
func (g *guarded) HandleProtocol(protocol string, handler func(Stream)) (remove func(), err error) {
	if err := g.protocol(nodeapi.MethodStreamHandle, protocol); err != nil {
		return nil, err
	}
	b, err := innerGroup[Streams](g, nodeapi.MethodStreamHandle)
	if err != nil {
		return nil, err
	}
	return b.HandleProtocol(protocol, handler)
}
