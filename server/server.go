package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/internal/news"
	"github.com/sharednode/sharednode/server/journal"
)

// Config says what a Server serves and how. One of Backend and Open is required.
type Config struct {
	// Backend is what is served. It stays the caller's to close.
	Backend Backend
	// Open makes the backend, with what the first client asks for. Clients that
	// come meanwhile wait; if it fails, all of them are refused with its error,
	// and the next client makes it be called again. ctx ends with the server,
	// which closes the backend.
	Open func(ctx context.Context, cfg nodeapi.Config) (Backend, error)

	// Liveness returns nil once the client that holds lock is gone; its session
	// is then ended. Nil, or a client that names no lock: a session lives as long
	// as its port.
	Liveness func(ctx context.Context, lock string) error
	// Lock names a lock that this process holds as long as it lives, for clients
	// to wait for. Empty where there is none.
	Lock string
	// Epoch is random, new at each start of the process. Made if empty.
	Epoch string
	// Worker says where the server runs, nodeapi.WorkerNative if it says nothing.
	// Its version and epoch are those given here.
	Worker nodeapi.Worker

	// Version is the program's, for people. "0.0.0" if empty.
	Version string
	// Limits are those of each session.
	Limits messageport.Limits
	// MaxTopics bounds the topics that a session listens to at once, its rooms
	// among them, 64 if 0.
	MaxTopics int
	// MaxStreams bounds the libp2p streams of a session, 128 if 0.
	MaxStreams int
	// MaxProtocols bounds the protocols that a session handles, 64 if 0.
	MaxProtocols int
	// MaxMessage bounds the bytes of a message that a session sends to a topic or
	// a room, 1 MiB if 0. The backend may take less.
	MaxMessage int
	// MaxSessions bounds the clients served at once, 256 if 0, and as many ports
	// that have not said hello. More are refused. Those whose ports are bound to
	// grants may be half of them.
	MaxSessions int
	// Yield is called between the turns of sessions, to let whatever else waits in
	// the process go first. runtime.Gosched if nil.
	Yield func()
	// Logger is told of sessions and of faults. Nil discards.
	Logger *slog.Logger
	// Journal is the log that clients read, and whose levels they set. Without it
	// they are told that there is none.
	Journal *journal.Journal
}

// Server serves one backend on any number of ports.
type Server struct {
	cfg     Config
	boot    boot
	started time.Time
	turns   *messageport.Turns
	// sweeping has an element while a call goes through all of the repo.
	sweeping turns
	ports    *ports

	// accepting ends when Shutdown begins, running when it cuts off what runs.
	accepting     context.Context
	stopAccepting context.CancelCauseFunc
	running       context.Context
	stopRunning   context.CancelCauseFunc

	mu            sync.Mutex // guards following
	sessions      map[*session]struct{}
	admitted      int               // of these, those that have said hello
	admittedBound int               // and of these, those whose port is bound
	numbered      uint64            // sessions so far
	calls         int               // now open, of all sessions
	past          messageport.Stats // of sessions that have ended, their bytes
	idle          chan struct{}     // set by Shutdown; closed when calls is 0
	served        sync.WaitGroup
	stopSampling  context.CancelFunc // set while there are sessions

	samples       samples
	configChanged news.News

	samplePanicked atomic.Bool // the backend's, which is then asked for no more
}

// New returns a server that serves nothing yet.
func New(cfg Config) *Server {
	if cfg.Epoch == "" {
		cfg.Epoch = rand.Text()
	}
	cfg.Version = cmp.Or(cfg.Version, "0.0.0")
	cfg.Worker.Kind = cmp.Or(cfg.Worker.Kind, nodeapi.WorkerNative)
	cfg.Worker.Version, cfg.Worker.Epoch = cfg.Version, cfg.Epoch
	cfg.MaxTopics = cmp.Or(cfg.MaxTopics, 64)
	cfg.MaxStreams = cmp.Or(cfg.MaxStreams, 128)
	cfg.MaxProtocols = cmp.Or(cfg.MaxProtocols, 64)
	cfg.MaxMessage = cmp.Or(cfg.MaxMessage, 1<<20)
	cfg.MaxSessions = cmp.Or(cfg.MaxSessions, 256)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	shared := messageport.NewTurns(cfg.Yield)
	s := &Server{cfg: cfg, turns: shared, sweeping: make(turns, 1), ports: newPorts(cfg.Epoch, shared), started: time.Now(), sessions: make(map[*session]struct{})}
	s.accepting, s.stopAccepting = context.WithCancelCause(context.Background())
	s.running, s.stopRunning = context.WithCancelCause(context.Background())
	s.boot = boot{open: cfg.Open, log: cfg.Logger, ctx: s.running}
	if cfg.Backend != nil {
		s.boot.open = func(context.Context, nodeapi.Config) (Backend, error) { return cfg.Backend, nil }
	}
	return s
}

var errClosing = &nodeapi.Error{Code: nodeapi.CodeClosing, Message: "the server is closing"}

