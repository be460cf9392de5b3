package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
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
	refused bool // there was no room for it

	backend Backend // set by the handshake

	buffering turns // of calls that take their upload into memory
	sending   turns // of those that wait for a member of a room

	topics    quota // listened to, rooms among them
	streams   quota // carried
	protocols quota // handled
	rooms     numbered[Room]
	offers    offers

	// Of the same, the names, for status.
	listening, members, handling names

	joined atomic.Pointer[nodeapi.Warning] // of the configuration, until it is told

	// Guarded by server.mu, for status.
	client string                  // what the client calls itself
	conn   *messageport.ServerConn // nil until the handshake is over
}

// serve runs the session from its hello to its end.
func (s *session) serve(ctx context.Context, port messageport.Port) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
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

// accept does the handshake, which ends early when the server begins to close.
func (s *session) accept(ctx context.Context, port messageport.Port) (*messageport.ServerConn, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.server.accepting, func() { cancel(context.Cause(s.server.accepting)) })()
	return messageport.Accept(ctx, port, messageport.AcceptConfig{
		Welcome: func(ctx context.Context, hello messageport.Hello) (welcome messageport.Welcome, err error) {
			err = caught(s.log, "a hello", func() (err error) {
				welcome, err = s.welcome(ctx, hello)
				return err
			})
			return welcome, err
		},
		Limits: s.server.cfg.Limits,
		Logger: s.log,
	})
}

// welcome answers a hello, once there is a backend.
func (s *session) welcome(ctx context.Context, hello messageport.Hello) (messageport.Welcome, error) {
	var none messageport.Welcome
	if s.refused {
		limit := s.server.cfg.MaxSessions
		return none, nodeapi.Errorf(nodeapi.CodeTooManySessions, map[string]any{"limit": limit},
			"%d clients are served already", limit)
	}
	s.server.mu.Lock()
	s.client = clip(hello.Client)
	s.server.mu.Unlock()
	wish, err := readWish(hello.App)
	if err != nil {
		return none, err
	}
	s.backend, err = s.server.boot.get(ctx, wish.Config)
	if err != nil {
		return none, err
	}
	if err := s.agree(ctx, wish); err != nil {
		return none, err
	}
	id, err := s.backend.ID(ctx)
	if err != nil {
		return none, err
	}
	app, err := messageport.Marshal(nodeapi.Welcome{PeerID: id.ID, Config: s.backend.Config()})
	return messageport.Welcome{
		Server:  "sharednode/" + s.server.cfg.Version,
		Epoch:   s.server.cfg.Epoch,
		Session: s.id,
		Lock:    s.server.cfg.Lock,
		App:     app,
	}, err
}

// agree compares what the client asks of the node with what runs, and adds to
// what may grow.
func (s *session) agree(ctx context.Context, wish nodeapi.Hello) error {
	running := s.backend.Config()
	if err := checkConfig(wish.Config, running); err != nil {
		if wish.OnConflict != onConflictJoin {
			return err
		}
		s.joined.Store(&nodeapi.Warning{Code: err.Code, Message: err.Message, Details: err.Details})
	}
	extender, ok := s.backend.(Extender)
	if !ok {
		return nil
	}
	if err := checkGrowth(wish.Config, running); err != nil {
		return err
	}
	defer s.server.configChanged.Tell()
	return nameList(extender.Extend(ctx, wish.Config), wish.Config)
}

// clip keeps a name that a client gives itself from filling logs and status.
func clip(name string) string {
	const most = 128
	return strings.ToValidUTF8(name[:min(len(name), most)], "")
}

// watch ends the session when the client's lock says that the client is gone.
func (s *session) watch(ctx context.Context) {
	lock := s.conn.Hello().Lock
	if lock == "" || s.server.cfg.Liveness == nil {
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
	if err := s.server.beginCall(call); err != nil {
		return nil, err
	}
	result, err := serve(ctx, s, call)
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
