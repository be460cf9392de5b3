package messageport

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// What a session costs the thread that shows in no stream. Who opens port after
// port, or says what ends its session and comes again, has no more of the time
// than a session: as a rule this is estimated, since what it does to the browser
// cannot be measured.
const (
	// arrivalCost is that of its beginning: its port, its lock, its lines in the log.
	arrivalCost = 3 * time.Millisecond
	// misconductCost is that of its end for something it did.
	misconductCost = 3 * time.Millisecond
	// byteCost is that of a byte of its hello, or of a message that is too large.
	byteCost = 30 * time.Nanosecond
)

// Arrive waits until it is the turn of those that come, for one port more to be
// taken up. It does not if ctx ends.
func (t *Turns) Arrive(ctx context.Context) { t.arrive(ctx, callCost) }

func (t *Turns) arrive(ctx context.Context, cost int) {
	if t != nil {
		t.newcomers.wait(ctx, &waiter{cost: cost})
	}
}

// greet waits until it is the turn of those that come, for a hello of n bytes to
// be answered.
func (t *Turns) greet(ctx context.Context, n int) {
	if t != nil {
		t.arrive(ctx, callCost+n)
		t.newcomers.took(arrivalCost + time.Duration(n)*byteCost)
	}
}

// blame has those that come next wait for a session that has ended with err, for
// something that it did.
func (t *Turns) blame(err error) {
	if t == nil {
		return
	}
	cost := misconductCost
	var n messageLength
	if errors.As(err, &n) {
		cost += time.Duration(n) * byteCost
	}
	t.newcomers.took(cost)
}

// messageTooLarge returns the error of a message of n bytes, which it wraps.
func messageTooLarge(n int) *Error {
	return Errorf(CodeFrameTooLarge, nil, "message of %w, %d allowed", messageLength(n), MaxMessage)
}

// messageLength is the cause of the error of a message that is too large.
type messageLength int

func (n messageLength) Error() string { return strconv.Itoa(int(n)) + " bytes" }
