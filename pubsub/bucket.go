package pubsub

import "time"

// bucket lets so much through at once and so much a second in the long run. It
// may be taken from beyond what it holds, and then tells how long to wait.
type bucket struct {
	burst, rate float64
	level       float64
	at          time.Time
}

func newBucket(burst, rate float64, now time.Time) bucket {
	return bucket{burst: burst, rate: rate, level: burst, at: now}
}

func (b *bucket) refill(now time.Time) {
	b.level = min(b.burst, b.level+b.rate*now.Sub(b.at).Seconds())
	b.at = now
}

func (b *bucket) take(n int) { b.level -= float64(n) }

// debt returns how long it takes until the bucket is no longer overdrawn.
func (b *bucket) debt() time.Duration {
	return time.Duration(max(0, -b.level/b.rate) * float64(time.Second))
}

func (b *bucket) full() bool { return b.level == b.burst }
