package idb

import "syscall/js"

// listen calls handle for each event of that name at target, until the function
// it returns is called. handle must not block.
func listen(target js.Value, event string, handle func(event js.Value)) (remove func()) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		handle(args[0])
		return nil
	})
	target.Call("addEventListener", event, f)
	return func() {
		target.Call("removeEventListener", event, f)
		f.Release()
	}
}

// callbacks are lent to one transaction at a time, to tell when it is done.
type callbacks struct {
	done, aborted js.Func
	outcome       chan bool // whether done
}

func newCallbacks() *callbacks {
	c := &callbacks{outcome: make(chan bool, 1)}
	tell := func(outcome bool) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			select {
			case c.outcome <- outcome:
			default: // told before: an abort that follows on a read's last success
			}
			return nil
		})
	}
	c.done, c.aborted = tell(true), tell(false)
	return c
}

func (c *callbacks) release() {
	c.done.Release()
	c.aborted.Release()
}

// maxIdle is how many idle callbacks are kept.
const maxIdle = 16

// borrow returns callbacks that no transaction has.
func (db *DB) borrow() *callbacks {
	db.mu.Lock()
	defer db.mu.Unlock()
	if n := len(db.idle); n > 0 {
		c := db.idle[n-1]
		db.idle = db.idle[:n-1]
		return c
	}
	return newCallbacks()
}

// giveBack takes callbacks that will not be called any more.
func (db *DB) giveBack(c *callbacks) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed || len(db.idle) >= maxIdle {
		c.release()
		return
	}
	db.idle = append(db.idle, c)
}
