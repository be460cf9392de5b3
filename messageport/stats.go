package messageport

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Stats counts what a session does.
type Stats struct {
	Calls    int    // now open
	Received uint64 // bytes
	Sent     uint64 // bytes
}

// Stats returns the session's counts.
func (s *ServerConn) Stats() Stats {
	s.mu.Lock()
	calls := len(s.calls)
	s.mu.Unlock()
	return Stats{Calls: calls, Received: s.received.Load(), Sent: s.out.bytesSent()}
}

// CallStats counts what an open call does.
type CallStats struct {
	Method   string
	Started  time.Time
	Received uint64 // bytes of the client's stream
	Sent     uint64 // bytes of the server's
}

// OpenCalls returns the counts of so many of the calls now open, the oldest
// first.
func (s *ServerConn) OpenCalls(most int) []CallStats {
	open := s.openCalls()
	slices.SortFunc(open, func(a, b *ServerCall) int { return cmp.Compare(a.id, b.id) })
	open = open[:min(len(open), most)]
	stats := make([]CallStats, len(open))
	for i, call := range open {
		stats[i] = call.stats()
	}
	return stats
}

func (s *ServerConn) openCalls() []*ServerCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.calls))
}

func (c *ServerCall) stats() CallStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return CallStats{Method: c.Method, Started: c.started, Received: c.received, Sent: c.sent}
}
