package messageport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// comers has n calls ask for a place, and returns them and how many have one.
func comers(t *testing.T, s *share, n int) (calls []*place, placed func() int) {
	t.Helper()
	for range n {
		p := s.newPlace(nil)
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
func works(s *share) { s.newPlace(nil).spend(context.Background(), busy) }

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
		greedy.newPlace(nil).spend(t.Context(), 4*quantum)
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
		s.newPlace(nil).spend(t.Context(), 1000*quantum)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.newPlace(nil).spend(ctx, 1)
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

// greeted returns a session with a client that says whatever it likes by the port.
func greeted(t *testing.T, turns *Turns) (*ServerConn, Port) {
	t.Helper()
	near, far := Pipe()
	hello, err := Marshal(Hello{Versions: versions, Window: MinWindow})
	if err != nil {
		t.Fatal(err)
	}
	if err := far.Send(t.Context(), AppendFrame(nil, Frame{Type: TypeHello, Payload: hello})); err != nil {
		t.Fatal(err)
	}
	s, err := Accept(t.Context(), near, AcceptConfig{
		Turns:   turns,
		Welcome: func(context.Context, Hello) (Welcome, error) { return Welcome{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := far.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, far
}

// TestTurnsOfCanceledCalls holds a client that cancels all that it asks for to
// its part: an answer at once would have it ask for the next at once.
func TestTurnsOfCanceledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(recently) // until there are no more turns to deal
		turns := NewTurns(func() { time.Sleep(time.Millisecond) })
		other := turns.newShare()
		s, far := greeted(t, turns)
		go s.Serve(t.Context(), HandlerFunc(func(ctx context.Context, _ *ServerCall) (any, error) { return nil, ctx.Err() }))
		defer s.Close()
		works(other)

		const calls = 512
		reason := encodeError(Errorf(CodeCanceled, nil, "never mind"))
		var msg []byte
		for id := range uint32(calls) {
			msg = AppendFrame(msg, Frame{Type: TypeOpen, Flags: FlagEnd, ID: id + 1, Payload: append([]byte{1, 'x'}, 0xf6)})
			msg = AppendFrame(msg, Frame{Type: TypeCancel, ID: id + 1, Payload: reason})
		}
		began := time.Now()
		if err := far.Send(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
		for answers := 0; answers < calls; {
			works(other)
			msg, err := far.Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for scan := newScanner(msg, maxMaxFrame); ; answers++ {
				if _, ok, err := scan.next(); err != nil || !ok {
					break
				}
			}
		}
		if took, rounds := time.Since(began), calls*callCost/quantum; took < time.Duration(rounds)*time.Millisecond {
			t.Errorf("%d canceled calls were answered within %v; want %d rounds of a millisecond", calls, took, rounds)
		}
	})
}

// TestTurnsOfNewcomers holds those who open port after port, and say much in each
// hello, to one session's part together.
func TestTurnsOfNewcomers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(recently) // until there are no more turns to deal
		turns := NewTurns(func() { time.Sleep(time.Millisecond) })
		works(turns.newShare())
		began := time.Now()
		const ports = 200
		for range ports {
			s, _ := greeted(t, turns)
			defer s.Close()
		}
		if took, rounds := time.Since(began), ports*callCost/quantum; took < time.Duration(rounds)*time.Millisecond {
			t.Errorf("%d ports were taken within %v; want %d rounds of a millisecond", ports, took, rounds)
		}
	})
}

func TestRefuse(t *testing.T) {
	near, far := Pipe()
	Refuse(t.Context(), near, Errorf(CodeTooManyCalls, nil, "too many"))
	msg, err := far.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scan := newScanner(msg, maxMaxFrame)
	f, _, err := scan.next()
	if err != nil || f.Type != TypeRefuse {
		t.Fatalf("got a frame of type %v, %v; want a refusal", f.Type, err)
	}
	if e, err := decodeError(f.Payload); err != nil || e.Code != CodeTooManyCalls {
		t.Errorf("got %v, %v; want the reason given", e, err)
	}
	if _, err := far.Receive(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v after it; want the port closed", err)
	}
}

// TestStalledCalls has a session leave calls half-way, and another one fewer.
func TestStalledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(nil)
		pause := func(s *share, n int) (ended *int) {
			ended = new(int)
			for range n {
				s.newPlace(func(err error) {
					if !hasCode(err, CodeStalled) {
						t.Errorf("a call was ended for %v", err)
					}
					*ended++
				}).pause()
			}
			return ended
		}
		modest := pause(turns.newShare(), maxStalled/4)
		time.Sleep(time.Minute)
		if *modest != 0 {
			t.Errorf("%d calls of a few were ended", *modest)
		}
		greedy := turns.newShare()
		first := pause(greedy, maxStalled)
		time.Sleep(stallTime / 2)
		second := pause(greedy, maxStalled)
		if *first+*second != 0 {
			t.Errorf("%d calls were ended that have not waited for long", *first+*second)
		}
		time.Sleep(stallTime / 2)
		last := greedy.newPlace(func(error) { t.Error("a call was ended that has just begun to wait") })
		last.pause()
		if *modest != 0 || *second != 0 || *first != maxStalled/4 {
			t.Errorf("%d, %d and %d were ended; want the oldest of who has most, down to %d in all", *modest, *first, *second, maxStalled)
		}
		last.take(t.Context())
		if _, there := turns.paused[last]; there {
			t.Error("a call that goes on is taken for one that waits")
		}
	})
}
