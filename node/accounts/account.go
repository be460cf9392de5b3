package accounts

import (
	"context"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// An Account is how much is kept for an origin: what was counted last and what was
// taken since. It never says less than is kept.
type Account struct {
	ledger *Ledger
	origin string

	mu       sync.Mutex // guards following; held while a record is written
	opened   bool
	recorded bool   // there is a record
	most     uint64 // what it says
	used     uint64
	underway uint64 // of used, what was taken by operations that have not ended

	counting  int    // how many counts are under way
	uncounted uint64 // while there are: what they may have missed
}

// Used returns how many bytes are kept.
func (a *Account) Used() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.used
}

// A Charge is what one operation takes. It may be used concurrently.
type Charge struct {
	account *Account
	taken   uint64 // guarded by account.mu
}

// Begin begins an operation; End must be called.
func (a *Account) Begin() *Charge { return &Charge{account: a} }

// Take takes bytes, before they are kept, unless that would be more than quota.
func (c *Charge) Take(ctx context.Context, bytes, quota uint64) error {
	a := c.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.check(bytes, quota); err != nil {
		return err
	}
	if total := a.used + bytes; !a.recorded || total > a.most {
		if err := a.record(ctx, total+ahead(quota)); err != nil {
			return err
		}
	}
	a.used += bytes
	a.underway += bytes
	c.taken += bytes
	if a.counting > 0 {
		a.uncounted += bytes
	}
	return nil
}

// Check returns the error of Take, without taking anything.
func (c *Charge) Check(bytes, quota uint64) error {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	return c.account.check(bytes, quota)
}

func (a *Account) check(bytes, quota uint64) error {
	if a.used <= quota && bytes <= quota-a.used {
		return nil
	}
	return nodeapi.Errorf(nodeapi.CodeQuotaExceeded, map[string]any{"origin": a.origin, "used": a.used, "limit": quota},
		"%d bytes are kept for %s, and here are %d more; the most is %d", a.used, a.origin, bytes, quota)
}

// Return gives back what was taken for what was not kept then.
func (c *Charge) Return(bytes uint64) {
	a := c.account
	a.mu.Lock()
	defer a.mu.Unlock()
	bytes = min(bytes, c.taken)
	c.taken -= bytes
	a.underway -= bytes
	a.used -= min(a.used, bytes)
	a.uncounted -= min(a.uncounted, bytes)
}

// End ends the operation. What it has taken stays taken.
func (c *Charge) End() {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.underway -= c.taken
	c.taken = 0
}

// BeginCount is called before what is kept is looked at. What operations under way
// have taken, and what is taken until the count is over, may not be found then, and
// is added to what is.
func (a *Account) BeginCount() *Count {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.counting == 0 {
		a.uncounted = a.underway
	}
	a.counting++
	return &Count{account: a}
}

// A Count is one under way.
type Count struct {
	account *Account
	over    bool // guarded by account.mu
}

// End ends the count and changes nothing, unless Set did.
func (c *Count) End() {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.end()
}

func (c *Count) end() {
	if c.over {
		return
	}
	c.over = true
	c.account.counting--
}

// Set ends the count: so many bytes were found.
func (c *Count) Set(ctx context.Context, found uint64) error {
	a := c.account
	a.mu.Lock()
	defer a.mu.Unlock()
	used := found + a.uncounted
	c.end()
	a.used = used
	switch {
	case used == 0 && !a.recorded:
		return nil
	case used > a.most || a.most-used > mostAhead:
		return a.record(ctx, used)
	}
	return nil
}

// Forget ends the count and removes the record, if nothing at all is kept.
func (c *Count) Forget(ctx context.Context) error {
	a := c.account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used = a.uncounted
	c.end()
	if a.used > 0 || a.underway > 0 || !a.recorded {
		return nil
	}
	if err := removeDurably(ctx, a.ledger.datastore, keyOf(usedKey, a.origin)); err != nil {
		return err
	}
	a.recorded, a.most = false, 0
	return nil
}
