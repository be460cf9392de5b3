package idb

import (
	"context"
	"errors"
	"sync"
	"syscall/js"

	goidb "github.com/hack-pad/go-indexeddb/idb"
)

// ErrUnavailable is that there is no IndexedDB here.
var ErrUnavailable = errors.New("idb: no IndexedDB")

// ErrAbandoned is that a transaction had not ended when it was given up.
var ErrAbandoned = errors.New("idb: transaction was given up")

var keyRange = js.Global().Get("IDBKeyRange")

// Config says what to open. No function in it may block.
type Config struct {
	Name       string
	Version    uint   // at least 1
	Durability string // of writes: "relaxed" or "strict"

	// Upgrade brings a database of an older version, 0 if there was none, to
	// Version. It runs within the transaction of the upgrade, which its error
	// aborts. Required.
	Upgrade func(db *goidb.Database, old uint) error
	// OnBlocked is called when an upgrade has to wait for another connection.
	// Required.
	OnBlocked func()
	// OnVersionChange is called when another connection wants to upgrade or
	// delete the database, which waits until this one is closed. Required.
	OnVersionChange func()
	// OnClose is called when the browser closed the connection. Required.
	OnClose func()
}

// DB is a connection to a database.
type DB struct {
	db         js.Value
	durability js.Value
	remove     []func() // listeners

	building           sync.Mutex // held from Begin to Send; guards following
	values, keys, ends staging
	words              map[string]js.Value

	mu     sync.Mutex // guards following
	closed bool
	idle   []*callbacks
}

// Open opens the database. When ctx ends first, it returns ctx's error and
// closes the connection should it still come.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := &opening{cfg: cfg, outcome: make(chan error, 1)}
	if err := o.start(); err != nil {
		return o.finish(err)
	}
	select {
	case err := <-o.outcome:
		return o.finish(err)
	case <-ctx.Done():
		go func() {
			if db, err := o.finish(<-o.outcome); err == nil {
				db.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// opening is a request to open a database.
type opening struct {
	cfg        Config
	req        js.Value
	outcome    chan error
	upgradeErr error
	db         *DB
	cleanup    []func()
}

// start makes the request.
func (o *opening) start() (err error) {
	defer catch(&err)
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		return ErrUnavailable
	}
	o.req = factory.Call("open", o.cfg.Name, o.cfg.Version)
	// Our listeners come before those of go-indexeddb.
	o.on("blocked", func(js.Value) { o.cfg.OnBlocked() })
	o.on("success", func(js.Value) {
		o.db = o.connected(o.req.Get("result"))
		o.outcome <- nil
	})
	o.on("error", func(event js.Value) {
		event.Call("preventDefault") // or it is reported as uncaught
		o.outcome <- exceptionOf(o.req.Get("error"))
	})
	return o.runUpgrade()
}

func (o *opening) on(event string, handle func(js.Value)) {
	o.cleanup = append(o.cleanup, listen(o.req, event, handle))
}

// runUpgrade lets go-indexeddb upgrade the database if it has to be. That
// package makes requests itself and hides them, so it is lent a factory which
// answers with the request made already.
func (o *opening) runUpgrade() error {
	open := js.FuncOf(func(js.Value, []js.Value) any { return o.req })
	lent, err := goidb.WrapFactory(js.ValueOf(map[string]any{"open": open}))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	o.cleanup = append(o.cleanup, open.Release, cancel)
	_, err = lent.Open(ctx, o.cfg.Name, o.cfg.Version, func(db *goidb.Database, old, _ uint) error {
		if o.upgradeErr = o.cfg.Upgrade(db, old); o.upgradeErr != nil {
			o.req.Get("transaction").Call("abort")
		}
		return nil // it would panic with an error
	})
	return err
}

// finish makes the outcome the result of Open.
func (o *opening) finish(err error) (*DB, error) {
	for _, f := range o.cleanup {
		f()
	}
	if o.upgradeErr != nil {
		return nil, o.upgradeErr
	}
	return o.db, err
}

// connected wraps an open connection.
func (o *opening) connected(v js.Value) *DB {
	db := &DB{db: v, durability: js.ValueOf(map[string]any{"durability": o.cfg.Durability})}
	db.remove = []func(){
		listen(v, "versionchange", func(event js.Value) {
			// go-indexeddb listens too: it logs, and closes before we are ready.
			event.Call("stopImmediatePropagation")
			o.cfg.OnVersionChange()
		}),
		listen(v, "close", func(js.Value) { o.cfg.OnClose() }),
	}
	return db
}

// Has reports whether the database has all the object stores.
func (db *DB) Has(stores []string) bool {
	names := db.db.Get("objectStoreNames")
	for _, name := range stores {
		if !names.Call("contains", name).Bool() {
			return false
		}
	}
	return true
}

// Close closes the connection once its transactions have ended. It does not
// wait for that; they tell their outcome as ever.
func (db *DB) Close() {
	defer catch(new(error))
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return
	}
	db.closed = true
	for _, c := range db.idle {
		c.release()
	}
	db.idle = nil
	for _, remove := range db.remove {
		remove()
	}
	db.db.Call("close")
}
