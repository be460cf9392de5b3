package server

import (
	"context"
	"sync"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

// silence is how long a client may take to give a sign of life when another one of
// its origin wants its place.
const silence = 10 * time.Second

var errSilentClient = &messageport.Error{Code: messageport.CodeDisconnected, Message: "its client gave no sign of life, and another one needs the place"}

// endSilent ends the sessions of an origin's ports whose clients give no sign of
// life. Nothing else tells that such a client is gone: its lock may be of another
// origin. But a page that is frozen is silent, too, and may come back. So it is asked
// for only when the origin has no port left.
func (s *Server) endSilent(ctx context.Context, call *messageport.ServerCall, origin string) error {
	asking, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	var (
		mu     sync.Mutex // guards following
		silent = map[*session]bool{}
		asked  sync.WaitGroup
	)
	back := call.Away()
	for _, sess := range s.ports.sessionsOf(origin) {
		conn := s.connOf(sess)
		if conn == nil {
			continue
		}
		asked.Go(func() {
			if _, err := conn.Ping(asking); err != nil {
				mu.Lock()
				defer mu.Unlock()
				silent[sess] = true
			}
		})
	}
	asked.Wait()
	back()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.ports.endAndWait(ctx, call, errSilentClient, func(p *boundPort) bool { return silent[p.session] })
}

// connOf returns the connection of a session, nil before its handshake is over.
func (s *Server) connOf(sess *session) *messageport.ServerConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sess.conn
}
