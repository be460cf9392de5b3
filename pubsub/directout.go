package pubsub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// What waits for one peer.
	maxOutgoing      = 256
	maxOutgoingBytes = 8 << 20
	directIdle       = 5 * time.Minute
	// directWrite is how long a peer may take to read a document.
	directWrite = 30 * time.Second
	directClose = time.Second
	// directTries is how many streams are tried for one document.
	directTries = 3
	directRetry = 200 * time.Millisecond
)

// outgoing is a document on its way.
type outgoing struct {
	ctx   context.Context
	doc   []byte
	ready func(context.Context) error
	done  chan error // takes one error without waiting
}

// outbox is what goes to one peer: a queue, and the one stream that all of it
// goes through, both kept while they are used.
type outbox struct {
	direct *direct
	peer   peer.ID
	more   chan struct{} // holds a token while the queue may have something

	// The direct's mu guards these two.
	queue []*outgoing
	bytes int

	stream network.Stream // nil if there is none; run's alone
	broken *atomic.Bool   // whether the peer has reset it
}

// add queues a document. The caller has the lock.
func (o *outbox) add(m *outgoing) error {
	if len(o.queue) >= maxOutgoing || o.bytes+len(m.doc) > maxOutgoingBytes {
		return ErrBusy
	}
	o.queue = append(o.queue, m)
	o.bytes += len(m.doc)
	select {
	case o.more <- struct{}{}:
	default:
	}
	return nil
}

// take removes the oldest document; nil if there is none.
func (o *outbox) take() *outgoing {
	o.direct.mu.Lock()
	defer o.direct.mu.Unlock()
	if len(o.queue) == 0 {
		return nil
	}
	m := o.queue[0]
	o.queue[0] = nil
	o.queue = o.queue[1:]
	o.bytes -= len(m.doc)
	return m
}

// run sends what is queued, one after the other, and ends when there was
// nothing for a while.
func (o *outbox) run() {
	defer o.direct.running.Done()
	defer o.closeStream()
	for {
		m := o.take()
		if m != nil && o.direct.closed.Err() == nil {
			m.done <- o.send(m)
			continue
		}
		if m != nil {
			m.done <- ErrClosed
		}
		select {
		case <-o.more:
			continue
		case <-o.direct.closed.Done():
		case <-time.After(o.direct.idle):
		}
		if o.direct.retire(o) {
			return
		}
	}
}

// send sends one document. The context of whoever sends it is no longer asked
// once writing has begun: to break off in the middle of a document is to lose
// the stream, and with it documents before it that are not yet read.
func (o *outbox) send(m *outgoing) error {
	ctx, cancel := context.WithCancelCause(m.ctx)
	defer cancel(nil)
	defer context.AfterFunc(o.direct.closed, func() { cancel(ErrClosed) })()
	ctx = network.WithAllowLimitedConn(ctx, "room")

	for try := 1; ; try++ {
		err := o.attempt(ctx, m)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, context.Cause(ctx)):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case errors.Is(err, ErrNotInRoom) || errors.Is(err, errTooLong) || try == directTries:
			return err
		}
		select {
		case <-time.After(directRetry):
		case <-ctx.Done():
		}
	}
}

func (o *outbox) attempt(ctx context.Context, m *outgoing) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := o.direct.connect(ctx, o.peer); err != nil {
		return err
	}
	if err := m.ready(ctx); err != nil {
		return err
	}
	if err := o.open(ctx); err != nil {
		return err
	}
	if o.stream.Protocol() == roomProtocol && len(m.doc) > maxPiece {
		return errTooLong
	}
	return o.write(m.doc)
}

// open sees to it that there is a stream.
func (o *outbox) open(ctx context.Context) error {
	if o.stream != nil && !o.broken.Load() {
		return nil
	}
	o.closeStream()
	s, err := o.direct.host.NewStream(ctx, o.peer, splitProtocol, roomProtocol)
	if err != nil {
		return err
	}
	o.stream, o.broken = s, new(atomic.Bool)
	go watch(s, o.broken)
	// The names of the protocols go out by themselves, so that the first document
	// is a piece of its own: ipfs-pubsub-room takes every piece for a document.
	return o.write(nil)
}

// watch reads a stream on which nothing comes, to notice that the peer has
// reset it.
func watch(s network.Stream, broken *atomic.Bool) {
	if _, err := io.Copy(io.Discard, s); err != nil {
		broken.Store(true)
	}
}

// write writes a document in one piece, or what is left of the handshake.
func (o *outbox) write(doc []byte) error {
	s := o.stream
	defer context.AfterFunc(o.direct.closed, func() { _ = s.Reset() })()
	_ = s.SetWriteDeadline(time.Now().Add(directWrite))
	if _, err := s.Write(doc); err != nil {
		_ = s.Reset()
		o.stream = nil
		return err
	}
	return nil
}

// closeStream closes the stream; what was written is still delivered. Closing
// waits for the peer's part of the handshake, but not for ever.
func (o *outbox) closeStream() {
	if o.stream != nil {
		_ = o.stream.SetDeadline(time.Now().Add(directClose))
		_ = o.stream.Close()
		o.stream = nil
	}
}
