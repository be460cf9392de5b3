package blockstore

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// recorder is what a batcher under test starts: it notes each transaction's
// items and ends it when told to.
type recorder struct {
	mu      sync.Mutex // guards following
	started []string
	release chan error
}

func (r *recorder) start(items []string) func() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = append(r.started, strings.Join(items, ""))
	return func() error { return <-r.release }
}

func (r *recorder) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.started, want) {
		t.Errorf("got transactions %q; want %q", r.started, want)
	}
}

// newBatcher makes one with room for two transactions of three letters.
func newBatcher(settles bool) (*batcher[string], *recorder) {
	r := &recorder{release: make(chan error)}
	return &batcher[string]{
		start:   r.start,
		settles: settles,
		limit:   3,
		weigh:   func(s string) int { return len(s) },
		flights: 2,
	}, r
}

// ask calls do in a goroutine, and waits until it has been queued or started.
func ask(ctx context.Context, b *batcher[string], items ...string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- b.do(ctx, items...) }()
	synctest.Wait()
	return done
}

func TestBatcherGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, r := newBatcher(true)
		var all []<-chan error
		for _, s := range []string{"a", "b", "c", "d", "e", "f", "ggggg", "h"} {
			all = append(all, ask(t.Context(), b, s))
		}
		r.want(t, "a", "b")
		r.release <- nil
		r.want(t, "a", "b", "cde")
		r.release <- nil
		r.want(t, "a", "b", "cde", "f")
		r.release <- nil
		r.want(t, "a", "b", "cde", "f", "ggggg")
		close(r.release)
		r.want(t, "a", "b", "cde", "f", "ggggg", "h")
		for _, done := range all {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// TestBatcherGathersABurst: the first of many does not leave alone.
func TestBatcherGathersABurst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as in a browser
	var started []string
	for range 10 { // the scheduler may tear a burst apart now and then
		if started = burst(t); len(started) <= 2 {
			return
		}
	}
	t.Errorf("100 at once took transactions %q; want them to share", started)
}

func burst(t *testing.T) (started []string) {
	synctest.Test(t, func(t *testing.T) {
		b, r := newBatcher(true)
		b.limit = 1000
		close(r.release)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { _ = b.do(t.Context(), "x") })
		}
		all.Wait()
		started = r.started
	})
	return started
}

func TestBatcherKeepsOrder(t *testing.T) {
	var order []int
	b := &batcher[int]{
		start: func(items []int) func() error {
			runtime.Gosched() // a chance to overtake
			order = append(order, items...)
			return settled(nil)
		},
		weigh:   func(int) int { return 1 },
		limit:   1,
		flights: 4,
	}
	var jobs []*job[int]
	for i := range 1000 {
		j := &job[int]{items: []int{i}, weight: 1, done: make(chan error, 1)}
		if err := b.enqueue(j); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	for _, j := range jobs {
		<-j.done
	}
	if !slices.IsSorted(order) {
		t.Error("jobs were started in another order than they came")
	}
}

func TestBatcherKeepsAJobWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, r := newBatcher(true)
		b.flights = 1
		for _, items := range [][]string{{"1"}, {"a", "b"}, {"c", "d"}, {"e"}} {
			ask(t.Context(), b, items...)
		}
		r.release <- nil
		r.want(t, "1", "ab")
		r.release <- nil
		r.want(t, "1", "ab", "cde")
		close(r.release)
	})
}

func TestBatcherTellsAllOfFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, r := newBatcher(true)
		b.flights = 1
		first := ask(t.Context(), b, "1")
		second, third := ask(t.Context(), b, "a"), ask(t.Context(), b, "b")
		failure := errors.New("disk on fire")
		r.release <- nil
		r.release <- failure
		for i, done := range []<-chan error{first, second, third} {
			want := failure
			if i == 0 {
				want = nil
			}
			if err := <-done; err != want {
				t.Errorf("job %d: got %v; want %v", i, err, want)
			}
		}
	})
}

func TestBatcherCancelled(t *testing.T) {
	for _, settles := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b, r := newBatcher(settles)
			b.flights = 1
			ctx, cancel := context.WithCancel(t.Context())
			started, queued := ask(ctx, b, "a"), ask(ctx, b, "b")
			other := ask(t.Context(), b, "c")
			cancel()
			synctest.Wait()
			if err := <-queued; err != context.Canceled {
				t.Errorf("queued: got %v; want context.Canceled", err)
			}
			var outcome error
			if settles {
				select {
				case err := <-started:
					t.Errorf("started: got %v before it had settled", err)
				default:
				}
			} else if outcome = <-started; outcome != context.Canceled {
				t.Errorf("started: got %v; want context.Canceled", outcome)
			}
			r.release <- nil
			if settles {
				if err := <-started; err != nil {
					t.Errorf("started: got %v; want the outcome", err)
				}
			}
			r.want(t, "a", "c")
			r.release <- nil
			<-other
			if b.busy() {
				t.Error("busy with everything answered or withdrawn")
			}
			if err := b.do(ctx, "d"); err != context.Canceled {
				t.Errorf("with an ended context: got %v; want context.Canceled", err)
			}
			r.want(t, "a", "c")
		})
	}
}

func TestBatcherClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, r := newBatcher(true)
		b.flights = 1
		if b.busy() {
			t.Error("busy with nothing asked")
		}
		started, queued := ask(t.Context(), b, "a"), ask(t.Context(), b, "b")
		over := errors.New("over")
		idle := b.close(over)
		if again := b.close(errors.New("again")); again != idle {
			t.Error("a second close got another channel")
		}
		if err := <-queued; err != over {
			t.Errorf("queued: got %v; want %v", err, over)
		}
		if err := b.do(t.Context(), "c"); err != over {
			t.Errorf("after close: got %v; want %v", err, over)
		}
		synctest.Wait()
		select {
		case <-idle:
			t.Error("idle with a transaction under way")
		default:
		}
		r.release <- nil
		if err := <-started; err != nil {
			t.Errorf("started: got %v; want its outcome", err)
		}
		if b.busy() {
			t.Error("busy with everything answered")
		}
		<-idle
		r.want(t, "a")
	})
}
