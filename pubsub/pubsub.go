package pubsub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	ds "github.com/ipfs/go-datastore"
	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// validateQueue is how many messages may wait to have their signatures checked;
// inflow keeps it from filling up.
const validateQueue = 4096

// PubSub is a node's part in pubsub. Its methods may be called concurrently.
type PubSub struct {
	host       host.Host
	streams    *gossipHost
	gossip     *gossip.PubSub
	log        *slog.Logger
	allowed    *allowed
	validators map[string]Validator
	maxMessage int
	replays    *replays
	closed     context.Context // ends with Close
	close      context.CancelFunc

	publishing chan struct{} // holds a token while a message is published
	numbers    *numbers      // for whoever has the token

	mu     sync.Mutex // guards following
	topics map[string]*topic
}

// New starts pubsub on a host. ctx is for starting alone.
func New(ctx context.Context, cfg Config) (*PubSub, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	allowed, err := newAllowed(cfg.Topics)
	if err != nil {
		return nil, err
	}
	p := &PubSub{
		host:       cfg.Host,
		log:        cfg.Logger,
		allowed:    allowed,
		validators: cfg.Validators,
		maxMessage: cfg.MaxMessage,
		replays:    newReplays(time.Now),
		publishing: make(chan struct{}, 1),
		topics:     make(map[string]*topic),
	}
	p.closed, p.close = context.WithCancel(context.WithoutCancel(ctx))
	p.streams = newGossipHost(p.closed, cfg.Host)
	if err := p.start(cfg.Datastore); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *PubSub) start(store ds.Datastore) error {
	var err error
	if p.gossip, err = gossip.NewGossipSub(p.closed, p.streams, p.options()...); err != nil {
		return fmt.Errorf("pubsub: starting gossipsub: %w", err)
	}
	if p.numbers, err = newNumbers(store, p.gossip); err != nil {
		return err
	}
	return p.streams.mend(mendInterval)
}

// rejoinAfter is how long after leaving a topic this node is kept out of meshes,
// and keeps others out of its own: gossipsub's 10 s are long for a tab that is
// reloaded. It tells peers in whole seconds, and 0 means a minute to them.
const rejoinAfter = time.Second

func (p *PubSub) options() []gossip.Option {
	trace := trace{in: p.streams.in, out: p.streams.out}
	params := gossip.DefaultGossipSubParams()
	params.UnsubscribeBackoff = rejoinAfter
	return []gossip.Option{
		gossip.WithGossipSubParams(params),
		gossip.WithRawTracer(trace),
		gossip.WithAppSpecificRpcInspector(trace.inspect),
		gossip.WithMessageSignaturePolicy(gossip.StrictSign),
		gossip.WithSeenMessagesTTL(seenTTL),
		// In rooms of a few peers a message reaches all that are there, and does
		// not wait for the mesh to form.
		gossip.WithFloodPublish(true),
		gossip.WithDefaultValidator(gossip.ValidatorEx(p.check), gossip.WithValidatorInline(true)),
		// With more than one worker messages would overtake each other.
		gossip.WithValidateWorkers(1),
		// What does not fit in these is lost without a word.
		gossip.WithValidateQueueSize(validateQueue),
		gossip.WithPeerOutboundQueueSize(outboundQueue),
		gossip.WithLogger(p.log),
	}
}

// Close leaves all topics and ends all that waits, with ErrClosed.
func (p *PubSub) Close() error {
	p.close()
	p.streams.close()
	p.publishing <- struct{}{}
	defer func() { <-p.publishing }()
	if p.numbers != nil {
		p.numbers.close()
	}
	return nil
}

// Host returns the host that the PubSub was given.
func (p *PubSub) Host() host.Host { return p.host }

// Allow lets the list of topics that may be used grow, see Config.Topics. With a
// name that can be no topic's it does nothing and returns ErrInvalidTopic.
func (p *PubSub) Allow(topics ...string) error { return p.allowed.add(topics) }

// Allowed returns the list of topics that may be used, sorted, see
// Config.Topics. It is empty if every topic is allowed.
func (p *PubSub) Allowed() []string { return p.allowed.list() }

// Subscribe listens to a topic. When it returns, this node listens; messages
// published here from now on are received. The subscription lasts until its
// Close, whatever becomes of ctx.
func (p *PubSub) Subscribe(ctx context.Context, topic string, opts SubscribeOptions) (*Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t, err := p.acquire(topic)
	if err != nil {
		return nil, err
	}
	s := newSubscription(t, opts)
	if err := p.subscribe(t, s); err != nil {
		p.release(t)
		return nil, err
	}
	return s, nil
}

// Publish sends data, which stays unchanged from now on, to all who listen to a
// topic, this node's own subscribers among them. What is published after Publish
// has returned arrives after it. It may wait, within bounds, for peers who read
// slowly. An error means that nobody gets the message.
func (p *PubSub) Publish(ctx context.Context, topic string, data []byte) error {
	if len(data) > p.maxMessage {
		return &TooLargeError{Size: len(data), Limit: p.maxMessage}
	}
	t, err := p.acquire(topic)
	if err != nil {
		return err
	}
	defer p.release(t)
	if err := p.mayPublish(ctx, len(data)); err != nil {
		return err
	}

	// One after another: a message must not be sent before another that has a
	// lower number, or it would be dropped where it arrives.
	select {
	case p.publishing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closed.Done():
		return ErrClosed
	}
	defer func() { <-p.publishing }()
	if p.closed.Err() != nil {
		return ErrClosed
	}
	if err := p.numbers.next(ctx); err != nil {
		return err
	}
	out := new(outcome)
	err = t.handle.Publish(ctx, data, gossip.WithValidatorData(out))
	if errors.As(err, new(gossip.ValidationError)) {
		return errors.Join(ErrRejected, out.err)
	}
	return p.closedOr(err)
}

// mayPublish waits until a message of so many bytes may be published.
func (p *PubSub) mayPublish(ctx context.Context, size int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.closed, cancel)()
	return p.closedOr(p.streams.out.wait(ctx, size))
}

// Topics returns the topics that this node listens to, sorted.
func (p *PubSub) Topics() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	topics := make([]string, 0, len(p.topics))
	for name, t := range p.topics {
		if t.sub != nil {
			topics = append(topics, name)
		}
	}
	slices.Sort(topics)
	return topics
}

// Peers returns the connected peers that listen to a topic, in no order.
func (p *PubSub) Peers(topic string) []peer.ID { return p.gossip.ListPeers(topic) }

// closedOr returns ErrClosed in the place of an error that came of Close.
func (p *PubSub) closedOr(err error) error {
	if err != nil && p.closed.Err() != nil {
		return ErrClosed
	}
	return err
}
