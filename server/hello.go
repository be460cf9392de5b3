package server

import (
	"context"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// A port whose tab has died before its hello tells nobody: most browsers have no
// event for that, and which lock to watch only the hello would say. It is waited
// for helloTicks times helloTick, in ticks so that a device that sleeps, or a
// worker that is frozen, does not find on waking that all of it has passed. A tab
// that lives says hello within its first moments.
const (
	helloTick  = 30 * time.Second
	helloTicks = 4
)

var errSilent = &messageport.Error{Code: messageport.CodeDisconnected, Message: "no hello has come"}

// awaitHello calls late if greeted is not closed in time.
func awaitHello(ctx context.Context, greeted <-chan struct{}, late func()) {
	ticker := time.NewTicker(helloTick)
	defer ticker.Stop()
	for range helloTicks {
		select {
		case <-ticker.C:
		case <-greeted:
			return
		case <-ctx.Done():
			return
		}
	}
	late()
}

// admit takes a client in that has said hello, if there is room. Until then its
// port is no session that could keep others out.
func (s *Server) admit(sess *session, client string, bound bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admitted >= s.cfg.MaxSessions || bound && s.admittedBound >= (s.cfg.MaxSessions+1)/2 {
		return s.tooMany()
	}
	s.admitted++
	if bound {
		s.admittedBound++
		sess.bound = true
	}
	sess.admitted = true
	sess.client = client
	return nil
}

func (s *Server) tooMany() error {
	limit := s.cfg.MaxSessions
	return nodeapi.Errorf(nodeapi.CodeTooManySessions, map[string]any{"limit": limit},
		"%d clients are served already", limit)
}

// accept does the handshake, which ends early when the server begins to close.
func (s *session) accept(ctx context.Context, port messageport.Port) (*messageport.ServerConn, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.server.accepting, func() { cancel(context.Cause(s.server.accepting)) })()
	greeted := make(chan struct{})
	go awaitHello(ctx, greeted, func() { cancel(errSilent) })
	return messageport.Accept(ctx, port, messageport.AcceptConfig{
		Welcome: func(ctx context.Context, hello messageport.Hello) (welcome messageport.Welcome, err error) {
			close(greeted)
			err = caught(s.log, "a hello", func() (err error) {
				welcome, err = s.welcome(ctx, hello)
				return err
			})
			return welcome, err
		},
		Limits: s.server.cfg.Limits,
		Turns:  s.server.turns,
		Logger: s.log,
	})
}

// welcome answers a hello, once there is a backend.
func (s *session) welcome(ctx context.Context, hello messageport.Hello) (messageport.Welcome, error) {
	var none messageport.Welcome
	if err := s.server.admit(s, clip(hello.Client), hello.Bind != nil); err != nil {
		return none, err
	}
	wish, err := readWish(hello.App)
	if err != nil {
		return none, err
	}
	var told nodeapi.Welcome
	if hello.Bind != nil {
		told, err = s.welcomeBound(ctx, hello.Bind, wish)
	} else {
		told, err = s.welcomeOwn(ctx, wish)
	}
	if err != nil {
		return none, err
	}
	app, err := messageport.Marshal(told)
	welcome := messageport.Welcome{
		Server:  "sharednode/" + s.server.cfg.Version,
		Epoch:   s.server.cfg.Epoch,
		Session: s.id,
		Lock:    s.server.cfg.Lock,
		App:     app,
	}
	if s.mandate != nil {
		welcome.MaxCalls, welcome.MaxUploads = s.mandate.calls()
		welcome.Part = s.mandate.common.part
	}
	return welcome, err
}

// welcomeOwn answers a hello of one of the node's own clients, which have all rights.
func (s *session) welcomeOwn(ctx context.Context, wish nodeapi.Hello) (nodeapi.Welcome, error) {
	var err error
	if s.backend, err = s.server.boot.get(ctx, wish.Config); err != nil {
		return nodeapi.Welcome{}, err
	}
	if err := s.agree(ctx, wish); err != nil {
		return nodeapi.Welcome{}, err
	}
	id, err := s.backend.ID(ctx)
	return nodeapi.Welcome{PeerID: id.ID, Config: s.backend.Config()}, err
}

// agree compares what the client asks of the node with what runs, and adds to
// what may grow. One that joins whatever runs is told that in its welcome.
func (s *session) agree(ctx context.Context, wish nodeapi.Hello) error {
	running := s.backend.Config()
	if wish.OnConflict != onConflictJoin {
		if err := checkConfig(wish.Config, running); err != nil {
			return err
		}
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
