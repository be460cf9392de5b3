package messageport

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	// quantum is how many bytes a session's calls take in and give out, or what
	// costs as much, before it is the turn of others.
	quantum = 128 << 10
	// callCost is what it costs to begin a call, or to go on with one.
	callCost = 16 << 10
	// places is how many calls of a session are worked on at a time if it asks for
	// no more than the others. Of one that does so many are beside one other that
	// is busy, half as many beside two, and at least one.
	places = 8
	// recently is how long ago a session may have done something to count among
	// those that share.
	recently = time.Second
	// refresh is after how long a session that waits for nothing has all of its
	// quantum again.
	refresh = time.Millisecond
	// busy is what a session that takes its part of the time uses recently, at
	// the least.
	busy = 2 * quantum
	// leastRest is so short that no timer is worth it, and mostRest how long a
	// session waits for its turn at the most.
	leastRest = 4 * time.Millisecond
	mostRest  = time.Second
	// patience is how long a call that is worked on keeps its place: what takes
	// longer waits for something, and is not in the way.
	patience = time.Second
)

// Turns divides one thread among the sessions of a server, so that none of them
// can take it from the others, whatever it asks for. A session that is alone does
// as it likes. Of several, one that asks for more than the others has only so many
// calls worked on at a time, and each after a quantum of work lets the others, and
// what waits in the browser's queues, go first. How long that took is measured, and
// who has had more than its part rests. Who does little leaves the rest of its
// part to others.
//
// What a call costs is reckoned: by the bytes of its streams.
type Turns struct {
	yield func()
	// newcomers is the part of all ports together whose client has not been
	// welcomed: whoever opens one after the other has no more than a session.
	newcomers *share

	mu      sync.Mutex           // guards following, and all shares and places
	paused  map[*place]time.Time // calls that wait for their clients, since when
	looked  time.Time            // when it was last looked which of these have stalled
	recent  []*share             // that did something recently, and some that did not
	queued  []*share             // that have waiters
	dealing bool                 // a goroutine is in deal
	alarm   *time.Timer
}

// NewTurns returns the turns of one server. Between two of them yield is called,
// by one goroutine at a time, to let whatever else waits go first: runtime.Gosched
// if nil.
func NewTurns(yield func()) *Turns {
	if yield == nil {
		yield = runtime.Gosched
	}
	t := &Turns{yield: yield, paused: map[*place]time.Time{}}
	t.newcomers = t.newShare()
	t.newcomers.bothEnds = true
	t.alarm = time.AfterFunc(time.Hour, t.look)
	t.alarm.Stop()
	return t
}

// share is a session's part.
type share struct {
	turns *Turns

	// Guarded by turns.mu.
	touched  time.Time
	refilled time.Time
	left     int           // of the quantum; less than nothing after something dear
	used     int           // recently
	dealt    int           // in the last round
	owed     time.Duration // of rest
	until    time.Time     // when it has rested
	places   map[*place]struct{}
	queued   bool      // is among turns.queued
	spenders []*waiter // that hold their place, if they need one
	comers   []*waiter // that want one
	// bothEnds has the last spender go on as often as the first: who comes behind a
	// thousand others of somebody else's is not to wait for all of them.
	bothEnds bool
	lastNext bool // with bothEnds
}

// waiter is a goroutine that waits for its session's turn.
type waiter struct {
	place *place // that it wants, or nil
	cost  int
	ready chan struct{} // closed when it may go on
}

// place is the right of a call to be worked on.
type place struct {
	share *share
	end   context.CancelCauseFunc // ends the call

	// Guarded by share.turns.mu.
	since   time.Time
	lasting bool // it needs none any more
}

func (t *Turns) newShare() *share {
	if t == nil {
		return nil
	}
	return &share{turns: t, places: map[*place]struct{}{}}
}

// A Part is what several sessions have of the turns together: no more than one that
// is alone.
type Part struct{ share *share }

// NewPart returns a part that no session has yet.
func (t *Turns) NewPart() *Part { return &Part{t.newShare()} }

// newPlace returns a place that is not taken yet, of a call that end ends.
func (s *share) newPlace(end context.CancelCauseFunc) *place {
	if s == nil {
		return nil
	}
	return &place{share: s, end: end}
}

