package server

import (
	"context"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxQueue is the most messages that a subscription may ask to be kept for it.
const maxQueue = 4096

func pubsubSubscribe(ctx context.Context, s *session, b PubSub, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.SubscribeRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkTopic(req.Topic); err != nil {
		return nil, err
	}
	if req.Queue > maxQueue {
		return nil, invalidOption("queue", req.Queue, "is over %d", maxQueue)
	}
	release, err := s.takeTopic()
	if err != nil {
		return nil, err
	}
	defer release()
	sub, err := b.Subscribe(ctx, req)
	if err != nil {
		return nil, err
	}
	defer sub.Close()
	defer s.listening.add(req.Topic)()
	for {
		delivery, err := sub.Next(ctx)
		if err != nil {
			return nil, err
		}
		event := delivery.PubSubEvent
		if event.Message != nil {
			// A copy, since other sessions are given the same message.
			message := *event.Message
			message.Size = uint64(len(delivery.Data))
			event.Message = &message
		}
		if err := sendDelivery(call, event, delivery.Data); err != nil {
			return nil, err
		}
	}
}

// takeTopic takes one of the topics that the session may listen to.
func (s *session) takeTopic() (release func(), err error) {
	return s.topics.take(s.server.cfg.MaxTopics, nodeapi.CodeTooManyTopics, "topics and rooms")
}

// sendDelivery sends an item and the bytes that belong to it.
func sendDelivery(call *messageport.ServerCall, item any, data []byte) error {
	if err := call.WriteItem(item); err != nil {
		return err
	}
	_, err := call.Write(data)
	return err
}

func pubsubPublish(ctx context.Context, s *session, b PubSub, call *messageport.ServerCall) (any, error) {
	topic, err := decodeTopic(call)
	if err != nil {
		return nil, err
	}
	data, err := s.receiveMessage(call)
	if err != nil {
		return nil, err
	}
	return nil, b.Publish(ctx, topic, data)
}

func (s *session) receiveMessage(call *messageport.ServerCall) ([]byte, error) {
	return receiveBytes(call, s.server.cfg.MaxMessage, nodeapi.CodeMessageTooLarge)
}

func pubsubList(ctx context.Context, b PubSub, _ *messageport.ServerCall) (any, error) {
	topics, err := b.PubSubTopics(ctx)
	return nodeapi.TopicList{Topics: topics}, err
}

func pubsubPeers(ctx context.Context, b PubSub, call *messageport.ServerCall) (any, error) {
	topic, err := decodeTopic(call)
	if err != nil {
		return nil, err
	}
	peers, err := b.PubSubPeers(ctx, topic)
	return nodeapi.PeerList{Peers: peers}, err
}

func decodeTopic(call *messageport.ServerCall) (string, error) {
	req, err := decode[nodeapi.TopicRequest](call)
	if err != nil {
		return "", err
	}
	return req.Topic, checkTopic(req.Topic)
}
