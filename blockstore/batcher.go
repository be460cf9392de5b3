package blockstore

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// batcher gathers what is asked at the same time into few transactions: while
// some are under way the rest queues up, and goes together into the next. A
// job, which is what one caller asks, is never split.
type batcher[T any] struct {
	// start begins a transaction with the items of some jobs and returns how to
	// wait for its outcome. Calls of start are in the order in which jobs came.
	start func(items []T) (wait func() error)
	// settles says that do returns with the outcome of what has been started,
	// even when its context ends.
	settles bool
	// limit is for the sum of weigh over a transaction's items. A job over it
	// goes alone.
	limit   int
	weigh   func(T) int
	flights int // transactions under way at once

	starting sync.Mutex // held from taking jobs to having started them

	mu      sync.Mutex // guards following
	queue   []*job[T]
	pending int // jobs queued or under way
	flying  int // transactions under way, or about to be
	closed  error
	idle    chan struct{} // closed when closed and nothing is under way
}

type job[T any] struct {
	items  []T
	weight int
	done   chan error
}

// do runs items in one transaction and returns its outcome. When ctx ends while
// they are queued they never run. If the batcher settles, an error thus always
// means that they did not take effect.
func (b *batcher[T]) do(ctx context.Context, items ...T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(items) == 0 {
		return nil
	}
	j := &job[T]{items: items, done: make(chan error, 1)}
	for _, item := range items {
		j.weight += b.weigh(item)
	}
	if err := b.enqueue(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
	}
	if b.withdraw(j) || !b.settles {
		return ctx.Err()
	}
	return <-j.done
}

func (b *batcher[T]) enqueue(j *job[T]) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed != nil {
		return b.closed
	}
	b.queue = append(b.queue, j)
	b.pending++
	if b.flying < b.flights {
		b.flying++
		go b.run()
	}
	return nil
}

// busy reports whether anything that was asked is not answered yet.
func (b *batcher[T]) busy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pending > 0
}

// over reports whether nothing may be asked any more.
func (b *batcher[T]) over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed != nil
}

// withdraw takes j out of the queue. It reports whether j was still there.
func (b *batcher[T]) withdraw(j *job[T]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.queue, j)
	if i < 0 {
		return false
	}
	b.queue = slices.Delete(b.queue, i, i+1)
	b.pending--
	return true
}

// run makes one transaction after the other until the queue is empty.
func (b *batcher[T]) run() {
	for {
		// Those about to ask get the chance to, so that a burst of callers
		// shares its first transaction as well.
		runtime.Gosched()
		jobs, wait := b.startNext()
		if jobs == nil {
			return
		}
		b.settle(jobs, wait())
	}
}

// settle tells the callers of jobs how it went. By then busy does not count
// them any more.
func (b *batcher[T]) settle(jobs []*job[T], err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending -= len(jobs)
	for _, j := range jobs {
		j.done <- err // has room
	}
}

// startNext starts a transaction with the next jobs. Without any it takes the
// caller out of the count of those under way and returns nil.
func (b *batcher[T]) startNext() ([]*job[T], func() error) {
	b.starting.Lock()
	defer b.starting.Unlock()
	jobs := b.take()
	if jobs == nil {
		return nil, nil
	}
	var items []T
	for _, j := range jobs {
		items = append(items, j.items...)
	}
	return jobs, b.start(items)
}

// take removes from the queue what fits into one transaction.
func (b *batcher[T]) take() []*job[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, weight := 0, 0
	for _, j := range b.queue {
		weight += j.weight
		if n > 0 && weight > b.limit {
			break
		}
		n++
	}
	if n == 0 {
		b.flying--
		b.signalIdle()
		return nil
	}
	jobs := slices.Clone(b.queue[:n])
	b.queue = slices.Delete(b.queue, 0, n)
	return jobs
}

// close fails what is queued, and all that comes later, with err. The channel
// it returns is closed once nothing is under way. A second close changes
// nothing.
func (b *batcher[T]) close(err error) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed != nil {
		return b.idle
	}
	b.closed = err
	b.idle = make(chan struct{})
	b.pending -= len(b.queue)
	for _, j := range b.queue {
		j.done <- err
	}
	b.queue = nil
	b.signalIdle()
	return b.idle
}

// signalIdle is called with mu held.
func (b *batcher[T]) signalIdle() {
	if b.closed != nil && b.flying == 0 {
		close(b.idle)
	}
}
