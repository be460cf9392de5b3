package blockstore

import (
	"context"
	"runtime"
	"sync"
)

// batcher gathers what is asked at the same time into few transactions: while
// some are under way the rest queues up, and goes together into the next. A
// job, which is what one caller asks, is never split.
type batcher[T any] struct {
	// start begins a transaction with the items of some jobs and returns how to
	// wait for it. Calls of start are in the order in which jobs came.
	start func(ctx context.Context, items []T) (wait func() error)
	// weigh is an item's share of maxWeight. A job heavier than that goes alone.
	weigh     func(T) int
	maxWeight int
	maxItems  int
	maxFlight int // transactions under way at once

	starting sync.Mutex // held from taking jobs to having started them

	mu     sync.Mutex // guards following
	queue  []*job[T]
	flight int
	closed error
	idle   chan struct{} // closed when closed and nothing is under way
}

type job[T any] struct {
	items  []T
	weight int
	batch  *batch // once it left the queue
	done   chan error
}

// batch is the jobs of one transaction.
type batch struct {
	cancel context.CancelFunc
	live   int // jobs whose callers still want it
}

// do runs items in one transaction and returns its outcome. When ctx ends while
// they are queued they never run. Once they are under way the transaction is
// given up only if all its callers have gone, and do returns when it has
// settled: an error always means that it did not take effect.
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
	if b.leave(j) {
		return ctx.Err()
	}
	err := <-j.done
	if err == context.Canceled {
		return ctx.Err() // the batch's own context, ended by us
	}
	return err
}

func (b *batcher[T]) enqueue(j *job[T]) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed != nil {
		return b.closed
	}
	b.queue = append(b.queue, j)
	if b.flight < b.maxFlight {
		b.flight++
		go b.run()
	}
	return nil
}

// leave takes j back. It reports whether j never started.
func (b *batcher[T]) leave(j *job[T]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if j.batch == nil {
		for i, queued := range b.queue {
			if queued == j {
				b.queue = append(b.queue[:i], b.queue[i+1:]...)
				return true
			}
		}
		return false // failed by close, its error is on the way
	}
	j.batch.live--
	if j.batch.live == 0 {
		j.batch.cancel()
	}
	return false
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
		err := wait()
		for _, j := range jobs {
			j.done <- err
		}
	}
}

// startNext starts a transaction with the next jobs. Without any it takes the
// caller out of the count of those under way and returns nil.
func (b *batcher[T]) startNext() ([]*job[T], func() error) {
	b.starting.Lock()
	defer b.starting.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	jobs := b.take(cancel)
	if jobs == nil {
		cancel()
		return nil, nil
	}
	var items []T
	for _, j := range jobs {
		items = append(items, j.items...)
	}
	wait := b.start(ctx, items)
	return jobs, func() error {
		defer cancel()
		return wait()
	}
}

// take removes from the queue what fits into one transaction.
func (b *batcher[T]) take(cancel context.CancelFunc) []*job[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var n, weight, items int
	for _, j := range b.queue {
		weight += j.weight
		items += len(j.items)
		if n > 0 && (weight > b.maxWeight || items > b.maxItems) {
			break
		}
		n++
	}
	if n == 0 {
		b.flight--
		b.signalIdle()
		return nil
	}
	jobs := append([]*job[T](nil), b.queue[:n]...)
	b.queue = append(b.queue[:0], b.queue[n:]...)
	clear(b.queue[len(b.queue):cap(b.queue)])
	shared := &batch{cancel: cancel, live: n}
	for _, j := range jobs {
		j.batch = shared
	}
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
	for _, j := range b.queue {
		j.done <- err
	}
	b.queue = nil
	b.signalIdle()
	return b.idle
}

// signalIdle is called with mu held.
func (b *batcher[T]) signalIdle() {
	if b.closed != nil && b.flight == 0 {
		close(b.idle)
	}
}
