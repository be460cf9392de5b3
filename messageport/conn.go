package messageport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// conn is what the two sides of a session have in common.
//
// One goroutine reads the port and never waits for anything else, so that
// neither a slow call nor a full port stops it. Locks are taken in the order
// call.mu, conn.mu, outbox.mu.
type conn struct {
	port   Port
	limits Limits
	out    *outbox
	blame  func(err error) // nil, or told of an end that is the other side's fault

	// ctx ends with the session; its cause is why.
	ctx    context.Context
	cancel context.CancelCauseFunc

	// Of the other side, set by the handshake.
	peerWindow   int64
	peerMaxFrame int

	begun    atomic.Bool   // the handshake is over
	calling  atomic.Int32  // calls now open
	received atomic.Uint64 // bytes
	readDone chan struct{} // closed when the reading goroutine has ended

	mu     sync.Mutex // guards following
	err    error      // why the session ended
	lastID uint32     // the newest call's id
	budget int        // what is left of Limits.WindowBudget
	pings  map[[8]byte]chan struct{}
}

// side is what the client and the server each do their own way.
type side interface {
	// greet takes a frame of the handshake.
	greet(f Frame) error
	// handle takes a frame of a type that both sides do not take alike.
	handle(f Frame) error
	// lookup returns the open call of that id, or nil.
	lookup(id uint32) *call
	// admit counts a frame of a session that has begun, before anything is done
	// about it.
	admit(f Frame) error
	// stray counts a part of a stream of a call that has ended.
	stray(f Frame) error
}

func newConn(port Port, limits Limits) *conn {
	limits = limits.withDefaults()
	c := &conn{
		port:         port,
		limits:       limits,
		peerMaxFrame: maxMaxFrame,
		budget:       limits.WindowBudget,
		readDone:     make(chan struct{}),
		pings:        map[[8]byte]chan struct{}{},
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.out = newOutbox(port, limits, c.sendFailed)
	return c
}

// read takes messages off the port until the session's end.
func (c *conn) read(s side) {
	for c.ctx.Err() == nil {
		msg, err := c.port.Receive(c.ctx)
		if err == nil {
			c.received.Add(uint64(len(msg)))
			err = c.handleMessage(msg, s)
			c.out.flush(false)
		}
		if err != nil {
			c.fail(err)
		}
	}
}

func (c *conn) handleMessage(msg []byte, s side) error {
	for scan := newScanner(msg, c.limits.MaxFrame); ; {
		f, ok, err := scan.next()
		if err != nil || !ok {
			return err
		}
		if err := c.handleFrame(f, len(msg), s); err != nil {
			return err
		}
	}
}

// handleFrame does what a frame asks for. An error ends the session.
func (c *conn) handleFrame(f Frame, msgLen int, s side) error {
	if !c.begun.Load() && f.Type != TypeGoodbye {
		return s.greet(f)
	}
	if err := s.admit(f); err != nil {
		return err
	}
	switch f.Type {
	case TypeData, TypeItem, TypeCredit:
		call := s.lookup(f.ID)
		if call == nil {
			if err := c.checkOld(f); err != nil || f.Type == TypeCredit {
				return err
			}
			return s.stray(f)
		}
		if f.Type == TypeCredit {
			call.addCredit(binary.BigEndian.Uint32(f.Payload))
			return nil
		}
		return call.deliver(f, msgLen)
	case TypePing:
		c.out.add(Frame{Type: TypePong, Payload: f.Payload})
		return nil
	case TypePong:
		c.pong([8]byte(f.Payload))
		return nil
	case TypeGoodbye:
		e, err := decodeError(f.Payload)
		if err != nil {
			return breaks(f, "%v", err)
		}
		e.Message = "the other side ended the session: " + e.Error()
		c.end(e, nil)
		return e
	default:
		return s.handle(f)
	}
}

// checkOld accepts a frame for a call that has ended, which is dropped, but not
// for one that never was.
func (c *conn) checkOld(f Frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.ID > c.lastID {
		return breaks(f, "no such call")
	}
	return nil
}

// breaks returns the error of a frame that breaks the grammar where it stands.
func breaks(f Frame, format string, args ...any) *Error {
	what := f.Type.String() + " frame"
	if f.ID != 0 {
		what = fmt.Sprintf("%s for call %d", what, f.ID)
	}
	return Errorf(CodeProtocolError, nil, "%s: %s", what, fmt.Sprintf(format, args...))
}

// fail ends the session after an error: with a goodbye if it is the other side
// that is at fault and still there to hear it.
func (c *conn) fail(err error) {
	var e *Error
	if errors.As(err, &e) && e.Code != CodeClosed {
		if c.end(e, e) && c.blame != nil {
			c.blame(e)
		}
		return
	}
	c.end(&Error{Code: CodeDisconnected, Message: "the port ended: " + err.Error(), Err: foreign(err)}, nil)
}

// sendFailed is told of an error of the port. That the other end is gone the reading
// goroutine is told, too, and after what that end said last: why.
func (c *conn) sendFailed(err error) {
	if !errors.Is(err, ErrClosed) {
		c.fail(err)
	}
}

// end ends the session, once, for cause, and reports whether it did. What it tells
// the other side is tell, or nothing.
func (c *conn) end(cause error, tell *Error) bool {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return false
	}
	c.err = cause
	c.mu.Unlock()
	// First the outbox: what the calls say because of the end is no answer.
	var goodbye *Frame
	if tell != nil {
		goodbye = &Frame{Type: TypeGoodbye, Payload: encodeError(tell)}
	}
	c.out.close(goodbye)
	c.cancel(cause)
	return true
}

// Done is closed when the session has ended; Err then says why.
func (c *conn) Done() <-chan struct{} { return c.ctx.Done() }

// Err returns nil as long as the session lives, and then why it ended: an Error
// with CodeClosed if either side closed it in order, with CodeDisconnected if
// the port ended, with the code that the other side gave, or with that of what
// the other side did wrong; or what CloseWithError was given.
func (c *conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the session in order, and returns when the port is closed. Calls
// in flight end without a verdict.
func (c *conn) Close() error {
	c.CloseWithError(&Error{Code: CodeClosed, Message: "closed"})
	return nil
}

// CloseWithError is Close for a cause, which the other side is told: that its
// lock was found free, for example.
func (c *conn) CloseWithError(cause error) {
	c.end(cause, wireError(cause, ""))
	<-c.readDone
	<-c.out.done
}

// closedErr is the error of what was not begun. The caller holds c.mu.
func (c *conn) closedErr() error {
	return &Error{Code: CodeClosed, Message: "the session has ended: " + c.err.Error(), Err: foreign(c.err)}
}

// busy reports whether other calls than the caller's are open, which may have
// something to say too.
func (c *conn) busy() bool { return c.calling.Load() > 1 }

// growWindow asks to let a window of n bytes grow, and returns by how much.
func (c *conn) growWindow(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	more := min(n, c.limits.MaxWindow-n, c.budget)
	c.budget -= more
	return more
}

// returnWindow gives back what growWindow granted.
func (c *conn) returnWindow(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget += n
}