// take waits until the call may be worked on. If ctx ends before, it reports
// false.
func (p *place) take(ctx context.Context) bool {
	return p == nil || p.share.wait(ctx, &waiter{place: p, cost: callCost})
}

// spend says that the call has cost so much, and waits for the session's turn.
func (p *place) spend(ctx context.Context, cost int) {
	if p != nil {
		p.share.wait(ctx, &waiter{cost: cost})
	}
}

// took is spend for time of what all sessions share.
func (p *place) took(ctx context.Context, d time.Duration) {
	if p != nil {
		p.share.took(d)
		p.spend(ctx, 0)
	}
}

// leave gives the place up, if it is taken.
func (p *place) leave() {
	if p == nil {
		return
	}
	p.share.turns.mu.Lock()
	defer p.share.turns.mu.Unlock()
	p.vacate(time.Now())
}

// vacate is leave for who holds turns.mu.
func (p *place) vacate(now time.Time) {
	delete(p.share.places, p)
	if p.share.waiting() > 0 && p.share.left > 0 && !p.share.until.After(now) {
		p.share.goOn(now)
		if p.share.waiting() > 0 && p.share.left <= 0 {
			p.share.turns.startDealing()
		}
	}
}

// last gives the place up for good.
func (p *place) last() {
	if p == nil {
		return
	}
	p.share.turns.mu.Lock()
	p.lasting = true
	p.share.turns.mu.Unlock()
	p.leave()
}

// charge is spend for what is done already, and so waits for nothing.
func (s *share) charge(cost int) {
	if s == nil {
		return
	}
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	s.left -= cost
	s.used += cost
}

// took is charge for time of what all sessions share. The session rests for as
// long as the others would have had their turn meanwhile.
func (s *share) took(d time.Duration) {
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	now := time.Now()
	s.rest(time.Duration(float64(d)*s.turns.others(s, now).busy), now)
}

// wait reports whether the waiter may go on: it may not once ctx has ended.
func (s *share) wait(ctx context.Context, w *waiter) bool {
	t := s.turns
	t.mu.Lock()
	now := time.Now()
	delete(t.paused, w.place)
	t.touch(s, now)
	if !s.waits(w) && !s.until.After(now) && s.admit(w, now) {
		t.mu.Unlock()
		return true
	}
	w.ready = make(chan struct{})
	if w.place == nil {
		s.spenders = append(s.spenders, w)
	} else {
		s.comers = append(s.comers, w)
	}
	if !s.queued {
		s.queued = true
		t.queued = append(t.queued, s)
	}
	t.startDealing()
	t.mu.Unlock()
	select {
	case <-w.ready:
		return true
	case <-ctx.Done():
		s.giveUp(w)
		return false
	}
}

func (s *share) giveUp(w *waiter) {
	s.turns.mu.Lock()
	defer s.turns.mu.Unlock()
	is := func(other *waiter) bool { return other == w }
	s.spenders = slices.DeleteFunc(s.spenders, is)
	s.comers = slices.DeleteFunc(s.comers, is)
}

// touch notes that a session does something. The caller holds t.mu.
func (t *Turns) touch(s *share, now time.Time) {
	idle := now.Sub(s.touched)
	if idle > recently && !slices.Contains(t.recent, s) {
		t.recent = append(t.recent, s)
	}
	s.used -= int(int64(s.used) * int64(min(idle, recently)) / int64(recently))
	s.touched = now
	if s.waiting() == 0 && now.Sub(s.refilled) >= refresh {
		s.refilled, s.left = now, quantum
	}
}

// admit lets a waiter go on if it may. The caller holds turns.mu.
func (s *share) admit(w *waiter, now time.Time) bool {
	o := s.turns.others(s, now)
	if o.count > 0 && (s.left <= 0 || w.place != nil && !s.hasPlace(o, now)) {
		return false
	}
	s.left -= w.cost
	s.used += w.cost
	if w.place != nil && !w.place.lasting {
		w.place.since = now
		s.places[w.place] = struct{}{}
	}
	return true
}

// hasPlace reports whether one more call may be worked on beside the others.
func (s *share) hasPlace(o others, now time.Time) bool {
	most := places
	if s.used > 2*o.used/o.count {
		most = max(1, (o.places+o.count-1)/o.count, int(min(places/o.busy, 1<<10)))
	}
	if len(s.places) < most {
		return true
	}
	for p := range s.places {
		if now.Sub(p.since) > patience {
			delete(s.places, p)
		}
	}
	return len(s.places) < most
}

