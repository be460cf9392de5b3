package blockstore

import (
	"errors"
	"fmt"
	"sync"

	"github.com/sharednode/sharednode/blockstore/internal/idb"
)

// database is the engine on IndexedDB.
type database struct {
	db   *idb.DB
	lost func(reason error) // told when it is of no use any more
	dog  *watchdog
	// stuck is closed when a transaction does not end.
	stuck chan struct{}

	mu     sync.Mutex // guards following
	closed error
}

var _ engine = (*database)(nil)

// newDatabase returns an engine that lacks its connection.
func newDatabase(lost func(reason error)) *database {
	d := &database{lost: lost, stuck: make(chan struct{})}
	d.dog = newWatchdog(func() {
		lost(ErrStuck)
		close(d.stuck)
	})
	return d
}

// settle waits for a transaction that was sent.
func (d *database) settle(tx *idb.Tx) error {
	defer d.dog.begin()()
	return d.explain(tx.Wait(d.stuck))
}

func (d *database) write(t table, changes []change) func() error {
	var looks []*lookup
	var requests []idb.Request
	tx := d.db.Begin(storeNames[t], idb.ReadWrite)
	for _, c := range changes {
		if c.before != nil {
			looks = append(looks, c.before)
			requests = append(requests, tx.GetKey(rangeOf(c.before.span)))
		}
		if c.key == nil {
			tx.Delete(rangeOf(c.clear))
		} else {
			tx.Put(c.key, c.value)
		}
	}
	tx.Send()
	return func() error {
		if err := d.settle(tx); err != nil {
			return err
		}
		for i, l := range looks {
			l.key, l.found = requests[i].Key()
		}
		return nil
	}
}

func (d *database) read(t table, lookups []*lookup) func() error {
	requests := make([]idb.Request, len(lookups))
	tx := d.db.Begin(storeNames[t], idb.ReadOnly)
	for i, l := range lookups {
		r := rangeOf(l.span)
		if l.keyOnly {
			requests[i] = tx.GetKey(r)
		} else {
			requests[i] = tx.Get(r)
		}
	}
	tx.Send()
	return func() error {
		if err := d.settle(tx); err != nil {
			return err
		}
		for i, l := range lookups {
			if l.keyOnly {
				l.key, l.found = requests[i].Key()
			} else {
				l.value, l.found = requests[i].Value()
			}
		}
		return nil
	}
}

func (d *database) list(t table, s span, limit int, withValues bool) (page, error) {
	r := rangeOf(s)
	tx := d.db.Begin(storeNames[t], idb.ReadOnly)
	var keys, values idb.Request
	keys = tx.GetAllKeys(r, limit)
	if withValues {
		values = tx.GetAll(r, limit)
	}
	tx.Send()
	if err := d.settle(tx); err != nil {
		return page{}, err
	}
	p := page{keys: keys.Keys()}
	if withValues {
		p.values = values.Values()
	}
	return p, nil
}

func (d *database) close(err error) {
	d.mu.Lock()
	d.closed = err
	d.mu.Unlock()
	d.db.Close()
}

// explain makes an error of this package of one of the browser's.
func (d *database) explain(err error) error {
	d.mu.Lock()
	closed := d.closed
	d.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case closed != nil:
		return closed
	case errors.Is(err, idb.ErrQuotaExceeded):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case errors.Is(err, idb.ErrAbandoned):
		return fmt.Errorf("%w: %w", ErrClosed, ErrStuck)
	case errors.Is(err, idb.ErrInvalidState):
		// The connection is closed; should the event that says so not come, this does.
		d.lost(ErrCleared)
		return fmt.Errorf("%w: %w", ErrClosed, err)
	default:
		return fmt.Errorf("blockstore: %w", err)
	}
}

func rangeOf(s span) idb.Range { return idb.Range{First: s.first, End: s.end} }
