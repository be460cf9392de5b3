package servertest

import (
	"context"
	"slices"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

var _ server.Sources = (*Backend)(nil)

// A source is one that BlockGet asks for what there is not.
type source struct {
	ask   nodeapi.BlockSource
	ended chan error // 1 slot
}

// AddBlockSource implements server.Sources. The first wrong block ends a source.
func (b *Backend) AddBlockSource(ask nodeapi.BlockSource) (ended <-chan error, remove func(), err error) {
	done, err := b.enter(context.Background(), nodeapi.MethodSourcesServe)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	added := &source{ask, make(chan error, 1)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sources = append(b.sources, added)
	return added.ended, func() { b.removeSource(added) }, nil
}

func (b *Backend) removeSource(removed *source) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sources = slices.DeleteFunc(b.sources, func(s *source) bool { return s == removed })
}

// Sources returns how many there are.
func (b *Backend) Sources() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.sources)
}

// askSources asks one source after the other.
func (b *Backend) askSources(ctx context.Context, c cid.Cid) ([]byte, bool) {
	b.mu.Lock()
	sources := slices.Clone(b.sources)
	b.mu.Unlock()
	for _, s := range sources {
		data, found, err := s.ask(ctx, c)
		if err != nil || !found {
			continue
		}
		if got, err := c.Prefix().Sum(data); err == nil && got.Equals(c) {
			return data, true
		}
		b.removeSource(s)
		s.ended <- nodeapi.Errorf(nodeapi.CodeInvalidBlock, map[string]any{"cid": c.String()}, "wrong bytes for %s", c)
	}
	return nil, false
}
