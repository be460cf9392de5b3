package pubsub

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed is the error of what was closed: the PubSub, a Subscription or
	// PeerEvents.
	ErrClosed = errors.New("pubsub: closed")
	// ErrInvalidTopic is the error of a topic that is empty, longer than
	// MaxTopic or not UTF-8.
	ErrInvalidTopic = errors.New("pubsub: a topic must be UTF-8 of 1 to 1024 bytes")
	// ErrTopicNotAllowed is the error of a topic outside Config.Topics.
	ErrTopicNotAllowed = errors.New("pubsub: topic not allowed")
	// ErrRejected is the error of a message that a validator refused. What the
	// validator said is wrapped as well.
	ErrRejected = errors.New("pubsub: message rejected")
	// ErrIgnore is what a Validator returns for a message to be dropped that its
	// sender is not to blame for.
	ErrIgnore = errors.New("pubsub: message ignored")
)

// TooLargeError is the error of a message over the limit. Nothing of it was
// sent.
type TooLargeError struct {
	Size, Limit int // in bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("pubsub: message of %d bytes is over the limit of %d", e.Size, e.Limit)
}
