package torture

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestNothingIsLost kills what runs the node under load, and what uses it.
func TestNothingIsLost(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	for _, p := range []harness.Power{harness.PowerProfile, harness.PowerCrash} {
		if why := engine().Lacks(p); why != "" {
			t.Skip(why)
		}
	}
	seed := number(t, "SHAREDNODE_TORTURE_SEED", rand.Uint64()>>1)
	count := number(t, "SHAREDNODE_TORTURE_KILLS", 20)
	t.Logf("SHAREDNODE_TORTURE_SEED=%d SHAREDNODE_TORTURE_KILLS=%d", seed, count)

	r := newRun(t, seed)
	r.launch()
	r.reopen()
	r.check()
	order := deck{rng: r.rng, only: os.Getenv("SHAREDNODE_TORTURE_ONLY")}
	for i := range count {
		start := time.Now()
		k := order.next()
		before := r.prepare()
		r.work()
		r.strike(k)
		killed := time.Now()
		r.reopen()
		back := time.Since(killed)
		r.check()
		r.checkSurvivors(before)
		r.judge()
		t.Logf("kill %d: %s: %v, of which %v until all tabs were connected",
			i+1, k.name, time.Since(start).Round(time.Millisecond), back.Round(time.Millisecond))
	}
	t.Logf("%d operations acknowledged, %d epochs", r.done, r.model.epochs)
}

// number reads an environment variable.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
