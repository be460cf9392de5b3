package pubsub

import (
	"testing"
	"time"
)

func TestBucket(t *testing.T) {
	t.Parallel()
	now := time.Now()
	b := newBucket(10, 2, now)
	for _, step := range []struct {
		after time.Duration
		take  int
		debt  time.Duration
	}{
		{0, 10, 0},
		{0, 3, 1500 * time.Millisecond},
		{time.Second, 0, 500 * time.Millisecond},
		{time.Second, 1, 0},
		{time.Hour, 10, 0},
		{0, 2, time.Second},
	} {
		now = now.Add(step.after)
		b.refill(now)
		b.take(step.take)
		if got := b.debt(); got != step.debt {
			t.Errorf("after %v and %d taken: got debt %v; want %v", step.after, step.take, got, step.debt)
		}
	}
	if b.refill(now.Add(time.Hour)); !b.full() {
		t.Error("the bucket is not full after an hour")
	}
}
