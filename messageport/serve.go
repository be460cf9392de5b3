package messageport

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Handler answers calls.
type Handler interface {
	// ServeCall answers one call. It is called in a goroutine of its own. ctx is
	// call's own, and ends when the client cancels the call or is gone; the
	// error is then of no interest. The result is encoded with Marshal, nil as
	// null. An error that has ErrorCode() crosses the port with its code and
	// details, any other with CodeInternal; a panic is one of those. Once
	// ServeCall has returned, call is of no use any more.
	ServeCall(ctx context.Context, call *ServerCall) (result any, err error)
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, call *ServerCall) (any, error)

// ServeCall calls f.
func (f HandlerFunc) ServeCall(ctx context.Context, call *ServerCall) (any, error) {
	return f(ctx, call)
}

// ServerConn is the server's side of a session.
type ServerConn struct {
	*conn

	logger   *slog.Logger
	share    *share // nil if there are no turns
	handlers sync.WaitGroup

	bind     []byte // what came before the hello, set as greeting is
	greeting []byte // the hello as it came, set before greeted is closed
	greeted  chan struct{}
	hello    Hello // set by Accept

	// Set before serving is closed.
	serving chan struct{}
	handler Handler
	baseCtx context.Context

	next chan *ServerCall // for goroutines that are idle, with room for all of them

	dues dues // of the reading goroutine, but for left, which conn.mu guards

	// Guarded by conn.mu.
	idle    int // goroutines that take from next
	calls   map[uint32]*ServerCall
	uploads int // of calls, those opened without END
}

// maxIdle is how many goroutines a session keeps for calls to come, each with a
// stack of some KiB.
const maxIdle = 4

func newServerConn(port Port, cfg AcceptConfig) *ServerConn {
	logger := cfg.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &ServerConn{
		conn:    newConn(port, cfg.Limits),
		logger:  logger,
		share:   cfg.Turns.newShare(),
		greeted: make(chan struct{}),
		serving: make(chan struct{}),
		next:    make(chan *ServerCall, maxIdle),
		calls:   map[uint32]*ServerCall{},
	}
	s.blame = cfg.Turns.blame
	return s
}

// Hello returns what the client said of itself.
func (s *ServerConn) Hello() Hello { return s.hello }

// errClosing is why a session ends with its server's context.
var errClosing = &Error{Code: CodeClosed, Message: "the server is closing"}

// farewell is what the client is told when the server's context ends: the cause,
// if that is an error with a code.
func farewell(ctx context.Context) *Error {
	cause := context.Cause(ctx)
	var e *Error
	var c coded
	if errors.As(cause, &e) || errors.As(cause, &c) {
		return wireError(cause, "")
	}
	return errClosing
}

// Serve answers the client's calls until the session ends, and returns when all
// handlers have returned. It is to be called once. It returns nil if either side
// closed the session in order, and otherwise what Err returns. With ctx's end
// the session is closed, and the client told the cause.
func (s *ServerConn) Serve(ctx context.Context, h Handler) error {
	// The calls end after the session: what they say because of it is no answer.
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	defer stop()
	stopClose := context.AfterFunc(ctx, func() { s.end(errClosing, farewell(ctx)) })
	defer stopClose()

	s.handler, s.baseCtx = h, base
	close(s.serving)
	<-s.readDone
	s.handlers.Wait()
	<-s.out.done
	if err := s.Err(); !hasCode(err, CodeClosed) {
		return err
	}
	return nil
}

func (s *ServerConn) lookup(id uint32) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calls[id]; c != nil {
		return &c.call
	}
	return nil
}

func (s *ServerConn) handle(f Frame) error {
	switch f.Type {
	case TypeOpen:
		return s.openCall(f)
	case TypeCancel:
		return s.cancelCall(f)
	default:
		return breaks(f, "not a client's")
	}
}

