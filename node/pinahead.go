package node

import (
	"context"
	"path"
	"strings"

	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
)

// An ahead is what the store has of a block's pins. It is read before the change
// that wants it has its turn: changes are made one after the other, and those of
// others wait while one reads.
type ahead struct {
	dirs    [2]string                // of the pinner's indexes by CID
	read    bool                     // all of what follows
	entries map[string][]query.Entry // by directory
	records map[ds.Key][]byte
}

// lookAhead reads what the store has of a block's pins, for the change that
// follows. done forgets it. A change of these pins that comes between makes it
// forgotten at once; what cannot be read is left to who then wants it.
func (s *pinStore) lookAhead(ctx context.Context, c cid.Cid) (done func()) {
	a := &ahead{dirs: [2]string{indexDir(pinIndexRecursive, c.KeyString()), indexDir(pinIndexDirect, c.KeyString())}}
	if s.loadIndex(ctx) != nil || !s.startAhead(a) {
		return func() {}
	}
	if entries, records, err := s.readAhead(ctx, a.dirs); err == nil {
		s.mu.Lock()
		a.read, a.entries, a.records = true, entries, records
		s.mu.Unlock()
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.aheads[a.dirs[0]] == a {
			s.forgetAhead(a.dirs[0])
		}
	}
}

// startAhead reports false if another looks ahead already, or if there is a change
// that is not written yet.
func (s *pinStore) startAhead(a *ahead) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, dir := range a.dirs {
		if s.aheads[dir] != nil {
			return false
		}
		for _, writes := range s.layers() {
			if len(writes.inDir[dir]) > 0 {
				return false
			}
		}
	}
	for _, dir := range a.dirs {
		s.aheads[dir] = a
	}
	return true
}

func (s *pinStore) readAhead(ctx context.Context, dirs [2]string) (map[string][]query.Entry, map[ds.Key][]byte, error) {
	entries, records := map[string][]query.Entry{}, map[ds.Key][]byte{}
	for _, dir := range dirs {
		if !s.maybeIndexed(dir) {
			continue
		}
		results, err := s.stored.Query(ctx, query.Query{Prefix: dir, KeysOnly: true})
		if err != nil {
			return nil, nil, err
		}
		if entries[dir], err = results.Rest(); err != nil {
			return nil, nil, err
		}
		for _, e := range entries[dir] {
			id, err := decodeIndexed(path.Base(e.Key))
			if err != nil {
				return nil, nil, err
			}
			key := ds.RawKey(pinRecords + "/" + id)
			if records[key], err = s.stored.Get(ctx, key); err != nil {
				return nil, nil, err
			}
		}
	}
	return entries, records, nil
}

// forgetAhead forgets what was read of a directory and its like. It is called with
// mu held.
func (s *pinStore) forgetAhead(dir string) {
	if a := s.aheads[dir]; a != nil {
		for _, dir := range a.dirs {
			delete(s.aheads, dir)
		}
	}
}

// entriesAhead returns what was read of a directory of an index.
func (s *pinStore) entriesAhead(dir string) ([]query.Entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.aheads[dir]
	if a == nil || !a.read {
		return nil, false
	}
	return a.entries[dir], true
}

// recordAhead returns a pin's record if it was read.
func (s *pinStore) recordAhead(key ds.Key) ([]byte, bool) {
	if !strings.HasPrefix(key.String(), pinRecords+"/") {
		return nil, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, a := range s.aheads {
		if value, ok := a.records[key]; ok && a.read {
			return value, true
		}
	}
	return nil, false
}
