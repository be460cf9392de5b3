package server

import (
	"cmp"
	"context"
	"maps"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func id(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) { return b.ID(ctx) }

func version(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.Version(ctx)
}

func isOnline(ctx context.Context, b Backend, _ *messageport.ServerCall) (any, error) {
	return b.IsOnline(ctx)
}

// status is the server's account of itself, not the backend's.
func status(_ context.Context, s *session, _ *messageport.ServerCall) (any, error) {
	return s.server.status(), nil
}

func (s *Server) status() nodeapi.Status {
	status := nodeapi.Status{
		Worker:  nodeapi.Worker{Kind: nodeapi.WorkerNative, Version: s.cfg.Version, Epoch: s.cfg.Epoch},
		Started: s.started.UnixMilli(),
		Now:     nodeapi.StatusSample{Time: time.Now().UnixMilli(), Memory: memory()},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	oldestFirst := func(a, b *session) int { return cmp.Compare(a.number, b.number) }
	for _, sess := range slices.SortedFunc(maps.Keys(s.sessions), oldestFirst) {
		status.Sessions = append(status.Sessions, sess.status())
	}
	return status
}

// memory returns the bytes that the process took from the system.
func memory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
