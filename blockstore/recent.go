package blockstore

import (
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// entryBytes is what a block that is kept takes beside its own bytes, about.
const entryBytes = 256

// recent keeps blocks up to a number of bytes. Those that were asked for again
// have up to half of that for themselves: who goes through a large file once does
// not push them out.
//
// What is kept must not outlast a delete that was called after it was read or
// written. So whoever is about to read or write says so, with begin, and what
// comes of it is taken only if no delete was called since.
type recent struct {
	limit int

	mu       sync.Mutex // guards following
	once     segment
	again    segment
	deletes  uint64 // ever called
	deleting int    // deletes under way
}

func newRecent(limit int) *recent {
	return &recent{limit: limit, once: newSegment(), again: newSegment()}
}

// begin returns a ticket for add.
func (r *recent) begin() (ticket uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deletes
}

// add keeps the data of a block, which must not be changed any more.
func (r *recent) add(ticket uint64, hash string, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deleting > 0 || ticket != r.deletes || costOf(hash, data) > r.limit {
		return
	}
	if !r.again.Contains(hash) {
		r.once.put(hash, data)
		r.fit()
	}
}

// get returns the data of a block, if it is kept.
func (r *recent) get(hash string) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if data, ok := r.again.Get(hash); ok {
		return data, true
	}
	data, ok := r.once.Peek(hash)
	if !ok {
		return nil, false
	}
	r.once.remove(hash)
	r.again.put(hash, data)
	for r.again.bytes > r.limit/2 && r.again.Len() > 1 {
		r.once.put(r.again.removeOldest())
	}
	r.fit()
	return data, true
}

// size returns the size of a block, if it is kept. That it was asked for does not
// count.
func (r *recent) size(hash string) (int, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range []segment{r.again, r.once} {
		if data, ok := s.Peek(hash); ok {
			return len(data), true
		}
	}
	return 0, false
}

// remove forgets blocks that are about to be deleted; done is to be called when
// they are, or not.
func (r *recent) remove(hashes []string) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deletes++
	r.deleting++
	for _, hash := range hashes {
		r.once.remove(hash)
		r.again.remove(hash)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.deleting--
	}
}

// fit is called with mu held.
func (r *recent) fit() {
	for r.once.bytes+r.again.bytes > r.limit {
		r.once.removeOldest()
	}
}

// segment is a list of blocks, the one used last in front.
type segment struct {
	*simplelru.LRU[string, []byte]
	bytes int
}

func newSegment() segment {
	lru, err := simplelru.NewLRU[string, []byte](math.MaxInt, nil)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return segment{LRU: lru}
}

func (s *segment) put(hash string, data []byte) {
	s.remove(hash)
	s.Add(hash, data)
	s.bytes += costOf(hash, data)
}

func (s *segment) remove(hash string) {
	if data, ok := s.Peek(hash); ok {
		s.Remove(hash)
		s.bytes -= costOf(hash, data)
	}
}

func (s *segment) removeOldest() (hash string, data []byte) {
	hash, data, _ = s.RemoveOldest()
	s.bytes -= costOf(hash, data)
	return hash, data
}

func costOf(hash string, data []byte) int { return len(hash) + len(data) + entryBytes }
