package pubsub

import (
	"fmt"
	"slices"
	"sync"

	gossip "github.com/libp2p/go-libp2p-pubsub"
)

// topic is a topic that is in use here, by subscribers, readers of its peers or
// those who publish to it. It is kept until the last of them has released it.
type topic struct {
	pubsub *PubSub
	name   string
	handle *gossip.Topic

	// The PubSub's mu guards these two.
	users int
	sub   *gossip.Subscription // nil without subscribers

	mu          sync.Mutex // guards following; nothing else is locked under it but a queue
	subscribers []*Subscription
}

// acquire returns the topic for one more user. Joining and leaving go through
// gossipsub's loop, which never waits for this package, so that holding the lock
// over them is short, and no join overtakes a leave.
func (p *PubSub) acquire(name string) (*topic, error) {
	if !validTopic(name) {
		return nil, fmt.Errorf("%w: %.64q", ErrInvalidTopic, name)
	}
	if !p.allowed.has(roomOf(name)) {
		return nil, fmt.Errorf("%w: %q", ErrTopicNotAllowed, name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acquireLocked(name)
}

func (p *PubSub) acquireLocked(name string) (*topic, error) {
	if p.closed.Err() != nil {
		return nil, ErrClosed
	}
	if t := p.topics[name]; t != nil {
		t.users++
		return t, nil
	}
	handle, err := p.gossip.Join(name)
	if err != nil {
		return nil, p.closedOr(fmt.Errorf("pubsub: joining %q: %w", name, err))
	}
	t := &topic{pubsub: p, name: name, handle: handle, users: 1}
	if err := p.validate(t); err != nil {
		_ = handle.Close()
		return nil, p.closedOr(fmt.Errorf("pubsub: validating %q: %w", name, err))
	}
	p.topics[name] = t
	return t, nil
}

// release gives a topic back.
func (p *PubSub) release(t *topic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.sub != nil && !t.hasSubscribers() {
		t.sub.Cancel()
		t.sub = nil
	}
	if t.users--; t.users > 0 {
		return
	}
	delete(p.topics, t.name)
	p.unvalidate(t)
	if err := t.handle.Close(); err != nil && p.closed.Err() == nil {
		p.log.Warn("leaving a topic", "topic", t.name, "err", err)
	}
}

// subscribe adds a subscriber, and has gossipsub listen if it is the first.
func (p *PubSub) subscribe(t *topic, s *Subscription) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.add(s)
	if t.sub != nil {
		return nil
	}
	sub, err := t.handle.Subscribe(gossip.WithBufferSize(1), gossip.WithMessageFilter(t.deliver))
	if err != nil {
		t.remove(s)
		return p.closedOr(fmt.Errorf("pubsub: subscribing to %q: %w", t.name, err))
	}
	t.sub = sub
	return nil
}

// deliver hands a message to all subscribers. Gossipsub calls it as the filter
// of its only subscription, from its loop: messages come in order, none can be
// lost between the two, and there is no goroutine for a topic. What it returns
// keeps the message out of gossipsub's own queue, which nobody reads.
func (t *topic) deliver(m *gossip.Message) bool {
	message := messageOf(m)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.subscribers {
		s.push(message)
	}
	return false
}

func (t *topic) add(s *Subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subscribers = append(t.subscribers, s)
}

func (t *topic) remove(s *Subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subscribers = slices.DeleteFunc(t.subscribers, func(o *Subscription) bool { return o == s })
}

func (t *topic) hasSubscribers() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.subscribers) > 0
}
