package pubsub

import (
	"context"
	"errors"
	"log/slog"

	ds "github.com/ipfs/go-datastore"
	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
)

const (
	// MaxTopic is the most bytes a topic's name may have.
	MaxTopic = 1024
	// MaxMessage is the most bytes of data that a message may have whatever the
	// configuration says. Peers take 1 MiB for a message with all that goes with
	// it: topic, sender, its key and signature.
	MaxMessage = gossip.DefaultMaxMessageSize - 4096
)

// Config says what a PubSub is made of.
type Config struct {
	// Host is the libp2p host. Required. The PubSub does not close it.
	Host host.Host
	// Datastore keeps the sequence numbers used, under "/pubsub". Required. The
	// PubSub does not close it.
	Datastore ds.Datastore
	// Validators judge the messages of topics, those that come in and those that
	// are published here. They are found by topic; a key that ends in "*" stands
	// for all topics that begin so, and the longest key that fits counts.
	Validators map[string]Validator
	// MaxMessage is the most bytes of data in a message. Default and at most the
	// constant MaxMessage. Peers' messages that are larger are dropped.
	MaxMessage int
	// Topics are those that may be used; one that ends in "*" allows all that
	// begin so. Empty allows every topic.
	Topics []string
	// Logger takes what no caller can be told. Default: nothing is logged.
	Logger *slog.Logger
}

// Validator judges a message. It returns nil for one that is good, ErrIgnore
// for one to drop, and another error for one to refuse. It may be called
// concurrently, for messages of one sender as well, and must return when ctx
// ends.
type Validator func(ctx context.Context, m *Message) error

func (c Config) withDefaults() (Config, error) {
	if c.Host == nil || c.Datastore == nil {
		return c, errors.New("pubsub: Config needs a Host and a Datastore")
	}
	if c.MaxMessage <= 0 || c.MaxMessage > MaxMessage {
		c.MaxMessage = MaxMessage
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
