package messageport

import (
	"context"
	"errors"
	"math"
	"slices"
	"unicode/utf8"
)

// ClientConn is the client's side of a session. Its methods may be called
// concurrently.
type ClientConn struct {
	*conn

	welcomed chan struct{} // closed when the welcome is there
	welcome  Welcome       // set before

	// A token for each call, and each upload, that may still be opened.
	callSlots   chan struct{}
	uploadSlots chan struct{}

	// Guarded by conn.mu.
	calls map[uint32]*ClientCall
}

func newClientConn(port Port, limits Limits) *ClientConn {
	limits.MaxFrame = maxMaxFrame
	return &ClientConn{
		conn:     newConn(port, limits),
		welcomed: make(chan struct{}),
		calls:    map[uint32]*ClientCall{},
	}
}

// Welcome returns what the server said of itself.
func (c *ClientConn) Welcome() Welcome { return c.welcome }

// CallOptions say how a call is opened.
type CallOptions struct {
	// Upload says that the call has a stream from client to server, which the
	// caller is to end with CloseWrite.
	Upload bool
}

// Call opens a call. The request is encoded with Marshal, nil as null. Call waits
// while as many calls are open as the server allows. A request for which there
// is no room in MaxOpen bytes is an error with CodeFrameTooLarge. When ctx ends, now or
// later, the call is given up and its methods return ctx's error. After the
// session's end the error is one with CodeClosed.
//
// Every call is to be brought to its end: by Result, by Cancel or by ctx.
func (c *ClientConn) Call(ctx context.Context, method string, request any, opts CallOptions) (*ClientCall, error) {
	payload, err := openPayload(method, request, min(c.peerMaxFrame, MaxOpen))
	if err != nil {
		return nil, err
	}
	if err := c.acquire(ctx, opts.Upload); err != nil {
		return nil, err
	}
	call, err := c.open(method, payload, opts.Upload)
	if err != nil {
		c.release(opts.Upload)
		return nil, err
	}
	call.watch(ctx)
	if opts.Upload {
		c.out.later() // what is written right away shall go with it
	} else {
		c.out.flush(c.busy())
	}
	return call, nil
}

// open puts a new call's open frame into the outbox, under the next id.
func (c *ClientConn) open(method string, payload []byte, upload bool) (*ClientCall, error) {
	call := &ClientCall{upload: upload}
	call.ctx, call.cancel = context.WithCancelCause(context.Background())
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return nil, c.closedErr()
	case c.lastID == math.MaxUint32:
		return nil, Errorf(CodeClosed, nil, "the session has no call ids left")
	}
	c.lastID++
	call.init(c.conn, c.lastID, method)
	c.calls[call.id] = call
	c.calling.Add(1)
	frame := Frame{Type: TypeOpen, ID: call.id, Payload: payload}
	if !upload {
		frame.Flags = FlagEnd
		call.out.closed = true
	}
	c.out.add(frame)
	return call, nil
}

// Invoke is Call and Result for a call without streams. Where the server sends
// one, it is dropped.
func (c *ClientConn) Invoke(ctx context.Context, method string, request, result any) error {
	call, err := c.Call(ctx, method, request, CallOptions{})
	if err != nil {
		return err
	}
	return call.Result(result)
}

// openPayload returns the payload of an open frame.
func openPayload(method string, request any, limit int) ([]byte, error) {
	if len(method) == 0 || len(method) > math.MaxUint8 || !utf8.ValidString(method) {
		return nil, Errorf(CodeUnknownMethod, nil, "method %q; want 1 to 255 bytes of UTF-8", method)
	}
	body, err := Marshal(request)
	if err != nil {
		return nil, err
	}
	if n := 1 + len(method) + len(body); n > limit {
		return nil, Errorf(CodeFrameTooLarge, nil, "%s: request of %d bytes, %d allowed", method, n, limit)
	}
	return slices.Concat([]byte{byte(len(method))}, []byte(method), body), nil
}

