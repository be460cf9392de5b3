package messageport

import (
	"context"
	"runtime"
	"sync"
	"time"
)

const (
	// packSize is how long a message gets by packing frames into it. A frame that
	// is longer by itself may still follow what was there before it.
	packSize = 64 << 10
	// smallFrame is the length up to which a frame joins even a long message: a
	// result goes out with the last of its data.
	smallFrame = 1 << 10
	// queueSize is how many bytes may wait for a port whose Send waits before
	// those who write data wait too.
	queueSize = 1 << 20
	// linger is how long a session that ends tries to hand over what it still
	// has to say to a port whose Send waits.
	linger = time.Second
)

// outbox packs frames into messages and sends them.
//
// Whoever adds a frame says when it shall leave. flush sends at once, from the
// goroutine that calls it, if the port is a Poster. later leaves it to the
// outbox's own goroutine, which comes to run when the caller waits for
// something: frames added in between share a message.
type outbox struct {
	port   Port
	post   func(msg []byte) error // nil if the port is no Poster
	failed func(error)            // told of the port's failure; called without locks
	wake   chan struct{}          // one slot
	done   chan struct{}          // closed when the port is

	sendCtx context.Context // of Send; ends a while after close
	stop    context.CancelFunc

	mu     sync.Mutex    // guards following
	queue  []*[]byte     // messages; the last may take more frames
	queued int           // bytes in queue
	room   chan struct{} // closed when full no longer is; nil if nobody waits
	sent   uint64        // bytes ever handed to the port
	unread unread
	closed bool

	gathering bool // a goroutine is in gather
	sending   bool // a goroutine is in drain
	overdue   bool // the session is being ended because of unread
}

func newOutbox(port Port, limits Limits, failed func(error)) *outbox {
	o := &outbox{
		port:   port,
		failed: failed,
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
		unread: unread{limit: uint64(limits.MaxUnread), asks: uint64(limits.MaxCalls)},
	}
	if p, ok := port.(Poster); ok {
		o.post = p.Post
	}
	o.sendCtx, o.stop = context.WithCancel(context.Background())
	go o.run()
	return o
}

// add puts a frame behind those that wait. After close it does nothing.
func (o *outbox) add(f Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.append(f)
	if ping, due := o.unread.add(f); due {
		o.append(ping)
	}
	if o.unread.over() && !o.overdue {
		o.overdue = true
		// In a goroutine, since the caller may hold locks.
		go o.failed(Errorf(CodeQueueLimit, nil, "more than %d bytes of answers left unread", o.unread.limit))
	}
}

func (o *outbox) append(f Frame) {
	n := HeaderSize + len(f.Payload)
	var msg *[]byte
	if last := len(o.queue) - 1; last >= 0 {
		length := len(*o.queue[last])
		if (length < packSize || n <= smallFrame) && length+n <= MaxMessage {
			msg = o.queue[last]
		}
	}
	if msg == nil {
		msg = newBuffer(n)
		o.queue = append(o.queue, msg)
	}
	*msg = AppendFrame(*msg, f)
	o.queued += n
}

// flush sends what waits, unless another goroutine is at it, which then takes
// it along. With yield it first lets the goroutines run that can, since what
// they have to say may share the message.
func (o *outbox) flush(yield bool) {
	switch {
	case o.post == nil:
		o.later()
	case !yield || o.gather():
		o.trySend()
	}
}

// later has what waits sent when the goroutines that can run have run.
func (o *outbox) later() { notify(o.wake) }

// gather lets other goroutines run as long as they add something, so that one
// message takes it all. Calls that were answered together then go on together:
// once apart, messages would never join again. It reports false if there is
// nothing to send, or another goroutine gathers already and will send.
func (o *outbox) gather() bool {
	const rounds = 8
	before, ok := o.startGathering()
	if !ok {
		return false
	}
	for n := range rounds {
		// The first may not get far: now and then the scheduler lets the one that
		// yields go first.
		runtime.Gosched()
		after := o.waiting()
		if after >= packSize || (n > 0 && after == before) {
			break
		}
		before = after
	}
	o.mu.Lock()
	o.gathering = false
	o.mu.Unlock()
	return true
}

func (o *outbox) startGathering() (waiting int, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gathering || len(o.queue) == 0 {
		return 0, false
	}
	o.gathering = true
	return o.queued, true
}

func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queued
}

// trySend sends until nothing is left, unless another goroutine does.
func (o *outbox) trySend() {
	o.mu.Lock()
	mine := !o.sending && (len(o.queue) > 0 || o.closed)
	if mine {
		o.sending = true
	}
	o.mu.Unlock()
	if mine {
		o.drain()
	}
}

// drain is trySend for the goroutine that has set sending.
func (o *outbox) drain() {
	for {
		msg, ok := o.take()
		if !ok {
			return
		}
		err := o.send(*msg)
		freeBuffer(msg)
		if err != nil {
			o.drop()
			o.failed(err)
		}
	}
}

// take returns the next message. If there is none it gives up the sending, and
// after close closes the port.
func (o *outbox) take() (*[]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) > 0 {
		msg := o.queue[0]
		o.queue[0] = nil
		o.queue = o.queue[1:]
		o.queued -= len(*msg)
		o.sent += uint64(len(*msg))
		o.makeRoom()
		return msg, true
	}
	o.sending = false
	if o.closed {
		select {
		case <-o.done:
		default:
			o.stop()
			_ = o.port.Close()
			close(o.done)
		}
	}
	return nil, false
}

func (o *outbox) send(msg []byte) error {
	if o.post != nil {
		return o.post(msg)
	}
	return o.port.Send(o.sendCtx, msg)
}

// drop forgets what waits, because the port takes nothing more.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue, o.queued = nil, 0
	o.makeRoom()
}

func (o *outbox) hasRoom() bool {
	return o.closed || (o.queued < queueSize && !o.unread.full())
}

func (o *outbox) makeRoom() {
	if o.room != nil && o.hasRoom() {
		close(o.room)
		o.room = nil
	}
}

// full returns nil if there is room for more data, or else what is closed once
// there may be.
func (o *outbox) full() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hasRoom() {
		return nil
	}
	if o.room == nil {
		o.room = make(chan struct{})
	}
	return o.room
}

// close sends what waits and last, if it is not nil, and closes the port. It
// does not wait for that; done tells.
func (o *outbox) close(last *Frame) {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	if last != nil {
		o.append(*last)
	}
	o.closed = true
	o.makeRoom()
	o.mu.Unlock()
	if o.post == nil {
		time.AfterFunc(linger, o.stop)
	}
	o.flush(false)
}

// run is the outbox's own goroutine.
func (o *outbox) run() {
	for {
		select {
		case <-o.wake:
		case <-o.done:
			return
		}
		o.gather()
		o.trySend()
	}
}

// excess reports whether a peer that has asked so often asks without waiting for
// answers.
func (o *outbox) excess(asked uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unread.excess(asked)
}

// asking returns how many parts of streams, for which a peer sends credit, and
// how many pings were ever sent.
func (o *outbox) asking() (chunks, pings uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unread.chunks, o.unread.pings
}

// pong takes note of a pong to a ping of the outbox's own.
func (o *outbox) pong(nonce [8]byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ping, due := o.unread.pong(nonce)
	o.makeRoom()
	if due && !o.closed {
		o.append(ping)
	}
	return known
}

func (o *outbox) bytesSent() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent
}
