package accounts

import (
	"context"
	"errors"
	"fmt"
	"sync"

	ds "github.com/ipfs/go-datastore"
)

// A Ledger keeps how many bytes are kept for each origin.
type Ledger struct {
	datastore ds.Datastore
	// count counts what is kept for an origin.
	count func(ctx context.Context, origin string) (uint64, error)
	// unreadable is told of a record that cannot be read. What is kept for its origin
	// is counted then.
	unreadable func(error)

	mu       sync.Mutex // guards following
	accounts map[string]*Account
}

// NewLedger returns a ledger whose records are in a datastore.
func NewLedger(d ds.Datastore, count func(ctx context.Context, origin string) (uint64, error), unreadable func(error)) *Ledger {
	return &Ledger{datastore: d, count: count, unreadable: unreadable, accounts: map[string]*Account{}}
}

// Account returns the account of an origin.
func (l *Ledger) Account(ctx context.Context, origin string) (*Account, error) {
	l.mu.Lock()
	a := l.accounts[origin]
	if a == nil {
		a = &Account{ledger: l, origin: origin}
		l.accounts[origin] = a
	}
	l.mu.Unlock()
	return a, a.open(ctx)
}

// Close has the records tell what is kept and no more.
func (l *Ledger) Close(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, a := range l.accounts {
		errs = append(errs, a.settle(ctx))
	}
	return errors.Join(errs...)
}

// A usedRecord says that no more than Most bytes are kept.
type usedRecord struct {
	Version int    `cbor:"version"`
	Most    uint64 `cbor:"most"`
}

// The record of an account says more than is kept, so that it is not written anew
// with every block: as much as a part of the quota, within bounds.
const (
	leastAhead  = 4 << 10
	mostAhead   = 1 << 20
	aheadOfPart = 64
)

func ahead(quota uint64) uint64 { return min(mostAhead, max(leastAhead, quota/aheadOfPart)) }

// open reads the record.
func (a *Account) open(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opened {
		return nil
	}
	value, err := a.ledger.datastore.Get(ctx, keyOf(usedKey, a.origin))
	switch {
	case errors.Is(err, ds.ErrNotFound):
		a.opened = true
		return nil
	case err != nil:
		return fmt.Errorf("reading how much is kept for %s: %w", a.origin, err)
	}
	var r usedRecord
	if err := decode(value, &r); err != nil {
		a.ledger.unreadable(fmt.Errorf("how much is kept for %s cannot be read, and is counted: %w", a.origin, err))
		if r.Most, err = a.ledger.count(ctx, a.origin); err != nil {
			return err
		}
		if err := a.record(ctx, r.Most); err != nil {
			return err
		}
	}
	a.opened, a.recorded, a.most, a.used = true, true, r.Most, r.Most
	return nil
}

// record writes that no more than so much is kept. It is called with mu held.
func (a *Account) record(ctx context.Context, most uint64) error {
	err := putDurably(ctx, a.ledger.datastore, keyOf(usedKey, a.origin), usedRecord{recordVersion, most})
	if err != nil {
		return fmt.Errorf("keeping how much is kept for %s: %w", a.origin, err)
	}
	a.recorded, a.most = true, most
	return nil
}

// settle has the record say what is kept.
func (a *Account) settle(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.opened || !a.recorded || a.most == a.used {
		return nil
	}
	return a.record(ctx, a.used)
}
