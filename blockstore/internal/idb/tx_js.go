package idb

import (
	"bytes"
	"syscall/js"
)

// Mode is what a transaction may do. Its text is the browser's.
type Mode string

// The modes.
const (
	ReadOnly  Mode = "readonly"
	ReadWrite Mode = "readwrite"
)

// Range is the keys from First on that are less than End. A nil End is no bound.
type Range struct {
	First, End []byte
}

// single reports whether r can hold no other key than First.
func (r Range) single() bool {
	n := len(r.First)
	return len(r.End) == n+1 && r.End[n] == 0 && bytes.Equal(r.First, r.End[:n])
}

// Tx is a transaction on one object store. Begin, requests, Send and Wait are
// called in this order by one goroutine, and nothing blocks before Send has
// returned. The first failure sticks: requests after it do nothing, and Wait
// returns it.
type Tx struct {
	db        *DB
	mode      Mode
	callbacks *callbacks
	tx, store js.Value
	last      js.Value // request
	err       error
}

// Request is a request whose result can be had once Wait returned nil.
type Request struct{ req js.Value }

// Begin starts a transaction on an object store.
func (db *DB) Begin(store string, mode Mode) *Tx {
	tx := &Tx{db: db, mode: mode}
	db.building.Lock()
	tx.begin(store)
	return tx
}

func (tx *Tx) begin(store string) {
	defer tx.stick()
	options := js.Undefined()
	if tx.mode == ReadWrite {
		options = tx.db.durability
	}
	name := tx.db.word(store)
	tx.tx = tx.db.db.Call("transaction", name, tx.db.word(string(tx.mode)), options)
	tx.store = tx.tx.Call("objectStore", name)
}

// word returns a text that is used again and again: to make one costs more than
// the call that it is for. It is called with building held.
func (db *DB) word(text string) js.Value {
	v, ok := db.words[text]
	if !ok {
		v = js.ValueOf(text)
		if db.words == nil {
			db.words = map[string]js.Value{}
		}
		db.words[text] = v
	}
	return v
}

// stick is deferred by all that talks to the browser.
func (tx *Tx) stick() {
	if err := recovered(recover()); err != nil && tx.err == nil {
		tx.err = err
	}
}

// Put sets the value of key. It keeps neither.
func (tx *Tx) Put(key, value []byte) {
	if tx.err != nil {
		return
	}
	defer tx.stick()
	v := tx.db.values.load(value)
	tx.last = tx.store.Call("put", v, tx.db.keys.load(key))
}

// Delete deletes all that is in r.
func (tx *Tx) Delete(r Range) { tx.request("delete", r, 0) }

// Get asks for the value of the first key in r.
func (tx *Tx) Get(r Range) Request { return tx.request("get", r, 0) }

// GetKey asks for the first key in r.
func (tx *Tx) GetKey(r Range) Request { return tx.request("getKey", r, 0) }

// GetAll asks for the values of the first limit keys in r.
func (tx *Tx) GetAll(r Range, limit int) Request { return tx.request("getAll", r, limit) }

// GetAllKeys asks for the first limit keys in r.
func (tx *Tx) GetAllKeys(r Range, limit int) Request { return tx.request("getAllKeys", r, limit) }

// request makes a request; limit 0 is none.
func (tx *Tx) request(method string, r Range, limit int) (req Request) {
	if tx.err != nil {
		return Request{}
	}
	defer tx.stick()
	args := []any{tx.db.query(r)}
	if limit > 0 {
		args = append(args, limit)
	}
	tx.last = tx.store.Call(method, args...)
	return Request{tx.last}
}

// query makes a key or an IDBKeyRange.
func (db *DB) query(r Range) js.Value {
	first := db.keys.load(r.First)
	switch {
	case r.End == nil:
		return keyRange.Call("lowerBound", first)
	case r.single():
		return first
	default:
		return keyRange.Call("bound", first, db.ends.load(r.End), false, true)
	}
}

// Send commits the transaction.
func (tx *Tx) Send() {
	defer tx.db.building.Unlock()
	if tx.err == nil {
		tx.send()
	}
	if tx.err != nil {
		tx.abandon()
	}
}

func (tx *Tx) send() {
	defer tx.stick()
	tx.callbacks = tx.db.borrow()
	tx.tx.Set("onabort", tx.callbacks.aborted)
	if tx.mode == ReadWrite {
		tx.tx.Set("oncomplete", tx.callbacks.done)
	} else {
		// A read has nothing to commit. Requests succeed in the order of asking.
		tx.last.Set("onsuccess", tx.callbacks.done)
	}
	tx.tx.Call("commit")
}

// abandon aborts what was not sent.
func (tx *Tx) abandon() {
	defer catch(new(error)) // it may have ended by itself
	if tx.callbacks != nil {
		tx.tx.Set("onabort", js.Null())
		tx.db.giveBack(tx.callbacks)
	}
	tx.tx.Call("abort")
}

// Wait returns nil once a writing transaction is complete or a reading one has
// its results. With an error nothing was written, but for ErrAbandoned, which it
// returns when stop is closed first.
func (tx *Tx) Wait(stop <-chan struct{}) error {
	if tx.err != nil {
		return tx.err
	}
	var done bool
	select {
	case done = <-tx.callbacks.outcome:
	case <-stop:
		return ErrAbandoned // its callbacks stay with it
	}
	defer tx.db.giveBack(tx.callbacks)
	if !done {
		return exceptionOf(tx.tx.Get("error"))
	}
	if tx.mode == ReadOnly {
		tx.tx.Set("onabort", js.Null()) // as it has not ended, just succeeded
	}
	return nil
}

// Value returns what Get found, and false if that was nothing.
func (r Request) Value() ([]byte, bool) {
	result := r.req.Get("result")
	if result.IsUndefined() {
		return nil, false
	}
	return copyBytes(result), true
}

// Key returns what GetKey found, and false if that was nothing.
func (r Request) Key() ([]byte, bool) {
	result := r.req.Get("result")
	if result.IsUndefined() {
		return nil, false
	}
	return copyKey(result), true
}

// Values returns what GetAll found.
func (r Request) Values() [][]byte { return r.all(copyBytes) }

// Keys returns what GetAllKeys found.
func (r Request) Keys() [][]byte { return r.all(copyKey) }

func (r Request) all(one func(js.Value) []byte) [][]byte {
	results := r.req.Get("result")
	all := make([][]byte, results.Length())
	for i := range all {
		all[i] = one(results.Index(i))
	}
	return all
}
