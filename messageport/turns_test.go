package messageport

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// comers has n calls ask for a place, and returns them and how many have one.
func comers(t *testing.T, s *share, n int) (calls []*place, placed func() int) {
	t.Helper()
	for range n {
		p := s.newPlace()
		calls = append(calls, p)
		go p.take(t.Context())
	}
	return calls, func() int {
		synctest.Wait()
		s.turns.mu.Lock()
		defer s.turns.mu.Unlock()
		return len(s.places)
	}
}

// works has a session do as much as makes it a busy one.
func works(s *share) { s.newPlace().spend(context.Background(), busy) }

func TestTurnsOfOneAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewTurns(nil).newShare()
		calls, placed := comers(t, s, 100)
		if got := placed(); got != 100 {
			t.Errorf("%d of 100 calls are worked on; want all of who is alone", got)
		}
		calls[0].spend(t.Context(), 100*quantum) // does not wait
	})
}

func TestTurnsOfOneThatAsksForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(nil)
		var others []*share
		for range 7 {
			s := turns.newShare()
			works(s)
			others = append(others, s)
		}
		greedy := turns.newShare()
		greedy.newPlace().spend(t.Context(), 4*quantum)
		calls, placed := comers(t, greedy, 100)
		got := placed()
		if got > places/2 {
			t.Fatalf("%d calls are worked on beside 7 busy sessions; want few", got)
		}
		// Another session's calls do not wait for those.
		if _, placed := comers(t, others[0], 2); placed() != 2 {
			t.Error("a session that asks for little has to wait")
		}
		for _, call := range calls {
			call.leave()
		}
		// Once nobody else does anything, it goes on.
		time.Sleep(10 * patience)
		if placed() == 0 {
			t.Error("those that waited were forgotten")
		}
	})
}

func TestTurnsLeaveAndLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(nil)
		works(turns.newShare())
		s := turns.newShare()
		calls, placed := comers(t, s, 3)
		if got := placed(); got != 3 {
			t.Fatalf("%d of 3 calls are worked on", got)
		}
		calls[0].leave()
		calls[1].last()
		calls[1].take(t.Context())
		if got := placed(); got != 1 {
			t.Errorf("%d places are taken; want that of the one call that neither waits nor lasts", got)
		}
	})
}

func TestTurnsEndWithTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(nil)
		works(turns.newShare())
		s := turns.newShare()
		s.newPlace().spend(t.Context(), 1000*quantum)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.newPlace().spend(ctx, 1)
		if got := s.waiting(); got != 0 {
			t.Errorf("%d wait whose call has ended", got)
		}
	})
}

// TestTurnsGiveSpendersTheirTurn holds a call that has a place against others of
// its session that want one: it must not wait for them.
func TestTurnsGiveSpendersTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(nil)
		other := turns.newShare()
		s := turns.newShare()
		works(other)
		calls, _ := comers(t, s, 3*places)
		began := time.Now()
		for range 20 {
			works(other)
			calls[0].spend(t.Context(), quantum)
		}
		if took := time.Since(began); took > patience {
			t.Errorf("took %v; want it not to wait until places are given up", took)
		}
		synctest.Wait()
	})
}
