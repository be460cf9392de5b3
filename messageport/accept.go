package messageport

import (
	"context"
	"log/slog"
)

// AcceptConfig says how a server takes a port.
type AcceptConfig struct {
	// Welcome answers a client's hello. It may take its time; ctx ends if the
	// client goes. It may say fewer calls and uploads than Limits do, and a Part of
	// Turns. An error refuses the client: one that has ErrorCode() crosses the port
	// with its code and details. Required.
	Welcome func(ctx context.Context, hello Hello) (Welcome, error)
	// Limits of the session.
	Limits Limits
	// Turns are those of all sessions that share a thread. Nil: this one takes
	// what it can.
	Turns *Turns
	// Logger is told of panics in handlers. Nil discards.
	Logger *slog.Logger
}

// Accept takes the server's end of a port and answers the client's hello. The
// port is then the session's, which Serve serves and Close closes; with an error
// it is closed. If ctx ends first, that is its error.
func Accept(ctx context.Context, port Port, cfg AcceptConfig) (*ServerConn, error) {
	s := newServerConn(port, cfg)
	stop := context.AfterFunc(ctx, func() { s.end(context.Cause(ctx), farewell(ctx)) })
	defer stop()
	go func() {
		defer close(s.readDone)
		s.read(s)
	}()

	select {
	case <-s.greeted:
	case <-s.ctx.Done():
		return nil, s.abandon()
	}
	cfg.Turns.greet(s.ctx, len(s.greeting))
	if err := s.answerHello(cfg.Welcome); err != nil {
		s.refuse(err)
		return nil, s.abandon()
	}
	return s, nil
}

// answerHello reads the hello and sends what is made of it.
func (s *ServerConn) answerHello(answer func(context.Context, Hello) (Welcome, error)) error {
	hello, version, err := readHello(s.greeting)
	s.greeting = nil
	if err != nil {
		return err
	}
	hello.Bind = s.bind
	s.hello = hello
	s.peerWindow = int64(hello.Window)
	welcome, err := answer(s.ctx, hello)
	if err != nil {
		return err
	}
	welcome.Version = version
	if welcome.Part != nil {
		s.share = welcome.Part.share
	}
	return s.welcome(welcome)
}

// Refuse sends a client away without waiting for its hello. The port is closed.
func Refuse(ctx context.Context, port Port, reason error) {
	refusal := Frame{Type: TypeRefuse, Payload: encodeError(wireError(reason, ""))}
	_ = port.Send(ctx, AppendFrame(nil, refusal))
	_ = port.Close()
}

// lower returns a limit as it is, or a lower one that was asked for.
func lower(limit int, asked uint32) int {
	if asked == 0 || int64(asked) > int64(limit) {
		return limit
	}
	return int(asked)
}

// abandon waits for the session's end and returns its cause.
func (s *ServerConn) abandon() error {
	<-s.readDone
	<-s.out.done
	return s.Err()
}

// refuse ends a session that has not begun.
func (s *ServerConn) refuse(err error) {
	s.out.add(Frame{Type: TypeRefuse, Payload: encodeError(wireError(err, ""))})
	s.end(err, nil)
}

// welcome begins the session.
func (s *ServerConn) welcome(w Welcome) error {
	w.Window = uint32(s.limits.Window)
	w.MaxFrame = uint32(s.limits.MaxFrame)
	s.limits.MaxCalls = lower(s.limits.MaxCalls, w.MaxCalls)
	s.limits.MaxUploads = lower(s.limits.MaxUploads, w.MaxUploads)
	w.MaxCalls = uint32(s.limits.MaxCalls)
	w.MaxUploads = uint32(s.limits.MaxUploads)
	payload, err := Marshal(w)
	if err != nil {
		return err
	}
	s.begun.Store(true)
	s.out.add(Frame{Type: TypeWelcome, Payload: payload})
	s.out.flush(false)
	return nil
}