// others are the sessions that did something recently, but for one.
type others struct {
	count  int
	busy   float64 // of them: one that did little counts for a part
	used   int     // by all of them
	places int     // of their calls that are worked on
}

// others returns the others than s. The caller holds t.mu.
func (t *Turns) others(s *share, now time.Time) (o others) {
	t.recent = slices.DeleteFunc(t.recent, func(o *share) bool { return now.Sub(o.touched) > recently })
	for _, other := range t.recent {
		if other != s {
			o.count++
			o.busy += min(1, float64(other.used)/busy)
			o.used += other.used
			o.places += len(other.places)
		}
	}
	return o
}

// startDealing has the waiters looked at. The caller holds t.mu.
func (t *Turns) startDealing() {
	if !t.dealing {
		t.dealing = true
		go t.deal()
	}
}

// deal gives each session that waits and has rested its quantum, round after
// round, with everything else between two of them.
func (t *Turns) deal() {
	for {
		began := time.Now()
		t.yield()
		if !t.round(began) {
			return
		}
	}
}

// round begins the next round, after one that began then, and reports whether
// there is to be another at once.
func (t *Turns) round(began time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.reckon(now.Sub(began), now)
	again := false
	for _, s := range t.queued {
		if s.until.After(now) {
			continue
		}
		t.touch(s, now)
		before := s.used
		s.left = min(s.left+quantum, quantum)
		s.goOn(now)
		s.dealt = s.used - before
		again = again || s.waiting() > 0 && s.left <= 0
	}
	if again {
		return true
	}
	t.queued = slices.DeleteFunc(t.queued, func(s *share) bool {
		s.queued = s.waiting() > 0
		return !s.queued
	})
	t.dealing = false
	t.setAlarm(now)
	return false
}

// reckon notes how long those have to rest who had their turn in a round that
// took so long, for each to have no more than its part of the time.
func (t *Turns) reckon(took time.Duration, now time.Time) {
	sum := 0
	for _, s := range t.queued {
		sum += s.dealt
	}
	for _, s := range t.queued {
		if s.dealt > 0 {
			s.owed += time.Duration(float64(took) * float64(s.dealt) / float64(sum) * t.others(s, now).busy)
		}
		if s.owed > leastRest {
			s.rest(s.owed, now)
			s.owed = 0
		}
		s.dealt = 0
	}
}

// rest has the session wait for so long, and for what it rests already, but no
// longer than mostRest. The caller holds turns.mu.
func (s *share) rest(d time.Duration, now time.Time) {
	if s.until.Before(now) {
		s.until = now
	}
	s.until = s.until.Add(d)
	if latest := now.Add(mostRest); s.until.After(latest) {
		s.until = latest
	}
}

// setAlarm has those looked at who wait, when the first has rested, or a call may
// have lost its place.
func (t *Turns) setAlarm(now time.Time) {
	if len(t.queued) == 0 {
		return
	}
	next := recently
	for _, s := range t.queued {
		if s.until.After(now) {
			next = min(next, s.until.Sub(now))
		}
	}
	t.alarm.Reset(next)
}

// goOn lets those go on who may: first who has a place, which others wait for.
// The caller holds turns.mu.
func (s *share) goOn(now time.Time) {
	for len(s.spenders) > 0 {
		at := 0
		if s.lastNext {
			at = len(s.spenders) - 1
		}
		if !s.admit(s.spenders[at], now) {
			break
		}
		close(s.spenders[at].ready)
		s.spenders = slices.Delete(s.spenders, at, at+1)
		s.lastNext = s.bothEnds && !s.lastNext
	}
	for len(s.comers) > 0 && s.admit(s.comers[0], now) {
		close(s.comers[0].ready)
		s.comers[0] = nil
		s.comers = s.comers[1:]
	}
}

// waits reports whether others of the session are before w.
func (s *share) waits(w *waiter) bool {
	return len(s.spenders) > 0 || w.place != nil && len(s.comers) > 0
}

func (s *share) waiting() int { return len(s.spenders) + len(s.comers) }

// look begins to deal again.
func (t *Turns) look() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queued) > 0 {
		t.startDealing()
	}
}
