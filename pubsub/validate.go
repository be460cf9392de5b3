package pubsub

import (
	"context"
	"errors"
	"strings"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// A topic's validator is given so long for a message, and so many messages
	// at once; messages beyond that are dropped.
	validatorTimeout     = 10 * time.Second
	validatorConcurrency = 256
)

// check is what every message must pass, whatever its topic. It is quick, and
// gossipsub calls it right after it has verified the signature.
func (p *PubSub) check(_ context.Context, _ peer.ID, m *gossip.Message) gossip.ValidationResult {
	if m.ReceivedFrom == p.host.ID() {
		return gossip.ValidationAccept // numbered and measured before it was signed
	}
	seqno, ok := seqnoOf(m)
	if !ok || len(m.GetData()) > p.maxMessage {
		return gossip.ValidationReject
	}
	if !p.replays.fresh(m.GetFrom(), seqno) {
		return gossip.ValidationIgnore
	}
	return gossip.ValidationAccept
}

// validate has gossipsub ask the topic's validator, if it has one.
func (p *PubSub) validate(t *topic) error {
	validator := validatorFor(p.validators, t.name)
	if validator == nil {
		return nil
	}
	return p.gossip.RegisterTopicValidator(t.name,
		func(ctx context.Context, _ peer.ID, m *gossip.Message) gossip.ValidationResult {
			return judge(ctx, validator, m)
		},
		gossip.WithValidatorTimeout(validatorTimeout),
		gossip.WithValidatorConcurrency(validatorConcurrency))
}

func (p *PubSub) unvalidate(t *topic) {
	if validatorFor(p.validators, t.name) != nil && p.closed.Err() == nil {
		_ = p.gossip.UnregisterTopicValidator(t.name)
	}
}

// judge asks validator. A message that is published here has an outcome for the
// publisher.
func judge(ctx context.Context, validator Validator, m *gossip.Message) gossip.ValidationResult {
	out, local := m.ValidatorData.(*outcome)
	message := messageOf(m)
	m.ValidatorData = message
	err := validator(ctx, message)
	if local {
		out.err = err
	}
	switch {
	case err == nil:
		return gossip.ValidationAccept
	case errors.Is(err, ErrIgnore):
		return gossip.ValidationIgnore
	}
	return gossip.ValidationReject
}

// outcome is what a validator said of a message that is published here.
type outcome struct{ err error }

// validatorFor returns the validator whose key fits best, or nil. There is none
// for the members' topics of rooms, whose messages applications do not see.
func validatorFor(validators map[string]Validator, topic string) Validator {
	if strings.HasSuffix(topic, membersSuffix) {
		return nil
	}
	if v := validators[topic]; v != nil {
		return v
	}
	longest, found := -1, Validator(nil)
	for key, v := range validators {
		prefix, wild := strings.CutSuffix(key, "*")
		if wild && len(prefix) > longest && strings.HasPrefix(topic, prefix) {
			longest, found = len(prefix), v
		}
	}
	return found
}
