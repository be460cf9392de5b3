package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// session is what the server keeps for one port.
type session struct {
	server  *Server
	number  uint64
	id      string
	started time.Time
	log     *slog.Logger
	crowded bool // there are too many ports already that have said nothing

	cancel context.CancelCauseFunc // ends the session
	left   chan struct{}           // closed when it has ended

	// Set by the handshake.
	backend Backend
	mandate *mandate    // nil: it has all rights
	expiry  *time.Timer // of that, if it has one

	buffering turns // of calls that take their upload into memory
	sending   turns // of those that wait for a member of a room
	crowds    [crowds]turns

	topics    quota // listened to, rooms among them
	streams   quota // carried
	protocols quota // handled
	rooms     numbered[Room]
	offers    offers
	wants     numbered[*sourceWant]

	// Of the same, the names, for status.
	listening, members, handling names

	// Guarded by server.mu.
	admitted bool                    // it said hello when there was room
	bound    bool                    // and its port is bound
	client   string                  // what the client calls itself
	conn     *messageport.ServerConn // nil until the handshake is over
}

// serve runs the session from its hello to its end.
func (s *session) serve(ctx context.Context, port messageport.Port) error {
	if s.crowded { // there may be thousands more: no more is done for each than this
		err := s.server.tooMany()
		messageport.Refuse(ctx, port, err)
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s.cancel = cancel
	defer func() {
		cancel(nil)
		if s.expiry != nil {
			s.expiry.Stop()
		}
	}()
	defer context.AfterFunc(s.server.running, func() { cancel(context.Cause(s.server.running)) })()

	conn, err := s.accept(ctx, port)
	if err != nil {
		return err
	}
	s.log.Info("session began", "client", s.client)
	s.server.mu.Lock()
	s.conn = conn
	s.server.mu.Unlock()

	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(ctx)
	}()
	err = conn.Serve(ctx, s)
	s.offers.end()
	cancel(nil)
	<-watched
	return err
}

// clip keeps a name that a client gives itself from filling logs and status.
func clip(name string) string {
	const most = 128
	return strings.ToValidUTF8(name[:min(len(name), most)], "")
}

// watch ends the session when the client's lock says that the client is gone. Who
// was handed a port has no say in which locks this process asks for.
func (s *session) watch(ctx context.Context) {
	lock := s.conn.Hello().Lock
	if lock == "" || s.mandate != nil || s.server.cfg.Liveness == nil {
		return
	}
	switch err := s.server.cfg.Liveness(ctx, lock); {
	case err == nil:
		s.conn.CloseWithError(&messageport.Error{Code: messageport.CodeDisconnected, Message: "the client's lock is free: it is gone"})
	case ctx.Err() == nil:
		s.log.Warn("the client's lock cannot be awaited; its session lasts as long as its port", "lock", lock, "err", err)
	}
}

// ServeCall implements messageport.Handler.
func (s *session) ServeCall(ctx context.Context, call *messageport.ServerCall) (any, error) {
	serve, ok := methods[call.Method]
	if !ok {
		return nil, messageport.UnknownMethod(call.Method)
	}
	if s.mandate == nil {
		return s.answer(ctx, call, serve)
	}
	ctx, done, err := s.mandate.begin(ctx, call)
	if err != nil {
		return nil, err
	}
	defer done()
	var result any
	err = caught(s.log, call.Method, func() (err error) {
		result, err = s.answer(ctx, call, serve)
		return err
	})
	return result, s.mandate.toldOf(call.Method, err)
}

// answer has a call answered that may be made.
func (s *session) answer(ctx context.Context, call *messageport.ServerCall, serve method) (any, error) {
	if err := s.server.beginCall(call); err != nil {
		return nil, err
	}
	leave, err := s.join(ctx, call)
	if err != nil {
		return nil, err
	}
	defer leave()
	result, err := serve(nodeapi.WithPacer(ctx, call), s, call)
	if err != nil && ctx.Err() == nil && !hasCode(err) {
		s.log.Error("a fault in a call", "method", call.Method, "err", err)
	}
	return result, err
}

// hasCode reports whether err is one that the API or the protocol speaks of, not
// a fault.
func hasCode(err error) bool {
	if e, ok := errors.AsType[*messageport.Error](err); ok {
		return e.Code != messageport.CodeInternal
	}
	if e, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return e.ErrorCode() != string(nodeapi.CodeInternal)
	}
	return false
}
