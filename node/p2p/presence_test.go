package p2p

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		returns := 0
		p := newPresence(func() { returns++ })
		if !p.wait(t.Context()) {
			t.Error("a device that nothing is known of counts as offline")
		}
		p.set(true)
		p.set(false)
		ctx, cancel := context.WithCancel(t.Context())
		waited := make(chan bool, 2)
		go func() { waited <- p.wait(ctx) }()
		synctest.Wait()
		if p.isOnline() || len(waited) > 0 {
			t.Error("offline, and nobody waits")
		}
		cancel()
		if <-waited {
			t.Error("wait says online after its context ended")
		}
		go func() { waited <- p.wait(t.Context()) }()
		synctest.Wait()
		p.set(true)
		if !<-waited {
			t.Error("wait says offline after the device came back")
		}
		if returns != 1 {
			t.Errorf("told %d times of a return; want once", returns)
		}
	})
}

// A clock that gained more than the time between two looks tells of sleep.
func TestPresenceSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var returns, slept atomic.Int64
		p := newPresence(func() { returns.Add(1) })
		p.wall = func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go p.watch(ctx)
		time.Sleep(10 * clockTick)
		if n := returns.Load(); n != 0 {
			t.Errorf("told %d times of a return from sleep without any", n)
		}
		slept.Store(int64(time.Hour))
		time.Sleep(10 * clockTick)
		if n := returns.Load(); n != 1 {
			t.Errorf("told %d times of a return after one sleep; want once", n)
		}
	})
}
