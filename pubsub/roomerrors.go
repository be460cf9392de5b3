package pubsub

import (
	"errors"
	"fmt"
)

var (
	// ErrNotInRoom is the error of a direct message to who is not in the room.
	ErrNotInRoom = errors.New("pubsub: not in the room")
	// ErrBusy is the error of a direct message to a peer for which too much waits
	// already.
	ErrBusy = errors.New("pubsub: too many messages wait for the peer")
	// ErrUnreachable is the error of a direct message to a peer to which there was
	// no connection in time.
	ErrUnreachable = errors.New("pubsub: no connection to the peer in time")

	errNoAddress = errors.New("no address of the peer is known")
	errTooLong   = errors.New("the message is too long for the peer, which reads up to about 31 KiB")
)

// UndeliveredError is the error of a direct message that was not handed to its
// recipient. Nothing of it arrives, but where the context ended while it was
// being written.
type UndeliveredError struct {
	To  Member
	Err error
}

func (e *UndeliveredError) Error() string {
	return fmt.Sprintf("pubsub: no message to %s: %v", e.To.Peer, e.Err)
}

// Unwrap returns the cause.
func (e *UndeliveredError) Unwrap() error { return e.Err }
