package messageport

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// Ping asks the other side for a sign of life and returns how long it took.
func (c *conn) Ping(ctx context.Context) (time.Duration, error) {
	var nonce [8]byte
	binary.BigEndian.PutUint64(nonce[:], rand.Uint64())
	answered := make(chan struct{})

	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return 0, c.closedErr()
	}
	c.pings[nonce] = answered
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.pings, nonce)
		c.mu.Unlock()
	}()

	start := time.Now()
	c.out.add(Frame{Type: TypePing, Payload: nonce[:]})
	c.out.flush(false)
	select {
	case <-answered:
		return time.Since(start), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-c.ctx.Done():
		return 0, c.Err()
	}
}

// pong takes a pong. One that answers nothing may be late, and is dropped.
func (c *conn) pong(nonce [8]byte) {
	if c.out.pong(nonce) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if answered, ok := c.pings[nonce]; ok {
		delete(c.pings, nonce)
		close(answered)
	}
}
