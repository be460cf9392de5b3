package messageport

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ServerCall is a call as the server sees it. One goroutine at a time may read
// its stream, and one, which may be another, write to it. When ctx of ServeCall
// ends, so does what waits here, with the cause as its error.
type ServerCall struct {
	call

	// Method is the call's method.
	Method string

	request RawMessage
	started time.Time
	upload  bool   // the client may send a stream
	onEnd   func() // nil, or called once the end is on its way
}

// Decode decodes the request into the value that v points to. The error, one
// with CodeBadRequest, is to be the call's.
func (c *ServerCall) Decode(v any) error {
	if err := Unmarshal(c.request, v); err != nil {
		e := wireError(err, c.Method)
		e.Message = "request: " + e.Message
		return e
	}
	return nil
}

// Cancel ends the context of ServeCall for cause, as the client's cancel does:
// all that waits for the call's streams returns it. It is for a handler of
// several goroutines of which one has failed. The call still ends with what
// ServeCall returns.
func (c *ServerCall) Cancel(cause error) { c.cancel(cause) }

// Lasts says that the call has no end of its own. It then has no place among
// those of its session that are worked on, of which there are only so many when
// sessions share.
func (c *ServerCall) Lasts() { c.place.last() }

// Away says that the call waits for others than its client, and for nothing of
// this process, until back is called: it gives up its place meanwhile.
func (c *ServerCall) Away() (back func()) {
	c.place.leave()
	return func() { c.place.take(c.ctx) }
}

// Spend says that the call did work that costs as much as so many bytes of its
// streams, and waits for its session's turn.
func (c *ServerCall) Spend(bytes int) { c.place.spend(c.ctx, bytes) }

// Took says that the call has just kept the others from something that all share
// and one at a time can have, for so long, and waits for its session's turn.
func (c *ServerCall) Took(d time.Duration) { c.place.took(c.ctx, d) }

// OnEnd has f called, without locks, when the call's end is on its way: nothing
// that ends the session after that comes before it. ServeCall may call it once.
func (c *ServerCall) OnEnd(f func()) { c.onEnd = f }

// answer returns the frame that ends the call.
func (c *ServerCall) answer(result any, err error) Frame {
	var payload []byte
	if err == nil {
		payload, err = Marshal(result)
	}
	if err == nil && len(payload) > c.conn.peerMaxFrame {
		err = fmt.Errorf("a result of %d bytes, %d allowed", len(payload), c.conn.peerMaxFrame)
	}
	if err != nil {
		if cause := context.Cause(c.ctx); cause != nil && errors.Is(err, c.ctx.Err()) {
			err = cause // says more than "context canceled"
		}
		return Frame{Type: TypeError, ID: c.id, Payload: encodeError(wireError(err, c.Method))}
	}
	return Frame{Type: TypeResult, ID: c.id, Payload: payload}
}