// Arrive waits until it is the turn of ports that come, for who can open them one
// by one: thousands that come at once have no more of the time than a session.
func (s *Server) Arrive(ctx context.Context) { s.turns.Arrive(ctx) }

// Serve serves one port, which is the server's from now on, until the session
// is over: with the port, by either side, or with ctx. It returns when all that
// the session held has been released, with nil if it ended in order and
// otherwise with why, a refusal among them.
func (s *Server) Serve(ctx context.Context, port messageport.Port) error {
	sess := s.enter()
	if sess == nil {
		return s.turnAway(ctx, port)
	}
	defer s.leave(sess)
	err := sess.serve(ctx, port)
	level := slog.LevelInfo
	if sess.crowded {
		level = slog.LevelDebug
	}
	sess.log.Log(ctx, level, "session ended", "err", err)
	return err
}

// turnAway refuses the client of a port that comes when the server is closing.
func (s *Server) turnAway(ctx context.Context, port messageport.Port) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.running, func() { cancel(context.Cause(s.running)) })()
	_, err := messageport.Accept(ctx, port, messageport.AcceptConfig{
		Welcome: func(context.Context, messageport.Hello) (messageport.Welcome, error) {
			return messageport.Welcome{}, context.Cause(s.accepting)
		},
	})
	return err
}

// enter makes a session, unless the server is closing.
func (s *Server) enter() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle != nil {
		return nil
	}
	s.numbered++
	id := fmt.Sprintf("%s-%d", s.cfg.Epoch, s.numbered)
	sess := &session{
		server:  s,
		number:  s.numbered,
		id:      id,
		started: time.Now(),
		log:     s.cfg.Logger.With("session", id),
		left:    make(chan struct{}),
		crowded: len(s.sessions)-s.admitted >= s.cfg.MaxSessions,

		buffering: make(turns, maxTurns),
		sending:   make(turns, maxTurns),
		crowds:    newCrowds(),
	}
	if len(s.sessions) == 0 {
		var ctx context.Context
		ctx, s.stopSampling = context.WithCancel(s.running)
		s.served.Go(func() { s.keepSampling(ctx) })
	}
	s.sessions[sess] = struct{}{}
	s.served.Add(1)
	return sess
}

// numbers returns those of the newest session so far and of the oldest that lives.
func (s *Server) numbers() (newest, oldest uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest = s.numbered
	for sess := range s.sessions {
		oldest = min(oldest, sess.number)
	}
	return s.numbered, oldest
}

func (s *Server) leave(sess *session) {
	s.ports.leave(sess)
	s.mu.Lock()
	delete(s.sessions, sess)
	if sess.admitted {
		s.admitted--
		if sess.bound {
			s.admittedBound--
		}
	}
	if sess.conn != nil {
		stats := sess.conn.Stats()
		s.past.Received += stats.Received
		s.past.Sent += stats.Sent
	}
	if len(s.sessions) == 0 {
		s.stopSampling()
	}
	s.mu.Unlock()
	close(sess.left)
	s.served.Done()
}

// beginCall counts a call in, unless the server is closing. It is counted out
// when its end is on its way: before that, a server that closes would lose it.
func (s *Server) beginCall(call *messageport.ServerCall) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle != nil {
		return context.Cause(s.accepting)
	}
	if lasting[call.Method] {
		call.Lasts()
		return nil
	}
	s.calls++
	call.OnEnd(s.endCall)
	return nil
}

func (s *Server) endCall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	if s.idle != nil && s.calls == 0 {
		close(s.idle)
	}
}

// Shutdown ends the server: it takes no more clients and calls, lets the calls
// that run come to their end until ctx ends, then ends theirs, and all sessions,
// and closes the backend if Open made it. It returns when all that is done: with
// ctx's error if calls had to be cut off, and with the backend's of its Close.
// It is to be called once.
func (s *Server) Shutdown(ctx context.Context) error { return s.shutdown(ctx, errClosing) }

// Move is Shutdown for the sake of another worker that is to have the repo. Its
// clients are sent there: what they ask from now on is refused with
// CodeWorkerMoved, and so do their sessions end.
func (s *Server) Move(ctx context.Context, to nodeapi.Worker) error {
	moved := nodeapi.Errorf(nodeapi.CodeWorkerMoved, map[string]any{"worker": to},
		"the node moves to the worker %s of version %s", to.URL, to.Version)
	return s.shutdown(ctx, moved)
}

func (s *Server) shutdown(ctx context.Context, cause error) error {
	s.stopAccepting(cause)
	s.mu.Lock()
	idle := make(chan struct{})
	s.idle = idle
	if s.calls == 0 {
		close(idle)
	}
	s.mu.Unlock()

	var err error
	select {
	case <-idle:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	s.stopRunning(cause)
	s.served.Wait()
	if backend := s.boot.wait(); backend != nil && s.cfg.Backend == nil {
		err = errors.Join(err, backend.Close())
	}
	return err
}
