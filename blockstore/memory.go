package blockstore

import (
	"bytes"
	"slices"
	"sync"
)

// NewMemory returns an empty Store that lives in memory, with the same contract
// as one in IndexedDB. It is for tests and for nodes that keep nothing.
func NewMemory() *Store {
	return newStore(&memory{})
}

// memory is an engine. Keys of each table are held sorted: an insertion moves
// what lies behind it, which is cheap beside hashing a block up to some hundred
// thousand keys.
type memory struct {
	mu      sync.RWMutex // guards following
	closed  error
	records [tables][]memoryRecord
}

type memoryRecord struct {
	key, value []byte
}

var _ engine = (*memory)(nil)

// settled is the outcome of a transaction that is over.
func settled(err error) func() error {
	return func() error { return err }
}

func (m *memory) write(t table, changes []change) func() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed != nil {
		return settled(m.closed)
	}
	for _, c := range changes {
		if c.before != nil {
			m.look(t, c.before)
		}
		if c.key == nil {
			from, to := m.bounds(t, c.clear)
			m.records[t] = slices.Delete(m.records[t], from, to)
			continue
		}
		r := memoryRecord{key: bytes.Clone(c.key), value: append([]byte{}, c.value...)}
		i, found := m.search(t, c.key)
		if found {
			m.records[t][i] = r
		} else {
			m.records[t] = slices.Insert(m.records[t], i, r)
		}
	}
	return settled(nil)
}

func (m *memory) read(t table, lookups []*lookup) func() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed != nil {
		return settled(m.closed)
	}
	for _, l := range lookups {
		m.look(t, l)
	}
	return settled(nil)
}

// look is called with mu held.
func (m *memory) look(t table, l *lookup) {
	from, to := m.bounds(t, l.span)
	l.found = from < to
	switch {
	case !l.found:
	case l.keyOnly:
		l.key = bytes.Clone(m.records[t][from].key)
	default:
		l.value = append([]byte{}, m.records[t][from].value...)
	}
}

func (m *memory) list(t table, s span, limit int, withValues bool) (page, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed != nil {
		return page{}, m.closed
	}
	from, to := m.bounds(t, s)
	var p page
	for _, r := range m.records[t][from:min(to, from+limit)] {
		p.keys = append(p.keys, bytes.Clone(r.key))
		if withValues {
			p.values = append(p.values, append([]byte{}, r.value...))
		}
	}
	return p, nil
}

func (m *memory) close(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = err
	m.records = [tables][]memoryRecord{}
}

// search finds where key is or would be.
func (m *memory) search(t table, key []byte) (int, bool) {
	return slices.BinarySearchFunc(m.records[t], key, func(r memoryRecord, key []byte) int {
		return bytes.Compare(r.key, key)
	})
}

// bounds are the indices of the records in s, the second excluded.
func (m *memory) bounds(t table, s span) (from, to int) {
	from, _ = m.search(t, s.first)
	if s.end == nil {
		return from, len(m.records[t])
	}
	to, _ = m.search(t, s.end)
	return from, to
}
