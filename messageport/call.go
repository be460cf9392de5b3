package messageport

import (
	"context"
	"errors"
	"io"
	"sync"
)

// call is what the two sides of a call have in common: a stream each way.
//
// The reading methods (Next, Read) are for one goroutine at a time, the writing
// ones (Write, WriteItem, CloseWrite) for one at a time too, which may be
// another.
type call struct {
	conn   *conn
	id     uint32
	method string

	// ctx ends with the call; its cause is why.
	ctx    context.Context
	cancel context.CancelCauseFunc

	place *place // of a server's call; nil if there are no turns

	readable chan struct{} // one slot: there is something to read
	writable chan struct{} // one slot: there is more credit

	mu    sync.Mutex // guards following
	in    inbound
	out   outbound
	ended bool // the call has come to its end, or was given up

	received, sent uint64 // payload bytes of its streams
}

func (c *call) init(conn *conn, id uint32, method string) {
	c.conn, c.id, c.method = conn, id, method
	c.readable = make(chan struct{}, 1)
	c.writable = make(chan struct{}, 1)
	c.in = newInbound(conn.limits.Window, conn.growWindow)
	c.out.credit = conn.peerWindow
}

// errOver is why ctx ends when the call has come to its end.
var errOver = errors.New("the call has ended")

// Next returns the next part of the other side's stream, waiting for it: bytes
// or an item. At the stream's end it returns io.EOF.
func (c *call) Next() (Chunk, error) {
	for {
		c.mu.Lock()
		chunk, ok := c.in.take()
		grant := c.in.grant()
		ended, dropped := c.in.ended, c.in.discard
		c.mu.Unlock()
		c.sendCredit(grant)
		switch {
		case ok:
			c.place.spend(c.ctx, len(chunk.Data))
			return chunk, nil
		case ended:
			return Chunk{}, c.eof()
		case dropped:
			return Chunk{}, io.ErrClosedPipe
		}
		if err := c.wait(c.readable); err != nil {
			return Chunk{}, err
		}
	}
}

// Read reads bytes of the other side's stream, as an io.Reader, up to the next
// item or the stream's end. At either it returns io.EOF; Next then tells which.
func (c *call) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		c.mu.Lock()
		n, stop := c.in.read(p)
		grant := c.in.grant()
		ended, dropped := c.in.ended, c.in.discard
		c.mu.Unlock()
		c.sendCredit(grant)
		switch {
		case n > 0:
			c.place.spend(c.ctx, n)
			return n, nil
		case stop:
			return 0, io.EOF
		case ended:
			return 0, c.eof()
		case dropped:
			return 0, io.ErrClosedPipe
		}
		if err := c.wait(c.readable); err != nil {
			return 0, err
		}
	}
}

// wait sends what waits to be sent, and waits for event or the call's end. It
// returns an error if it ended before its time.
func (c *call) wait(event <-chan struct{}) error {
	c.conn.out.flush(c.conn.busy())
	c.place.pause()
	defer c.place.take(c.ctx)
	select {
	case <-event:
		return nil
	case <-c.ctx.Done():
		return c.failure()
	}
}

// failure returns the error with which the call ended, or nil.
func (c *call) failure() error {
	if err := context.Cause(c.ctx); !errors.Is(err, errOver) {
		return err
	}
	return nil
}

// eof is the error of a read where nothing more will come.
func (c *call) eof() error {
	if err := c.failure(); err != nil {
		return err
	}
	return io.EOF
}

// Write sends bytes, waiting for credit. It does not keep p. What it sends may
// leave only when the caller waits for something, and arrive in other pieces.
func (c *call) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := c.send(TypeData, p[written:])
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// WriteItem sends v as one CBOR item, of at most MaxItem bytes, waiting for
// credit.
func (c *call) WriteItem(v any) error {
	payload, err := Marshal(v)
	if err != nil {
		return err
	}
	if len(payload) > MaxItem {
		return Errorf(CodeFrameTooLarge, nil, "item of %d bytes, %d allowed", len(payload), MaxItem)
	}
	_, err = c.send(TypeItem, payload)
	return err
}

// CloseWrite ends this side's stream. The other direction goes on.
func (c *call) CloseWrite() error {
	c.mu.Lock()
	if c.out.closed {
		c.mu.Unlock()
		return nil
	}
	c.out.closed = true
	c.conn.out.add(Frame{Type: TypeData, Flags: FlagEnd, ID: c.id})
	c.mu.Unlock()
	c.conn.out.later()
	return nil
}

// send sends as much of p as fits one frame, waiting for the credit for it, and
// returns how much that was.
func (c *call) send(t Type, p []byte) (int, error) {
	for {
		if err := c.failure(); err != nil {
			return 0, err
		}
		if room := c.conn.out.full(); room != nil {
			if err := c.wait(room); err != nil {
				return 0, err
			}
			continue
		}
		c.mu.Lock()
		if c.out.closed {
			c.mu.Unlock()
			return 0, io.ErrClosedPipe
		}
		n := c.out.spend(len(p), c.conn.peerMaxFrame)
		if n > 0 {
			c.conn.out.add(Frame{Type: t, ID: c.id, Payload: p[:n]})
			c.sent += uint64(n)
		}
		c.mu.Unlock()
		if n > 0 {
			c.sendSoon(n)
			c.place.spend(c.ctx, n)
			return n, nil
		}
		if err := c.wait(c.writable); err != nil {
			return 0, err
		}
	}
}

// sendSoon lets a small frame wait for others, but not a large one.
func (c *call) sendSoon(n int) {
	if n >= packSize {
		c.conn.out.flush(false)
		return
	}
	c.conn.out.later()
}

// sendCredit sends what inbound.grant returned.
func (c *call) sendCredit(n uint32) {
	if n == 0 {
		return
	}
	c.conn.out.add(creditFrame(c.id, n))
	c.conn.out.flush(false)
}

// deliver takes a data or item frame off the port.
func (c *call) deliver(f Frame, msgLen int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return nil
	}
	if c.in.ended {
		return breaks(f, "after END")
	}
	if !c.in.put(f, msgLen) {
		return breaks(f, "%d bytes beyond the credit", f.cost()-c.in.allowed)
	}
	c.received += uint64(len(f.Payload))
	if c.in.discard {
		if n := c.in.grant(); n > 0 {
			c.conn.out.add(creditFrame(c.id, n))
		}
	}
	notify(c.readable)
	return nil
}

// addCredit takes a credit frame off the port.
func (c *call) addCredit(n uint32) {
	c.mu.Lock()
	c.out.credit += int64(n)
	c.mu.Unlock()
	notify(c.writable)
}

// over ends both streams of a call that has ended and gives back what it held.
// What was received can still be read. The caller holds c.mu.
func (c *call) over() {
	c.ended = true
	c.in.ended = true
	c.out.closed = true
	grown := c.in.window - c.conn.limits.Window
	c.in.window = c.conn.limits.Window
	c.conn.returnWindow(grown)
}
