package server

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// maxCalls is how many calls of a session a status tells of, the oldest: one that
// many sessions ask for at once would else tell of all that ask.
const maxCalls = 32

// maxStatus is about the most bytes that a status takes, which has to fit into
// one frame whatever the sessions do.
const maxStatus = 512 << 10

// status is the server's account of itself, not the backend's.
func status(ctx context.Context, s *session, _ *messageport.ServerCall) (any, error) {
	return fit(s.server.status(ctx))
}

// fit encodes a status, with its lists cut short if it would be too large. The
// first cut comes before any encoding, which of all there can be takes seconds.
func fit(status nodeapi.Status) (messageport.RawMessage, error) {
	const entries = 8 << 10 // of a kind, in all sessions
	for longest := entries / max(1, len(status.Sessions)); ; longest /= 2 {
		shorten(&status.Topics, longest)
		for i := range status.Sessions {
			s := &status.Sessions[i]
			shorten(&s.Calls, longest)
			shorten(&s.Topics, longest)
			shorten(&s.Rooms, longest)
			shorten(&s.Protocols, longest)
		}
		data, err := messageport.Marshal(status)
		if err != nil || len(data) <= maxStatus || longest == 0 {
			return data, err
		}
	}
}

func shorten[T any](list *[]T, longest int) {
	*list = (*list)[:min(len(*list), longest)]
}

func (s *Server) status(ctx context.Context) nodeapi.Status {
	status := nodeapi.Status{
		Worker:   s.cfg.Worker,
		Started:  s.started.UnixMilli(),
		Now:      s.sample(ctx),
		Topics:   s.topics(ctx),
		Sessions: []nodeapi.SessionStatus{},
	}
	for _, sess := range s.oldestFirst() {
		if told, ok := sess.status(); ok {
			status.Sessions = append(status.Sessions, told)
		}
	}
	return status
}

// topics returns those that the node listens to.
func (s *Server) topics(ctx context.Context) []string {
	b, ok := s.boot.booted().(PubSub)
	if !ok {
		return []string{}
	}
	topics, err := b.PubSubTopics(ctx)
	if err != nil { // no network, no topics
		return []string{}
	}
	return clipAll(topics)
}

func (s *Server) oldestFirst() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.sessions), func(a, b *session) int {
		return cmp.Compare(a.number, b.number)
	})
}

// status accounts for the session. A port whose hello has not been answered is
// none yet.
func (s *session) status() (_ nodeapi.SessionStatus, ok bool) {
	s.server.mu.Lock()
	conn, client := s.conn, s.client
	s.server.mu.Unlock()
	if conn == nil {
		return nodeapi.SessionStatus{}, false
	}
	stats := conn.Stats()
	status := nodeapi.SessionStatus{
		ID:        s.id,
		Client:    client,
		Started:   s.started.UnixMilli(),
		Calls:     []nodeapi.CallStatus{},
		Topics:    clipAll(s.listening.list()),
		Rooms:     clipAll(s.members.list()),
		Protocols: clipAll(s.handling.list()),
		Received:  stats.Received,
		Sent:      stats.Sent,
	}
	if s.mandate != nil {
		status.Port, status.Origin = s.mandate.port.id, s.mandate.port.origin
	}
	for _, call := range conn.OpenCalls(maxCalls) {
		status.Calls = append(status.Calls, nodeapi.CallStatus{
			Method:   clip(call.Method),
			Started:  call.Started.UnixMilli(),
			Received: call.Received,
			Sent:     call.Sent,
		})
	}
	return status, true
}

// clipAll never returns nil, which is no list to a client.
func clipAll(list []string) []string {
	clipped := make([]string, len(list))
	for i, name := range list {
		clipped[i] = clip(name)
	}
	return clipped
}
