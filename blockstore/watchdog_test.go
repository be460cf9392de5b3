package blockstore

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var barked atomic.Int64
		w := newWatchdog(func() { barked.Add(1) })
		for range 100 { // one after the other, for long
			end := w.begin()
			time.Sleep((watchdogTicks - 1) * watchdogTick)
			end()
		}
		time.Sleep(time.Hour)
		if barked.Load() != 0 {
			t.Error("barked at transactions that end")
		}
		w.begin()
		time.Sleep((watchdogTicks - 1) * watchdogTick)
		w.begin()()
		if barked.Load() != 0 {
			t.Error("barked too early")
		}
		time.Sleep(3 * watchdogTick)
		w.begin()
		time.Sleep(time.Hour)
		if got := barked.Load(); got != 1 {
			t.Errorf("barked %d times at what never ends; want once", got)
		}
	})
}