// acquire waits until one more call, or upload, may be opened.
func (c *ClientConn) acquire(ctx context.Context, upload bool) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	// The upload's slot first: a call that waits for it keeps no other waiting.
	if upload {
		if err := c.take(ctx, c.uploadSlots); err != nil {
			return err
		}
	}
	if err := c.take(ctx, c.callSlots); err != nil {
		if upload {
			c.uploadSlots <- struct{}{}
		}
		return err
	}
	return nil
}

func (c *ClientConn) take(ctx context.Context, slots chan struct{}) error {
	select {
	case <-slots:
		return nil
	default:
	}
	c.out.flush(false)
	select {
	case <-slots:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.closedErr()
	}
}

// release gives back what acquire took.
func (c *ClientConn) release(upload bool) {
	c.callSlots <- struct{}{}
	if upload {
		c.uploadSlots <- struct{}{}
	}
}

// admit and stray take everything: a client trusts its server.
func (c *ClientConn) admit(Frame) error { return nil }
func (c *ClientConn) stray(Frame) error { return nil }

func (c *ClientConn) lookup(id uint32) *call {
	if call := c.find(id); call != nil {
		return &call.call
	}
	return nil
}

func (c *ClientConn) find(id uint32) *ClientCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[id]
}

func (c *ClientConn) handle(f Frame) error {
	switch f.Type {
	case TypeResult, TypeError:
		return c.endCall(f)
	default:
		return breaks(f, "not a server's")
	}
}

// greet takes the answer to the hello.
func (c *ClientConn) greet(f Frame) error {
	if f.Type == TypeRefuse {
		e, err := decodeError(f.Payload)
		if err != nil {
			return breaks(f, "%v", err)
		}
		c.end(e, nil)
		return e
	}
	if f.Type != TypeWelcome {
		return breaks(f, "before the welcome")
	}
	var w Welcome
	if err := Unmarshal(f.Payload, &w); err != nil {
		return breaks(f, "%v", err)
	}
	if err := w.check(); err != nil {
		return breaks(f, "%v", err)
	}
	c.welcome = w
	c.peerWindow = int64(w.Window)
	c.peerMaxFrame = int(min(w.MaxFrame, maxMaxFrame))
	c.callSlots = newSlots(w.MaxCalls)
	c.uploadSlots = newSlots(w.MaxUploads)
	c.begun.Store(true)
	close(c.welcomed)
	return nil
}

// maxSlots bounds what a server's limits cost here.
const maxSlots = 1 << 16

func newSlots(n uint32) chan struct{} {
	n = min(n, maxSlots)
	slots := make(chan struct{}, n)
	for range n {
		slots <- struct{}{}
	}
	return slots
}

// endCall takes a result or an error off the port.
func (c *ClientConn) endCall(f Frame) error {
	var failure *Error
	if f.Type == TypeError {
		e, err := decodeError(f.Payload)
		if err != nil {
			return breaks(f, "%v", err)
		}
		failure = e
	}
	c.mu.Lock()
	call := c.calls[f.ID]
	delete(c.calls, f.ID)
	c.mu.Unlock()
	if call == nil {
		return c.checkOld(f)
	}
	c.calling.Add(-1)
	c.release(call.upload)
	if failure != nil {
		call.finish(nil, failure, false)
	} else {
		call.finish(f.Payload, nil, false)
	}
	return nil
}

// endCalls ends the calls in flight with the session.
func (c *ClientConn) endCalls(cause error) {
	c.mu.Lock()
	calls := c.calls
	c.calls = nil
	c.mu.Unlock()
	var details map[string]any
	if e, ok := errors.AsType[*Error](cause); ok {
		details = map[string]any{"reason": e.Code}
	}
	for _, call := range calls {
		call.finish(nil, &Error{
			Code:    CodeDisconnected,
			Op:      call.method,
			Details: details,
			Message: "the session ended before the call did: " + cause.Error(),
			Err:     foreign(cause),
		}, false)
	}
}