// greet takes the hello, and what may come before it.
func (s *ServerConn) greet(f Frame) error {
	if f.Type != TypeHello && f.Type != TypeBind {
		return breaks(f, "before the welcome")
	}
	select {
	case <-s.greeted:
		return breaks(f, "after a hello")
	default:
	}
	if f.Type == TypeBind {
		if s.bind != nil {
			return breaks(f, "a second one")
		}
		s.bind = bytes.Clone(f.Payload)
		return nil
	}
	s.greeting = f.Payload
	close(s.greeted)
	return nil
}

// openCall starts a call.
func (s *ServerConn) openCall(f Frame) error {
	select {
	case <-s.serving:
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
	method, request := splitOpen(f.Payload)
	// A copy, so that the call does not keep the message, which may be large.
	call := &ServerCall{Method: string(method), request: bytes.Clone(request), started: time.Now()}
	call.init(s.conn, f.ID, call.Method)
	call.in.ended = f.end()
	call.upload = !f.end()

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case f.ID <= s.lastID:
		return breaks(f, "the id is not above %d", s.lastID)
	case len(s.calls) >= s.limits.MaxCalls:
		return Errorf(CodeTooManyCalls, nil, "more than %d calls at once", s.limits.MaxCalls)
	case call.upload && s.uploads >= s.limits.MaxUploads:
		return Errorf(CodeTooManyCalls, nil, "more than %d uploads at once", s.limits.MaxUploads)
	}
	s.lastID = f.ID
	s.calls[f.ID] = call
	if call.upload {
		s.uploads++
	}
	call.ctx, call.cancel = context.WithCancelCause(s.baseCtx)
	call.place = s.share.newPlace(call.cancel)
	s.calling.Add(1)
	s.start(call)
	return nil
}

// start has a goroutine run the call. The caller holds s.mu.
func (s *ServerConn) start(call *ServerCall) {
	if s.idle > 0 {
		s.idle--
		s.next <- call
		return
	}
	s.handlers.Add(1)
	go s.work(call)
}

// work is the goroutine of a call, and then of further ones: its stack has
// grown to what calls need, which a new one's would have to do again.
func (s *ServerConn) work(call *ServerCall) {
	defer s.handlers.Done()
	for {
		s.run(call)
		s.mu.Lock()
		stay := s.idle < cap(s.next)
		if stay {
			s.idle++
		}
		s.mu.Unlock()
		if !stay {
			return
		}
		select {
		case call = <-s.next:
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *ServerConn) cancelCall(f Frame) error {
	reason, err := decodeError(f.Payload)
	if err != nil {
		return breaks(f, "%v", err)
	}
	s.mu.Lock()
	call := s.calls[f.ID]
	s.mu.Unlock()
	if call == nil {
		return s.checkOld(f)
	}
	call.cancel(reason)
	return nil
}

// run answers a call.
func (s *ServerConn) run(call *ServerCall) {
	result := Frame{Type: TypeError, ID: call.id}
	returned := false
	defer func() {
		if !returned { // a panic, or runtime.Goexit
			reason := recover()
			s.logger.Error("panic in a handler", "method", call.Method, "panic", reason, "stack", string(debug.Stack()))
			result.Payload = encodeError(Errorf(CodeInternal, nil, "panic: %v", reason))
		}
		s.finish(call, result)
	}()
	if !call.place.take(call.ctx) {
		// Canceled while it waited. It is answered in its session's turn all the same,
		// or a client that cancels what it asks for would have more than its part.
		call.place.spend(s.ctx, callCost)
	}
	defer call.place.leave()
	value, err := s.handler.ServeCall(call.ctx, call)
	result = call.answer(value, err)
	returned = true
}

// finish sends the call's end.
func (s *ServerConn) finish(call *ServerCall, result Frame) {
	call.mu.Lock()
	left := call.in.left()
	call.mu.Unlock()
	s.mu.Lock()
	s.dues.left += left
	delete(s.calls, call.id)
	if call.upload {
		s.uploads--
	}
	s.mu.Unlock()

	call.mu.Lock()
	call.over()
	call.in.drop()
	s.out.add(result)
	call.mu.Unlock()
	call.cancel(errOver)
	s.share.charge(len(result.Payload))
	s.out.flush(s.calling.Add(-1) > 0)
	if call.onEnd != nil {
		call.onEnd()
	}
}
