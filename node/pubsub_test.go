package node_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/pubsub"
	"github.com/sharednode/sharednode/server"
)

var _ server.PubSub = (*node.Node)(nil)

func newPubSubNode(t *testing.T, cfg node.Config) *node.Node {
	t.Helper()
	cfg.Network = nodeapi.NetworkOn
	n, err := node.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func nextDelivery(t *testing.T, s nodeapi.Subscription) nodeapi.PubSubDelivery {
	t.Helper()
	d, err := s.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPubSub(t *testing.T) {
	t.Parallel()
	cfg := newConfig()
	var last uint64
	for range 2 { // with a restart between
		n := newPubSubNode(t, cfg)
		var subs []nodeapi.Subscription
		for range 2 {
			s, err := n.Subscribe(t.Context(), nodeapi.SubscribeRequest{Topic: "x"})
			if err != nil {
				t.Fatal(err)
			}
			if d := nextDelivery(t, s); d.Message != nil {
				t.Errorf("the first delivery is %+v; want one without a message", d)
			}
			subs = append(subs, s)
		}
		if topics, err := n.PubSubTopics(t.Context()); err != nil || len(topics) != 1 || topics[0] != "x" {
			t.Errorf("got topics %q, %v; want x", topics, err)
		}
		if peers, err := n.PubSubPeers(t.Context(), "x"); err != nil || peers == nil || len(peers) != 0 {
			t.Errorf("got peers %q, %v; want none", peers, err)
		}
		if err := n.Publish(t.Context(), "x", []byte("hello")); err != nil {
			t.Fatal(err)
		}
		id, _ := n.ID(t.Context())
		for _, s := range subs {
			d := nextDelivery(t, s)
			if string(d.Data) != "hello" || d.Message.Size != 5 || d.Message.From != id.ID || d.Message.Topic != "x" {
				t.Errorf("got %+v %q", d.Message, d.Data)
			}
			if d.Message.SequenceNumber < last {
				t.Errorf("got number %d after %d", d.Message.SequenceNumber, last)
			}
			last = d.Message.SequenceNumber
		}
		_ = subs[0].Close()
		waits := make(chan error)
		go func() {
			_, err := subs[1].Next(context.Background())
			waits <- err
		}()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		wantCode(t, "Next of a closed node", <-waits, nodeapi.CodeStorageClosed)
	}
}

func TestPubSubErrors(t *testing.T) {
	t.Parallel()
	cfg := newConfig()
	cfg.Topics = []string{"x", "judged"}
	cfg.Validators = map[string]pubsub.Validator{
		"judged": func(_ context.Context, m *pubsub.Message) error {
			if string(m.Data) == "bad" {
				return errors.New("it is bad")
			}
			return nil
		},
	}
	n := newPubSubNode(t, cfg)
	defer n.Close()
	long := strings.Repeat("x", pubsub.MaxTopic+1)
	for _, tt := range []struct {
		name, topic string
		data        []byte
		code        nodeapi.Code
		details     []any
	}{
		{"empty topic", "", nil, nodeapi.CodeInvalidTopic, []any{"value", ""}},
		{"long topic", long, nil, nodeapi.CodeInvalidTopic, []any{"value", long[:64] + "…"}},
		{"topic that is not UTF-8", "a\xff", nil, nodeapi.CodeInvalidTopic, []any{"value", "a\uFFFD"}},
		{"topic not allowed", "y", nil, nodeapi.CodeTopicNotAllowed, []any{"topic", "y"}},
		{
			"large message", "x", make([]byte, pubsub.MaxMessage+1), nodeapi.CodeMessageTooLarge,
			[]any{"size", pubsub.MaxMessage + 1, "limit", pubsub.MaxMessage},
		},
		{"rejected message", "judged", []byte("bad"), nodeapi.CodeMessageRejected, []any{"topic", "judged"}},
	} {
		err := n.Publish(t.Context(), tt.topic, tt.data)
		wantCode(t, tt.name, err, tt.code, tt.details...)
	}
	if err := n.Publish(t.Context(), "judged", []byte("good")); err != nil {
		t.Error(err)
	}
	_, err := n.Subscribe(t.Context(), nodeapi.SubscribeRequest{Topic: "y"})
	wantCode(t, "Subscribe", err, nodeapi.CodeTopicNotAllowed)
	wantCode(t, "Extend", n.Extend(t.Context(), nodeapi.Config{Topics: []string{"y", ""}}), nodeapi.CodeInvalidTopic)
	if err := n.Extend(t.Context(), nodeapi.Config{Topics: []string{"y*"}}); err != nil {
		t.Fatal(err)
	}
	if err := n.Publish(t.Context(), "y", nil); err != nil {
		t.Error(err)
	}
	if got := strings.Join(n.Config().Topics, " "); got != "judged x y*" {
		t.Errorf("got topics %q in the configuration; want judged x y*", got)
	}
}

func TestPubSubOffline(t *testing.T) {
	t.Parallel()
	n, err := node.New(t.Context(), newConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	_, err = n.Subscribe(t.Context(), nodeapi.SubscribeRequest{Topic: "x"})
	wantCode(t, "Subscribe", err, nodeapi.CodeOffline)
	wantCode(t, "Publish", n.Publish(t.Context(), "x", nil), nodeapi.CodeOffline)
	_, err = n.PubSubTopics(t.Context())
	wantCode(t, "PubSubTopics", err, nodeapi.CodeOffline)
	_, err = n.PubSubPeers(t.Context(), "x")
	wantCode(t, "PubSubPeers", err, nodeapi.CodeOffline)
}
