package blockstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/sharednode/sharednode/blockstore/internal/idb"
)

// Durability is what a write has survived when it returns.
type Durability string

const (
	// Relaxed is written to the operating system, so that it survives a crash of
	// the browser, though perhaps not a loss of power. The default.
	Relaxed Durability = "relaxed"
	// Strict is written to the disk. It costs about a fifth of the speed.
	Strict Durability = "strict"
)

// Options of a Store in IndexedDB. The zero value is usable.
type Options struct {
	// Durability of all writes. Default: Relaxed.
	Durability Durability
	// OnBlocked, if given, is called when Open has to wait because another
	// connection with an older layout does not close.
	OnBlocked func()
	// OnClose, if given, is called once if the store closes without Close having
	// been called. reason matches ErrClosed and one of ErrSuperseded, ErrCleared,
	// ErrTaken and ErrStuck. The connection is closed by then.
	OnClose func(reason error)
	// MayWrite, if given, is called before each transaction that writes, which
	// then begins in the same turn of the event loop. Its error is that another
	// may have the database by now: nothing is written from then on, calls get
	// ErrTaken, and the store closes. It should cost next to nothing as a rule.
	MayWrite func() error
}

// Open opens the database of that name, and makes or upgrades it if need be.
// It waits for a connection that is in its way until ctx ends. Errors of its
// own: ErrUnavailable, ErrBlocked, ErrVersion, ErrFull.
func Open(ctx context.Context, name string, o Options) (*Store, error) {
	if o.Durability == "" {
		o.Durability = Relaxed
	}
	if o.Durability != Relaxed && o.Durability != Strict {
		return nil, fmt.Errorf("blockstore: unknown durability %q", o.Durability)
	}
	return openSchema(ctx, name, o, schema)
}

func openSchema(ctx context.Context, name string, o Options, steps []step) (*Store, error) {
	var (
		blocked atomic.Bool
		store   *Store
		lose    = func(reason error) { store.shut(reason, o.OnClose) }
		lost    = func(reason error) func() { return func() { lose(reason) } }
		engine  = newDatabase(lose)
	)
	if o.MayWrite == nil {
		store = newStore(engine)
	} else {
		store = newStore(fenced{engine: engine, mayWrite: o.MayWrite, lost: lost(ErrTaken)})
	}
	db, err := idb.Open(ctx, idb.Config{
		Name:       name,
		Version:    uint(len(steps)),
		Durability: string(o.Durability),
		Upgrade:    upgrade(steps),
		OnBlocked: func() {
			blocked.Store(true)
			if o.OnBlocked != nil {
				go o.OnBlocked()
			}
		},
		OnVersionChange: lost(ErrSuperseded),
		OnClose:         lost(ErrCleared),
	})
	if err != nil {
		return nil, explainOpen(err, blocked.Load())
	}
	if !db.Has(storeNames[:]) {
		db.Close()
		return nil, fmt.Errorf("%w: %s is not ours", ErrVersion, name)
	}
	store.blocks.database = name
	engine.db = db // before db's first event, which needs our turn to be over
	return store, nil
}

// explainOpen makes an error of this package of what opening failed with.
func explainOpen(err error, blocked bool) error {
	var cause error
	switch {
	case errors.Is(err, idb.ErrUnavailable):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	case errors.Is(err, idb.ErrVersion):
		cause = ErrVersion
	case errors.Is(err, idb.ErrQuotaExceeded):
		cause = ErrFull
	case blocked:
		cause = ErrBlocked
	default:
		return fmt.Errorf("blockstore: open: %w", err)
	}
	return fmt.Errorf("%w: %w", cause, err)
}
