package nodeapi

import (
	"context"
	"io"

	"github.com/ipfs/go-cid"
)

// A BlockSource is asked for a block, and answers whether it has it. It returns soon
// after the end of ctx. Whether the bytes are those of the block is not its part.
type BlockSource func(ctx context.Context, c cid.Cid) (data []byte, found bool, err error)

// Subscription is one subscriber's messages. Those it does not read in time are
// dropped and counted; it holds up nobody.
type Subscription interface {
	// Next waits for the next message. The first delivery has none.
	Next(ctx context.Context) (PubSubDelivery, error)
	// Close ends the subscription, and a Next that waits.
	Close() error
}

// Room is one member's place in a room.
type Room interface {
	// Next waits for the next event. The first is RoomSubscribed. Messages that
	// are not read in time are dropped and counted; joins and leaves are not.
	Next(ctx context.Context) (RoomDelivery, error)
	// Send sends data to all in the room or, if to is not nil, to one member. A
	// message to one member is handed to that peer's stream when Send returns, or
	// Send returns why not.
	Send(ctx context.Context, to *RoomMember, data []byte) error
	// Close leaves the room, and ends a Next that waits.
	Close() error
}

// Stream is a libp2p stream. Read returns io.EOF once the other side has closed
// for writing. Errors of a reset are of CodeStreamReset.
type Stream interface {
	io.ReadWriter

	Info() StreamOpened
	CloseWrite() error
	// Close closes both ways; what was written is still delivered.
	Close() error
	// Reset ends the stream at once, both ways. It may be called at any time.
	Reset() error
}
