package client

import (
	"context"
	"iter"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// PubSub is the group of topics.
type PubSub struct{ c *Client }

// PubSub returns the group of topics.
func (c *Client) PubSub() PubSub { return PubSub{c} }

// SubscribeOptions say how a topic is listened to.
type SubscribeOptions struct {
	// Queue is how many messages the node keeps for a subscriber who does not
	// read; more are dropped, the oldest first. 256 if 0, at most 4096.
	Queue uint64
}

// Subscribe listens to a topic. It returns once the node listens; ctx is of that
// alone. The subscription lasts until its Close.
func (p PubSub) Subscribe(ctx context.Context, topic string, opts SubscribeOptions) (*Subscription, error) {
	call, _, err := begin[nodeapi.PubSubEvent](ctx, p.c, nodeapi.MethodPubSubSubscribe,
		nodeapi.SubscribeRequest{Topic: topic, Queue: opts.Queue}, messageport.CallOptions{})
	if err != nil {
		return nil, err
	}
	return &Subscription{call: call}, nil
}

// Publish sends a message to all who listen to a topic, oneself among them.
func (p PubSub) Publish(ctx context.Context, topic string, data []byte) error {
	_, err := put[any](ctx, p.c, nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: topic}, data)
	return err
}

// Topics returns the topics that the node listens to, for all its clients.
func (p PubSub) Topics(ctx context.Context) ([]string, error) {
	result, err := invoke[nodeapi.TopicList](ctx, p.c, nodeapi.MethodPubSubList, nil)
	return result.Topics, err
}

// Peers returns the peers that listen to a topic, as far as the node knows them.
func (p PubSub) Peers(ctx context.Context, topic string) ([]string, error) {
	result, err := invoke[nodeapi.PeerList](ctx, p.c, nodeapi.MethodPubSubPeers, nodeapi.TopicRequest{Topic: topic})
	return result.Peers, err
}

// Message is one message of a topic.
type Message struct {
	nodeapi.PubSubMessage

	Data []byte
	// Dropped is how many messages before this one were lost, because they were
	// not read in time.
	Dropped uint64
}

// Subscription is the messages of a topic. One goroutine at a time may read it.
type Subscription struct{ call *messageport.ClientCall }

// Next waits for the next message. After Close, or the end of the session, it
// returns an error.
func (s *Subscription) Next() (Message, error) {
	event, err := nextItem[nodeapi.PubSubEvent](s.call)
	if err != nil {
		return Message{}, publicError(err)
	}
	if event.Message == nil {
		return Message{}, publicError(messageport.Errorf(messageport.CodeBadRequest, nil, "the server sent an event without a message"))
	}
	data, err := nextData(s.call, event.Message.Size)
	return Message{PubSubMessage: *event.Message, Data: data, Dropped: event.Dropped}, publicError(err)
}

// Messages yields what Next returns, until the iteration is stopped or the
// subscription ends: with its error, but for that of Close.
func (s *Subscription) Messages() iter.Seq2[Message, error] { return untilClosed(s.Next) }

// Close ends the subscription, and a Next that waits.
func (s *Subscription) Close() error {
	s.call.Cancel(errClosed)
	return nil
}
