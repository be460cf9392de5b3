package server

import (
	"context"
	"errors"
	"log/slog"
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

	// Set by the handshake; conn is guarded by server.mu.
	backend Backend
	conn    *messageport.ServerConn
}

// serve runs the session from its hello to its end.
func (s *session) serve(ctx context.Context, port messageport.Port) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.server.running, func() { cancel(errClosing) })()

	conn, err := s.accept(ctx, port)
	if err != nil {
		return err
	}
	s.log.Info("session began", "client", conn.Hello().Client)
	s.server.mu.Lock()
	s.conn = conn
	s.server.mu.Unlock()

	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.watch(ctx)
	}()
	err = conn.Serve(ctx, s)
	cancel(nil)
	<-watched
	return err
}

// accept does the handshake, which ends early when the server begins to close.
func (s *session) accept(ctx context.Context, port messageport.Port) (*messageport.ServerConn, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.server.accepting, func() { cancel(errClosing) })()
	return messageport.Accept(ctx, port, messageport.AcceptConfig{
		Welcome: s.welcome,
		Limits:  s.server.cfg.Limits,
		Logger:  s.log,
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
	wish, err := readWish(hello.App)
	if err != nil {
		return none, err
	}
	s.backend, err = s.server.boot.get(ctx, wish.Config)
	if err != nil {
		return none, err
	}
	running := s.backend.Config()
	if wish.OnConflict != onConflictJoin {
		if err := checkConfig(wish.Config, running); err != nil {
			return none, err
		}
	}
	id, err := s.backend.ID(ctx)
	if err != nil {
		return none, err
	}
	app, err := messageport.Marshal(nodeapi.Welcome{PeerID: id.ID, Config: running})
	return messageport.Welcome{
		Server:  "sharednode/" + s.server.cfg.Version,
		Epoch:   s.server.cfg.Epoch,
		Session: s.id,
		Lock:    s.server.cfg.Lock,
		App:     app,
	}, err
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
	if err := s.server.beginCall(); err != nil {
		return nil, err
	}
	defer s.server.endCall()
	result, err := serve(ctx, s, call)
	if err != nil && ctx.Err() == nil && nodeapi.CodeOf(err) == nodeapi.CodeInternal && !errors.As(err, new(*messageport.Error)) {
		s.log.Error("call failed", "method", call.Method, "err", err)
	}
	return result, err
}

// status accounts for the session. The caller holds server.mu.
func (s *session) status() nodeapi.SessionStatus {
	status := nodeapi.SessionStatus{ID: s.id, Started: s.started.UnixMilli()}
	if s.conn != nil { // else its handshake is under way
		stats := s.conn.Stats()
		status.Client = s.conn.Hello().Client
		status.Calls = uint64(stats.Calls)
		status.Received = stats.Received
		status.Sent = stats.Sent
	}
	return status
}
