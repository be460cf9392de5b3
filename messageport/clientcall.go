package messageport

import (
	"context"
	"errors"
)

// ClientCall is a call as the client sees it. One goroutine at a time may read
// its stream, and one, which may be another, write to it. Where the call ends
// with an error, its methods return that: Next and Read after all that was
// received.
type ClientCall struct {
	call

	upload bool

	// Guarded by call.mu.
	unwatch func() bool // of the caller's context; nil if that never ends
	result  RawMessage  // set before ctx ends
}

// Result waits for the call's end and decodes its result into the value that v
// points to; nil drops it. What is left of the server's stream is dropped: a
// Next or Read that waits for it returns io.ErrClosedPipe.
func (c *ClientCall) Result(v any) error {
	c.mu.Lock()
	c.in.drop()
	grant := c.in.grant()
	c.mu.Unlock()
	notify(c.readable)
	c.sendCredit(grant)
	c.conn.out.flush(c.conn.busy())
	<-c.ctx.Done()
	if err := c.failure(); err != nil || v == nil {
		return err
	}
	if err := Unmarshal(c.result, v); err != nil {
		return Errorf(CodeBadRequest, nil, "%s: result: %w", c.method, err)
	}
	return nil
}

// Cancel gives the call up: its methods return cause from now on, or an Error
// with CodeCanceled if that is nil, and the server is told. After the call's end
// it does nothing.
func (c *ClientCall) Cancel(cause error) {
	if cause == nil {
		cause = &Error{Code: CodeCanceled, Op: c.method, Message: "canceled"}
	}
	if !c.finish(nil, cause, true) {
		return
	}
	reason := wireError(cause, c.method)
	if errors.Is(cause, context.DeadlineExceeded) {
		reason.Code = CodeCanceled
	}
	c.conn.out.add(Frame{Type: TypeCancel, ID: c.id, Payload: encodeError(reason)})
	c.conn.out.flush(false)
}

// watch gives the call up when ctx ends.
func (c *ClientCall) watch(ctx context.Context) {
	if ctx.Done() == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.unwatch = context.AfterFunc(ctx, func() { c.Cancel(context.Cause(ctx)) })
	}
}

// finish ends the call, once, with a result or an error, and reports whether it
// was this time. drop says that nobody will read what was received.
func (c *ClientCall) finish(result RawMessage, err error, drop bool) bool {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return false
	}
	c.result = result
	c.over()
	if drop {
		c.in.drop()
	}
	if err == nil {
		err = errOver
	}
	c.cancel(err)
	unwatch := c.unwatch
	c.mu.Unlock()
	if unwatch != nil {
		unwatch()
	}
	return true
}
