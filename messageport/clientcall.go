package messageport

import (
	"context"
	"errors"
	"io"
)

// ClientCall is a call as the client sees it.
type ClientCall struct {
	call

	upload bool

	// Guarded by call.mu.
	unwatch func() bool // of the caller's context; nil if that never ends
	result  RawMessage  // once ended
	err     error
}

// Next returns the next part of the server's stream, waiting for it. At the
// stream's end it returns io.EOF; if the call ended with an error, that comes in
// place of io.EOF, after all that was received.
func (c *ClientCall) Next() (Chunk, error) {
	chunk, err := c.call.Next()
	return chunk, c.explain(err)
}

// Read reads bytes of the server's stream, as an io.Reader, up to the next item
// or the stream's end. At either it returns io.EOF; Next then tells which. If
// the call ended with an error, that comes in place of io.EOF at the end.
func (c *ClientCall) Read(p []byte) (int, error) {
	n, err := c.call.Read(p)
	return n, c.explain(err)
}

// explain says why a stream has ended, where the call has failed.
func (c *ClientCall) explain(err error) error {
	if err == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil && (err != io.EOF || len(c.in.chunks) == 0) {
		return c.err
	}
	return err
}

// Result waits for the call's end and decodes its result into the value that v
// points to; nil drops it. What is left of the server's stream is dropped.
func (c *ClientCall) Result(v any) error {
	c.mu.Lock()
	c.in.drop()
	grant := c.grant()
	c.mu.Unlock()
	c.sendCredit(grant)
	c.conn.out.flush(c.conn.busy())
	<-c.ctx.Done()

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || v == nil {
		return c.err
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
	if !c.finish(nil, cause) {
		return
	}
	c.mu.Lock()
	c.in.drop()
	c.mu.Unlock()
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

// finish ends the call, once, and reports whether it was this time.
func (c *ClientCall) finish(result RawMessage, err error) bool {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return false
	}
	c.result, c.err = result, err
	c.over()
	unwatch := c.unwatch
	c.mu.Unlock()
	c.cancel(errOver)
	if unwatch != nil {
		unwatch()
	}
	return true
}
