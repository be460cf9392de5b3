package servertest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

// standardQueue is how many messages wait for a reader who asked for nothing
// else.
const standardQueue = 256

// subscription implements server.Subscription.
type subscription struct {
	b       *Backend
	topic   string
	box     *mailbox[nodeapi.PubSubDelivery]
	release func()
}

// Subscribe implements server.PubSub.
func (b *Backend) Subscribe(ctx context.Context, req nodeapi.SubscribeRequest) (server.Subscription, error) {
	done, err := b.enter(ctx, nodeapi.MethodPubSubSubscribe)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := b.checkTopic(req.Topic); err != nil {
		return nil, err
	}
	queue := int(req.Queue)
	if queue == 0 {
		queue = standardQueue
	}
	s := &subscription{b: b, topic: req.Topic, box: newMailbox[nodeapi.PubSubDelivery](queue), release: b.hold()}
	s.box.put(nodeapi.PubSubDelivery{}, true)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, s)
	return s, nil
}

// checkTopic looks whether a topic is among those of Settings.
func (b *Backend) checkTopic(topic string) error {
	allowed := b.Config().Topics
	fits := func(pattern string) bool {
		prefix, any := strings.CutSuffix(pattern, "*")
		return pattern == topic || any && strings.HasPrefix(topic, prefix)
	}
	if len(allowed) > 0 && !slices.ContainsFunc(allowed, fits) {
		return nodeapi.Errorf(nodeapi.CodeTopicNotAllowed, map[string]any{"topic": topic}, "topic %q is not allowed", topic)
	}
	return nil
}

// Next implements server.Subscription.
func (s *subscription) Next(ctx context.Context) (nodeapi.PubSubDelivery, error) {
	if err := s.b.step(ctx, nodeapi.MethodPubSubSubscribe); err != nil {
		return nodeapi.PubSubDelivery{}, err
	}
	delivery, lost, err := s.box.next(ctx)
	delivery.Dropped = lost
	return delivery, err
}

// Close implements server.Subscription.
func (s *subscription) Close() error {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.subs = slices.DeleteFunc(s.b.subs, func(other *subscription) bool { return other == s })
	s.box.close()
	s.release()
	return nil
}

// Publish implements server.PubSub: all who listen are sessions of the one
// server.
func (b *Backend) Publish(ctx context.Context, topic string, data []byte) error {
	done, err := b.enter(ctx, nodeapi.MethodPubSubPublish)
	if err != nil {
		return err
	}
	defer done()
	if err := b.checkTopic(topic); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sequence++
	message := &nodeapi.PubSubMessage{
		From: PeerID, Topic: topic, SequenceNumber: b.sequence, Size: uint64(len(data)),
		Signature: []byte("signature"), Key: []byte("key"),
	}
	for _, s := range b.subs {
		if s.topic == topic {
			s.box.put(nodeapi.PubSubDelivery{PubSubEvent: nodeapi.PubSubEvent{Message: message}, Data: data}, false)
		}
	}
	return nil
}

// PubSubTopics implements server.PubSub.
func (b *Backend) PubSubTopics(ctx context.Context) ([]string, error) {
	done, err := b.enter(ctx, nodeapi.MethodPubSubList)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	topics := make(map[string]bool)
	for _, s := range b.subs {
		topics[s.topic] = true
	}
	return slices.Sorted(maps.Keys(topics)), nil
}

// PubSubPeers implements server.PubSub: every peer listens to every topic.
func (b *Backend) PubSubPeers(ctx context.Context, _ string) ([]string, error) {
	done, err := b.enter(ctx, nodeapi.MethodPubSubPeers)
	if err != nil {
		return nil, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.peers)), nil
}
