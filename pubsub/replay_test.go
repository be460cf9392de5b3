package pubsub

import (
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

func TestReplays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first := uint64(start.UnixNano())
	type message struct {
		at    time.Duration
		seqno uint64
		want  bool
	}
	tests := []struct {
		name     string
		messages []message
	}{
		{"growing", []message{{0, first, true}, {time.Second, first + 1, true}, {time.Hour, first + 2, true}}},
		{"out of order", []message{{0, first + 9, true}, {time.Second, first + 1, true}, {replayEpoch, first + 2, true}}},
		{"replayed once it is forgotten", []message{
			{0, first, true},
			{seenTTL, first, false},
			{seenTTL, first + 1, true},
		}},
		{"replayed with others between", []message{
			{0, first, true},
			{replayEpoch - 1, first + 1, true},
			{replayEpoch, first + 2, true},
			{seenTTL, first, false},
			{seenTTL, first + 1, false},
		}},
		{"replayed much later", []message{{0, first, true}, {24 * time.Hour, first, false}}},
		{"random", []message{
			{0, 1 << 63, true},
			{time.Second, 5, true},
			{time.Hour, first, true},
			{2 * time.Hour, first - 1, true},
		}},
		{"counted from one", []message{{0, 1, true}, {time.Hour, 2, true}, {2 * time.Hour, 1, true}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := start
			r := newReplays(func() time.Time { return now })
			for i, m := range tt.messages {
				now = start.Add(m.at)
				if got := r.fresh("a", m.seqno); got != m.want {
					t.Errorf("message %d: got fresh %v; want %v", i, got, m.want)
				}
				if !r.fresh(peer.ID(fmt.Sprint("other", i)), first) {
					t.Errorf("message %d: a message of another sender is taken for a replay", i)
				}
			}
		})
	}
}

func TestReplaysAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := newReplays(func() time.Time { return now })
	seqno := uint64(now.UnixNano())
	for i := range 3 * maxSenders {
		r.fresh(peer.ID(fmt.Sprint(i)), seqno)
		r.fresh("busy", seqno+uint64(i))
	}
	if got := len(r.recent) + len(r.old); got > maxSenders {
		t.Errorf("%d senders are remembered; want at most %d", got, maxSenders)
	}
	now = now.Add(seenTTL)
	if r.fresh("busy", seqno) {
		t.Error("a busy sender was forgotten")
	}
}
