package server

import (
	"context"
	"runtime/metrics"
	"slices"
	"sync"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// sampleInterval is how far samples are apart.
	sampleInterval = 5 * time.Second
	// maxSamples is how many are kept: those of an hour.
	maxSamples = 720
	// sampleTime is how long the backend may take for one.
	sampleTime = time.Second
)

// samples are the newest, the oldest of them first from next on.
type samples struct {
	mu   sync.Mutex // guards following
	ring []nodeapi.StatusSample
	next int
}

// add takes a sample in, unless it comes too soon after the last: sessions that
// begin and end all the time do not push out the hour.
func (s *samples) add(sample nodeapi.StatusSample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.ring); n > 0 {
		last := s.ring[(s.next+n-1)%n]
		if since := sample.Time - last.Time; since >= 0 && since < sampleInterval.Milliseconds()/2 {
			return
		}
	}
	if len(s.ring) < maxSamples {
		s.ring = append(s.ring, sample)
		return
	}
	s.ring[s.next] = sample
	s.next = (s.next + 1) % maxSamples
}

// after returns the samples of a later time, the oldest first.
func (s *samples) after(time int64) []nodeapi.StatusSample {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Concat(s.ring[s.next:], s.ring[:s.next]), func(sample nodeapi.StatusSample) bool {
		return sample.Time <= time
	})
}

func statusSamples(_ context.Context, s *session, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.SamplesRequest](call)
	if err != nil {
		return nil, err
	}
	later := s.server.samples.after(req.Since)
	if later == nil {
		later = []nodeapi.StatusSample{}
	}
	return nodeapi.SampleList{Samples: later}, nil
}

// keepSampling takes samples until ctx ends.
func (s *Server) keepSampling(ctx context.Context) {
	ticker := time.NewTicker(sampleInterval)
	defer ticker.Stop()
	for {
		s.samples.add(s.sample(ctx))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) sample(ctx context.Context) nodeapi.StatusSample {
	sample := nodeapi.StatusSample{Time: time.Now().UnixMilli()}
	readRuntime(&sample)
	s.count(&sample)
	if b, ok := s.boot.booted().(Watched); ok && !s.samplePanicked.Load() {
		ctx, cancel := context.WithTimeout(ctx, sampleTime)
		defer cancel()
		err := caught(s.cfg.Logger, "a sample", func() error {
			b.Sample(ctx, &sample)
			return nil
		})
		if err != nil {
			s.samplePanicked.Store(true) // the log would fill up with it
		}
	}
	return sample
}

// readRuntime fills in what the Go runtime knows. Reading that stops nothing.
func readRuntime(sample *nodeapi.StatusSample) {
	read := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(read)
	sample.Memory = read[0].Value.Uint64()
	sample.Heap = read[1].Value.Uint64()
	sample.Goroutines = read[2].Value.Uint64()
}

// count fills in what the server itself does.
func (s *Server) count(sample *nodeapi.StatusSample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sample.Received, sample.Sent = s.past.Received, s.past.Sent
	for sess := range s.sessions {
		if sess.conn != nil {
			stats := sess.conn.Stats()
			sample.Sessions++
			sample.Calls += uint64(stats.Calls)
			sample.Received += stats.Received
			sample.Sent += stats.Sent
		}
	}
}
