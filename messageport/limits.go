package messageport

import "math"

// What the protocol itself fixes, in bytes.
const (
	// MaxMessage is the largest message.
	MaxMessage = 2 << 20
	// MaxItem is the largest payload of an item frame: half the smallest window
	// less a header, so that a sender always has the credit for one in the end.
	MaxItem = MinWindow/2 - HeaderSize
	// MaxOpen is the largest payload of an open frame: the method's name and the
	// request. What is larger goes into the call's stream.
	MaxOpen = 64 << 10
	// MinWindow is the smallest window a side may have.
	MinWindow = 64 << 10
)

// Limits bound what one port may cost this side. In each field 0 stands for its
// default; a value out of the range given is taken as the nearest in it.
type Limits struct {
	// MaxFrame is the largest payload of a frame that this side takes: 32 KiB to
	// 1 MiB, and 1 MiB by default. Only a server's counts; a client takes 1 MiB.
	MaxFrame int
	// MaxCalls is how many calls the server lets be open at once, 512 by default.
	// Each may hold a request of MaxOpen bytes.
	MaxCalls int
	// MaxUploads is how many of these may have a stream from the client, 128 by
	// default. Each may hold Window bytes that are not read, and what its handler
	// has read of something that is not yet whole.
	MaxUploads int
	// Window is how many bytes of each stream may be on their way or wait to be
	// read: 64 KiB to 1 GiB, and 256 KiB by default.
	Window int
	// MaxWindow is how far the window of a stream that is read as fast as it
	// comes may grow: Window to 1 GiB, and 4 MiB by default.
	MaxWindow int
	// WindowBudget is how far the windows of all streams together may grow
	// beyond Window each, 16 MiB by default.
	WindowBudget int
	// MaxUnread is how many bytes may be sent without a sign that the other side
	// reads its port, 16 MiB by default: of streams, which then wait, and of
	// frames that cannot (results, errors, pongs), which then end the session. It
	// bounds what a page costs that is frozen, or calls and never reads.
	MaxUnread int
}

const (
	minMaxFrame = 32 << 10
	maxMaxFrame = 1 << 20
	maxWindow   = 1 << 30
)

// withDefaults returns the limits with every field set and in its range.
func (l Limits) withDefaults() Limits {
	set := func(field *int, standard, lowest, highest int) {
		if *field == 0 {
			*field = standard
		}
		*field = min(max(*field, lowest), highest)
	}
	set(&l.MaxFrame, maxMaxFrame, minMaxFrame, maxMaxFrame)
	set(&l.MaxCalls, 512, 1, math.MaxInt32)
	set(&l.MaxUploads, 128, 1, math.MaxInt32)
	set(&l.Window, 256<<10, MinWindow, maxWindow)
	set(&l.MaxWindow, 4<<20, l.Window, maxWindow)
	set(&l.WindowBudget, 16<<20, 0, math.MaxInt)
	set(&l.MaxUnread, 16<<20, 64<<10, math.MaxInt)
	return l
}
