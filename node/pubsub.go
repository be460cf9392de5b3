package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/pubsub"
)

// startPubSub puts pubsub on the network.
func (n *Node) startPubSub(ctx context.Context) error {
	p, err := pubsub.New(ctx, pubsub.Config{
		Host:       n.net.Host(),
		Datastore:  n.cfg.Datastore,
		Validators: n.cfg.Validators,
		Topics:     n.cfg.Topics,
		Logger:     n.cfg.Logger.With("logger", "pubsub"),
	})
	if err != nil {
		return n.pubsubError(ctx, err, strings.Join(n.cfg.Topics, " "))
	}
	n.pubsub = p
	n.onNetworkStop(p.Close)
	return nil
}

// Subscribe listens to a topic.
func (n *Node) Subscribe(ctx context.Context, req nodeapi.SubscribeRequest) (nodeapi.Subscription, error) {
	p, err := n.topics()
	if err != nil {
		return nil, err
	}
	ctx, end := n.begin(ctx)
	defer end()
	s, err := p.Subscribe(ctx, req.Topic, pubsub.SubscribeOptions{Queue: int(min(req.Queue, 1<<16))})
	if err != nil {
		return nil, n.pubsubError(ctx, err, req.Topic)
	}
	return &subscription{node: n, sub: s}, nil
}

// Publish sends data, which stays unchanged from now on, to all who listen to a
// topic, this node's own subscribers among them.
func (n *Node) Publish(ctx context.Context, topic string, data []byte) error {
	p, err := n.topics()
	if err != nil {
		return err
	}
	ctx, end := n.begin(ctx)
	defer end()
	return n.pubsubError(ctx, p.Publish(ctx, topic, data), topic)
}

// PubSubTopics returns the topics that this node listens to, sorted.
func (n *Node) PubSubTopics(context.Context) ([]string, error) {
	p, err := n.topics()
	if err != nil {
		return nil, err
	}
	return p.Topics(), nil
}

// PubSubPeers returns the connected peers that listen to a topic.
func (n *Node) PubSubPeers(_ context.Context, topic string) ([]string, error) {
	p, err := n.topics()
	if err != nil {
		return nil, err
	}
	peers := p.Peers(topic)
	ids := make([]string, len(peers))
	for i, id := range peers {
		ids[i] = id.String()
	}
	return ids, nil
}

// topics returns the node's pubsub.
func (n *Node) topics() (*pubsub.PubSub, error) {
	if n.pubsub == nil {
		return nil, errOffline
	}
	return n.pubsub, nil
}

// subscription is a subscription as the server wants it.
type subscription struct {
	node *Node
	sub  *pubsub.Subscription
	told atomic.Bool // that the node listens
}

func (s *subscription) Next(ctx context.Context) (nodeapi.PubSubDelivery, error) {
	if !s.told.Swap(true) {
		return nodeapi.PubSubDelivery{}, nil
	}
	ctx, end := s.node.begin(ctx)
	defer end()
	d, err := s.sub.Next(ctx)
	if err != nil {
		return nodeapi.PubSubDelivery{}, s.node.pubsubError(ctx, err, s.sub.Topic())
	}
	m := d.Message
	return nodeapi.PubSubDelivery{
		PubSubEvent: nodeapi.PubSubEvent{
			Message: &nodeapi.PubSubMessage{
				From:           m.From.String(),
				Topic:          m.Topic,
				SequenceNumber: m.Seqno,
				Size:           uint64(len(m.Data)),
				Signature:      m.Signature,
				Key:            m.Key,
			},
			Dropped: d.Dropped,
		},
		Data: m.Data,
	}, nil
}

func (s *subscription) Close() error { return s.sub.Close() }

// pubsubError gives an error of pubsub its code.
func (n *Node) pubsubError(ctx context.Context, err error, topic string) error {
	var large *pubsub.TooLargeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pubsub.ErrInvalidTopic):
		return nodeapi.Errorf(nodeapi.CodeInvalidTopic, map[string]any{"value": printable(topic)}, "%w", err)
	case errors.Is(err, pubsub.ErrTopicNotAllowed):
		return nodeapi.Errorf(nodeapi.CodeTopicNotAllowed, map[string]any{"topic": topic}, "%w", err)
	case errors.Is(err, pubsub.ErrRejected):
		return nodeapi.Errorf(nodeapi.CodeMessageRejected, map[string]any{"topic": topic}, "%w", err)
	case errors.As(err, &large):
		details := map[string]any{"size": large.Size, "limit": large.Limit}
		return nodeapi.Errorf(nodeapi.CodeMessageTooLarge, details, "%w", err)
	case errors.Is(err, pubsub.ErrClosed):
		return errClosed
	}
	return n.store.wrap(ctx, err)
}

// printable returns the beginning of text that may be neither short nor UTF-8.
func printable(text string) string {
	const most = 64
	if len(text) > most {
		text = fmt.Sprint(text[:most], "…")
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
