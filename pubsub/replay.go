package pubsub

import (
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// seenTTL is how long gossipsub knows a message that it has had.
	seenTTL = 2 * time.Minute
	// replayEpoch divides time for the floors below. A message is older than the
	// floor before gossipsub forgets it, for two epochs are no longer than seenTTL.
	replayEpoch = seenTTL / 2
	// maxSenders bounds how many senders are remembered.
	maxSenders = 4096
)

// replays knows messages that were here longer ago than gossipsub remembers, by
// their sequence numbers. Otherwise a message could go round for ever.
//
// A sender's numbers grow, but its messages may arrive in another order than it
// sent them, by different ways through the mesh. So what is dropped is not each
// number below the highest, but those up to the floor: the highest number that
// the sender had reached an epoch or two ago. Anything more recent gossipsub
// itself knows.
//
// Some senders number at random (js-libp2p before May 2026, rust-libp2p before
// 2023). Numbers from the clock in nanoseconds, which the others start with, are
// a fiftieth of all there are; a sender that uses any other is taken at its word
// that its numbers say nothing, and none of its messages is dropped.
type replays struct {
	now   func() time.Time
	start time.Time

	mu sync.Mutex // guards following
	// Those heard of last are in recent; when it is full, it takes the place of
	// old, whose senders are forgotten.
	recent, old map[peer.ID]*sender
}

type sender struct {
	epoch   int64  // of the last message
	floor   uint64 // highest number two epochs before and earlier
	before  uint64 // highest number one epoch before and earlier
	highest uint64
	random  bool
}

func newReplays(now func() time.Time) *replays {
	return &replays{now: now, start: now(), recent: make(map[peer.ID]*sender)}
}

// fresh takes note of a message, whose signature is known to be good, and
// reports whether it may be new.
func (r *replays) fresh(from peer.ID, seqno uint64) bool {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sender(from)
	s.turn(int64(now.Sub(r.start) / replayEpoch))
	if s.random = s.random || !fromClock(seqno, now); s.random {
		return true
	}
	if seqno <= s.floor {
		return false
	}
	s.highest = max(s.highest, seqno)
	return true
}

// sender returns what is known of a sender. The caller has the lock.
func (r *replays) sender(id peer.ID) *sender {
	if s := r.recent[id]; s != nil {
		return s
	}
	if len(r.recent) >= maxSenders/2 {
		r.old, r.recent = r.recent, make(map[peer.ID]*sender)
	}
	s := r.old[id]
	if s == nil {
		s = new(sender)
	}
	r.recent[id] = s
	return s
}

// turn moves the floor up to where it is in epoch.
func (s *sender) turn(epoch int64) {
	switch {
	case epoch <= s.epoch:
		return
	case epoch == s.epoch+1:
		s.floor, s.before = s.before, s.highest
	default:
		s.floor, s.before = s.highest, s.highest
	}
	s.epoch = epoch
}

// fromClock reports whether a number may have been counted up from the clock's
// nanoseconds, between 2015 and two years from now.
func fromClock(seqno uint64, now time.Time) bool {
	first := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	last := now.AddDate(2, 0, 0).UnixNano()
	return seqno >= uint64(first) && seqno <= uint64(last)
}
