package messageport

import "context"

// Port is one end of a channel that carries whole messages, in order, each
// once, for as long as both ends live.
//
// Send and Receive may be called at the same time as each other and as Close,
// but each by one goroutine at a time.
type Port interface {
	// Send hands a message to the channel. It does not keep or change msg. It
	// may return before the other end has received it. After Close, and where
	// the channel knows that the other end is gone, it returns ErrClosed.
	Send(ctx context.Context, msg []byte) error

	// Receive returns the next message, which from then on is the caller's.
	// Messages already delivered when the port is closed may be lost. After
	// Close, and where the channel knows that the other end is gone and all it
	// sent was received, it returns ErrClosed.
	Receive(ctx context.Context) ([]byte, error)

	// Close ends this end at once and, where the channel can, tells the other.
	// It may be called again, and never blocks.
	Close() error
}

// Poster is a Port whose messages can be handed over without waiting, as those
// of a browser can. A session then sends from the goroutine that has something
// to send, which saves waking another.
type Poster interface {
	Port

	// Post is Send that never waits. It takes part in Send's promise: the two
	// are not called at the same time.
	Post(msg []byte) error
}
