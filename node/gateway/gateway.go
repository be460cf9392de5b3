package gateway

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// How long a gateway is left alone: after a failure, doubling with each, and
// after what it is to blame for.
const (
	pauseFirst   = 2 * time.Second
	pauseLongest = 10 * time.Minute
	pauseBlamed  = 30 * time.Minute
)

// gateway is one of them, and how it has done so far.
type gateway struct {
	url   string
	slots chan struct{} // a slot for each request

	mu       sync.Mutex // guards following
	failures int        // since the last answer
	until    time.Time  // when it may be asked again
	latency  time.Duration
}

// pausedFor returns how long the gateway is still to be left alone.
func (g *gateway) pausedFor() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.until)
}

// compare orders gateways, the best first: those without failures, then the ones
// that answer soonest. One that was not asked yet is taken for a quick one.
func (g *gateway) compare(other *gateway) int {
	a, b := g.standing(), other.standing()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (g *gateway) standing() float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return float64(g.latency+time.Millisecond) * math.Pow(2, float64(g.failures))
}

// answered notes an answer, whatever it was.
func (g *gateway) answered(took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = 0
	if g.latency == 0 {
		g.latency = took
	}
	g.latency = (3*g.latency + took) / 4
}

// failed notes that there was none. retry is what the gateway says of when to
// come again, in seconds, or empty.
func (g *gateway) failed(retry string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Now().Before(g.until) {
		return // it was counted with the others that were asked for at the time
	}
	pause := min(pauseLongest, pauseFirst<<min(g.failures, 20))
	g.failures++
	if seconds, err := strconv.ParseUint(retry, 10, 31); err == nil {
		pause = min(pauseLongest, max(pause, time.Duration(seconds)*time.Second))
	}
	g.until = time.Now().Add(pause)
}

// blame leaves the gateway alone for long.
func (g *gateway) blame() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures++
	g.until = time.Now().Add(pauseBlamed)
}
