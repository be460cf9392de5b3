package blockstore

import (
	"bytes"
	"context"
	"sync"
)

// totals are the number of blocks and of their bytes. Nothing of them is stored:
// they are counted once, when first asked for, and then follow what each write
// found before it. So they are right after any crash, and who never asks pays
// nothing.
//
// The count goes through the table page by page, beside writes: a write below
// the keys counted so far changes the totals, any other will be met. For that to
// be sure, no write starts while a page is read; it would have to wait for it in
// any case.
type totals struct {
	engine   engine
	counting chan struct{} // full while somebody counts

	order sync.RWMutex // held to start a write, and alone to read a page
	rest  span         // of keys not counted yet; guarded by order
	whole bool         // whether all are; guarded by order

	mu          sync.Mutex // guards following
	count, size uint64
}

func newTotals(e engine) *totals {
	return &totals{engine: e, counting: make(chan struct{}, 1), rest: wholeTable()}
}

// get returns the totals, after counting what is not counted yet. If it fails
// the next call goes on from there.
func (t *totals) get(ctx context.Context) (count, size uint64, err error) {
	select {
	case t.counting <- struct{}{}:
		defer func() { <-t.counting }()
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	for whole := false; !whole; {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		if whole, err = t.readPage(); err != nil {
			return 0, 0, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count, t.size, nil
}

// readPage counts the next keys. It returns whether that was the last of them.
func (t *totals) readPage() (whole bool, err error) {
	t.order.Lock()
	defer t.order.Unlock()
	if t.whole {
		return true, nil
	}
	p, err := t.engine.list(blockTable, t.rest, listPage, false)
	if err != nil {
		return false, err
	}
	var size uint64
	for _, key := range p.keys {
		_, n, err := splitBlockKey(key)
		if err != nil {
			return false, err
		}
		size += uint64(n)
	}
	t.add(uint64(len(p.keys)), size)
	if len(p.keys) < listPage {
		t.whole = true
		return true, nil
	}
	t.rest = t.rest.after(p.keys[len(p.keys)-1])
	return false, nil
}

// add adds to the totals. Differences that are negative wrap around, as uint64
// does, and come out right.
func (t *totals) add(count, size uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count += count
	t.size += size
}

// write is engine.write of changes to blocks, which it follows.
func (t *totals) write(changes []change) func() error {
	t.order.RLock()
	defer t.order.RUnlock()
	for i := range changes {
		t.watch(&changes[i])
	}
	wait := t.engine.write(blockTable, changes)
	return func() error {
		err := wait()
		if err == nil {
			t.follow(changes)
		}
		return err
	}
}

// watch has a change look at what it replaces, if that has been counted. It is
// called with order held.
func (t *totals) watch(c *change) {
	s := c.clear
	if c.key != nil {
		s = only(c.key)
	}
	if t.whole || bytes.Compare(s.first, t.rest.first) < 0 {
		c.before = &lookup{span: s, keyOnly: true}
	}
}

// follow counts changes that were made.
func (t *totals) follow(changes []change) {
	var count, size uint64
	for _, c := range changes {
		if c.before == nil {
			continue
		}
		if c.before.found {
			count--
			size -= sizeOf(c.before.key)
		}
		if c.key != nil {
			count++
			size += sizeOf(c.key)
		}
	}
	t.add(count, size)
}

// sizeOf is the size in a block's key. All keys that are there were read, or
// made, before.
func sizeOf(key []byte) uint64 {
	_, size, _ := splitBlockKey(key)
	return uint64(size)
}
