package sources

import (
	"context"
	"sync"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// MaxSources is how many there may be at a time.
	MaxSources = 16
	// maxAsked is how many blocks one of them is asked for at a time. It is passed
	// over in those that come meanwhile.
	maxAsked = 64
	// maxWrong is how many wrong blocks end one.
	maxWrong = 3
	// Patience is how long one is waited for. It is halved each time that it was not
	// enough, at most maxLate times: one that hangs must not hold up every block.
	Patience = 2 * time.Second
	maxLate  = 5
)

// A Set is all sources there are.
type Set struct {
	verify func(ctx context.Context, c cid.Cid, data []byte) error

	mu      sync.Mutex // guards following
	sources map[*source]struct{}
}

// New returns a set without sources. verify checks a block against its CID.
func New(verify func(ctx context.Context, c cid.Cid, data []byte) error) *Set {
	return &Set{verify: verify, sources: map[*source]struct{}{}}
}

type source struct {
	ask   nodeapi.BlockSource
	ended chan error // 1 slot

	mu    sync.Mutex // guards following
	asked int
	wrong int
	late  int
}

// Add adds a source, until remove is called or it has been wrong too often: ended
// is sent that then.
func (s *Set) Add(ask nodeapi.BlockSource) (ended <-chan error, remove func(), err error) {
	added := &source{ask: ask, ended: make(chan error, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sources) >= MaxSources {
		return nil, nil, nodeapi.Errorf(nodeapi.CodeTooManyStreams, map[string]any{"limit": MaxSources},
			"there are %d sources of blocks; that is the most", MaxSources)
	}
	s.sources[added] = struct{}{}
	return added.ended, func() { s.remove(added) }, nil
}

func (s *Set) remove(from *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sources, from)
}

// Len returns how many sources there are.
func (s *Set) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sources)
}

func (s *Set) all() []*source {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*source
	for one := range s.sources {
		all = append(all, one)
	}
	return all
}

// Get returns the bytes of a block, or false if no source has it, or none that has
// says so in time.
func (s *Set) Get(ctx context.Context, c cid.Cid) ([]byte, bool) {
	all := s.all()
	if len(all) == 0 {
		return nil, false
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan []byte, len(all)) // nil for none
	for _, one := range all {
		go func() { answers <- s.get(ctx, one, c) }()
	}
	for range all {
		select {
		case data := <-answers:
			if data != nil {
				return data, true
			}
		case <-ctx.Done():
			return nil, false
		}
	}
	return nil, false
}

// get asks one source. It returns nil for nothing of use.
func (s *Set) get(ctx context.Context, from *source, c cid.Cid) []byte {
	patience := from.begin()
	if patience == 0 {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	data, found, err := from.ask(waiting, c)
	from.answered(ctx.Err() == nil && waiting.Err() != nil, err == nil)
	if err != nil || !found {
		return nil
	}
	if data == nil {
		data = []byte{}
	}
	if err := s.verify(ctx, c, data); err != nil {
		if ctx.Err() == nil && from.blame() {
			s.remove(from)
			from.ended <- nodeapi.Errorf(nodeapi.CodeInvalidBlock, map[string]any{"cid": c.String()},
				"the source has given %d wrong blocks, the last for %s", maxWrong, c)
		}
		return nil
	}
	return data
}

// begin returns how long to wait, or 0 if the source is asked for too much already.
func (s *source) begin() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == maxAsked || s.wrong >= maxWrong {
		return 0
	}
	s.asked++
	return Patience >> s.late
}

func (s *source) answered(late, inTime bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked--
	switch {
	case inTime:
		s.late = 0
	case late:
		s.late = min(s.late+1, maxLate)
	}
}

// blame counts a wrong block, and reports whether it was the last.
func (s *source) blame() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong++
	return s.wrong == maxWrong
}
