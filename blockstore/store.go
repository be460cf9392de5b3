package blockstore

import (
	"fmt"
	"sync"
)

// MaxValue is the largest block and the largest datastore value that a Store
// takes, in bytes. It keeps one caller's value from failing a transaction that
// it shares with others.
const MaxValue = 32 << 20

// Store is what one node keeps: blocks, and records by datastore keys, in one
// database. Its methods, and those of what it gives out, may be called
// concurrently.
type Store struct {
	engine  engine
	lanes   [tables]*lanes
	blocks  *Blocks
	records *Datastore

	closing sync.Once
	closed  chan struct{} // closed when nothing is under way any more
}

func newStore(e engine) *Store {
	s := &Store{engine: e, closed: make(chan struct{})}
	for t := range tables {
		s.lanes[t] = newLanes(e, t)
	}
	totals := newTotals(e)
	s.lanes[blockTable].writes.start = totals.write
	s.blocks = &Blocks{lanes: s.lanes[blockTable], totals: totals}
	s.records = &Datastore{lanes: s.lanes[recordTable]}
	return s
}

// Blocks returns the store's blocks. It is the same value each time.
func (s *Store) Blocks() *Blocks { return s.blocks }

// Datastore returns the store's records. It is the same value each time.
func (s *Store) Datastore() *Datastore { return s.records }

// Close refuses further calls with ErrClosed, waits until the transactions
// under way have settled, and closes the database. Closing again waits for the
// same and returns nil too.
func (s *Store) Close() error {
	s.shut(nil, nil)
	<-s.closed
	return nil
}

// shut starts to close, unless that has been done before. Calls get ErrClosed
// from now on, with reason if given. Once all is closed it calls then, if given,
// with that error. It does not block.
func (s *Store) shut(reason error, then func(error)) {
	s.closing.Do(func() {
		err := ErrClosed
		if reason != nil {
			err = fmt.Errorf("%w: %w", ErrClosed, reason)
		}
		var idle []<-chan struct{}
		for _, l := range s.lanes {
			idle = append(idle, l.close(err)...)
		}
		go func() {
			for _, ch := range idle {
				<-ch
			}
			s.engine.close(err)
			close(s.closed)
			if then != nil {
				then(err)
			}
		}()
	})
}
