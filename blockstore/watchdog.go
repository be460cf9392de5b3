package blockstore

import (
	"sync"
	"time"
)

const (
	// watchdogTick is how often the watchdog looks, while there is something to
	// look at.
	watchdogTick = 10 * time.Second
	// watchdogTicks is how many looks a transaction may outlast. They are counted
	// rather than the time: a machine that slept wakes to a single one.
	watchdogTicks = 12
)

// A watchdog notices a transaction that never ends. Browsers have had faults of
// that kind, and all that comes later would wait behind it.
type watchdog struct {
	tick time.Duration
	bark func() // called once, by a goroutine of its own

	mu     sync.Mutex // guards following
	ticks  map[uint64]int
	next   uint64
	awake  bool
	barked bool
}

func newWatchdog(bark func()) *watchdog {
	return &watchdog{tick: watchdogTick, bark: bark, ticks: map[uint64]int{}}
}

// begin watches a transaction until end is called.
func (w *watchdog) begin() (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.next
	w.next++
	w.ticks[id] = 0
	if !w.awake && !w.barked {
		w.awake = true
		go w.watch()
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.ticks, id)
	}
}

// watch looks until nothing is under way.
func (w *watchdog) watch() {
	for {
		time.Sleep(w.tick)
		over, stuck := w.look()
		if stuck {
			w.bark()
		}
		if over {
			return
		}
	}
}

func (w *watchdog) look() (over, stuck bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.ticks {
		w.ticks[id]++
		stuck = stuck || w.ticks[id] > watchdogTicks
	}
	w.barked = w.barked || stuck
	over = stuck || len(w.ticks) == 0
	w.awake = !over
	return over, stuck
}
