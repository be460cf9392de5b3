package messageport

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// arrival returns how long the next port has to wait for its turn.
func arrival(t *testing.T, turns *Turns) time.Duration {
	t.Helper()
	began := time.Now()
	turns.Arrive(t.Context())
	return time.Since(began)
}

// busyTurns returns turns of so many sessions that are busy.
func busyTurns(sessions int) *Turns {
	turns := NewTurns(func() { time.Sleep(time.Millisecond) })
	for range sessions {
		works(turns.newShare())
	}
	return turns
}

// TestTurnsAfterMisconduct has a client break the protocol, in ways of which one
// costs more than the other, and looks how long the next that comes waits.
func TestTurnsAfterMisconduct(t *testing.T) {
	const others = 4
	large := make([]byte, 2*MaxMessage)
	for _, test := range []struct {
		name   string
		others int
		says   []byte
		least  time.Duration
		most   time.Duration
	}{
		{"nothing wrong", others, AppendFrame(nil, Frame{Type: TypeGoodbye, Payload: encodeError(Errorf(CodeClosed, nil, "bye"))}), 0, others*arrivalCost + 10*time.Millisecond},
		{"garbage", others, []byte("garbage"), others * (arrivalCost + misconductCost), others*(arrivalCost+misconductCost) + 10*time.Millisecond},
		{"too much", others, large, others * byteCost * time.Duration(len(large)), mostRest * 3 / 4},
		{"far too much", others, make([]byte, 32*MaxMessage), mostRest, mostRest + 10*time.Millisecond},
		{"too much, but nobody is there to mind", 0, large, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(2 * recently) // until there are no more turns to deal
				turns := busyTurns(test.others)
				s, far := greeted(t, turns)
				go s.Serve(t.Context(), HandlerFunc(func(context.Context, *ServerCall) (any, error) { return nil, nil }))
				if err := far.Send(t.Context(), test.says); err != nil {
					t.Fatal(err)
				}
				<-s.Done()
				synctest.Wait()
				if got := arrival(t, turns); got < test.least || got > test.most {
					t.Errorf("the next waits for %v; want %v to %v", got, test.least, test.most)
				}
			})
		})
	}
}

// TestTurnsAfterHellos has the next wait for what a large hello takes to be read,
// whatever is answered.
func TestTurnsAfterHellos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(2 * recently) // until there are no more turns to deal
		turns := busyTurns(4)
		near, far := Pipe()
		if err := far.Send(t.Context(), AppendFrame(nil, Frame{Type: TypeHello, Payload: make([]byte, 1<<20)})); err != nil {
			t.Fatal(err)
		}
		if _, err := Accept(t.Context(), near, AcceptConfig{Turns: turns}); !hasCode(err, CodeBadRequest) {
			t.Fatalf("got %v of a hello that says nothing; want it refused", err)
		}
		if got, want := arrival(t, turns), 4*byteCost<<20; got < want {
			t.Errorf("the next waits for %v; want %v or more", got, want)
		}
	})
}

// TestTurnsOfWhoTookTime has a session keep all others from something.
func TestTurnsOfWhoTookTime(t *testing.T) {
	for _, others := range []int{0, 3} {
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(2 * recently) // until there are no more turns to deal
			turns := busyTurns(others)
			const kept = 20 * time.Millisecond
			began := time.Now()
			turns.newShare().newPlace(nil).took(t.Context(), kept)
			least := time.Duration(others) * kept
			if took := time.Since(began); took < least || took > least+10*time.Millisecond {
				t.Errorf("it waits for %v after it kept %d others for %v; want %v", took, others, kept, least)
			}
		})
	}
}

// stayBusy returns turns of so many sessions that are busy until ctx ends.
func stayBusy(ctx context.Context, sessions int) *Turns {
	turns := NewTurns(func() { time.Sleep(time.Millisecond) })
	for range sessions {
		share := turns.newShare()
		go func() {
			for ctx.Err() == nil {
				works(share)
				time.Sleep(recently / 2)
			}
		}()
	}
	synctest.Wait()
	return turns
}

// TestTurnsOfWhoComesLast has a port come behind hundreds that somebody opened.
func TestTurnsOfWhoComesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		turns := stayBusy(ctx, 4)
		const flood = 300
		var before atomic.Int32
		for range flood {
			go func() {
				turns.greet(t.Context(), 0)
				before.Add(1)
			}()
		}
		synctest.Wait()
		at := before.Load()
		turns.greet(t.Context(), 0)
		if got := before.Load() - at; got > flood/10 {
			t.Errorf("%d of %d went on before it", got, flood)
		}
		cancel()
		time.Sleep(time.Minute) // until all have gone on
		if got := before.Load(); got != flood {
			t.Errorf("%d of %d went on", got, flood)
		}
	})
}

// TestTurnsOfWhoCameFirst has ever more ports come behind one.
func TestTurnsOfWhoCameFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		turns := stayBusy(ctx, 4)
		come := func() { turns.greet(t.Context(), 0) }
		for range 20 {
			go come()
		}
		synctest.Wait()
		first := make(chan struct{})
		go func() {
			come()
			close(first)
		}()
		synctest.Wait()
		go func() {
			for ctx.Err() == nil {
				go come()
				time.Sleep(time.Millisecond)
			}
		}()
		select {
		case <-first:
		case <-time.After(5 * time.Second):
			t.Error("it waits as long as others come")
		}
		cancel()
		time.Sleep(5 * time.Minute) // until all have gone on
	})
}
