package messageport

import (
	"testing"
	"testing/synctest"
	"time"
)

func dataFrame(n int) Frame { return Frame{Type: TypeData, ID: 1, Payload: make([]byte, n)} }

func noGrowth(int) int { return 0 }

func TestInboundTakesNoMoreThanItsWindow(t *testing.T) {
	in := newInbound(MinWindow, noGrowth)
	for range 2 {
		if f := dataFrame(MinWindow/2 - HeaderSize); !in.put(f, len(f.Payload)) {
			t.Fatal("a frame within the window was not taken")
		}
	}
	if in.put(dataFrame(1), 13) {
		t.Error("a byte beyond the window was taken")
	}
	if !in.put(Frame{Type: TypeData, ID: 1, Flags: FlagEnd}, HeaderSize) {
		t.Error("an empty frame with END was not taken; it is free")
	}
}

func TestInboundGrantsAtHalfTheWindow(t *testing.T) {
	in := newInbound(MinWindow, noGrowth)
	piece := MinWindow/8 - HeaderSize
	for range 8 {
		in.put(dataFrame(piece), piece)
	}
	for i, want := range []uint32{0, 0, 0, MinWindow / 2, 0, 0, 0, MinWindow / 2} {
		if _, ok := in.take(); !ok {
			t.Fatal("nothing to take")
		}
		if got := in.grant(); got != want {
			t.Errorf("after %d of 8 pieces: got credit %d; want %d", i+1, got, want)
		}
	}
	if in.allowed != MinWindow {
		t.Errorf("all read: the sender may send %d; want %d", in.allowed, MinWindow)
	}
}

// TestInboundReadCosts checks that reading by bytes costs, in the end, what
// reading by chunks does.
func TestInboundReadCosts(t *testing.T) {
	in := newInbound(MinWindow, noGrowth)
	in.put(dataFrame(10_000), 10_000)
	in.put(dataFrame(10_000), 10_000)
	for total := 0; total < 20_000; {
		n, stop := in.read(make([]byte, 777))
		if n == 0 || stop {
			t.Fatalf("after %d bytes: got %d, stop %t", total, n, stop)
		}
		total += n
	}
	if want := 2 * (10_000 + HeaderSize); in.consumed != want {
		t.Errorf("consumed %d; want %d", in.consumed, want)
	}
}

func TestInboundDiscards(t *testing.T) {
	in := newInbound(MinWindow, noGrowth)
	in.put(dataFrame(MinWindow/2), MinWindow)
	in.drop()
	in.put(dataFrame(100), 100)
	if len(in.chunks) != 0 {
		t.Errorf("%d chunks kept that nobody will read", len(in.chunks))
	}
	if got, want := in.grant(), uint32(MinWindow/2+100+2*HeaderSize); got != want {
		t.Errorf("got credit %d; want %d", got, want)
	}
}

func TestInboundKeepsNoMoreThanItCosts(t *testing.T) {
	in := newInbound(1<<20, noGrowth)
	// One byte of a large message, which would keep all of it.
	msg := make([]byte, 1<<20)
	in.put(Frame{Type: TypeItem, ID: 1, Payload: msg[12:13:13]}, len(msg))
	msg[12] = 7
	if in.chunks[0].Data[0] == 7 {
		t.Error("a byte keeps the message of 1 MiB that it came in")
	}
	// Many small frames.
	for range 10_000 {
		in.put(dataFrame(1), 13)
	}
	if n := len(in.chunks); n > 5 {
		t.Errorf("10000 frames of one byte wait as %d chunks", n)
	}
	// Merged pieces do not run into what follows them in their message.
	in = newInbound(1<<20, noGrowth)
	msg = []byte("abcXYZ")
	in.put(Frame{Type: TypeData, ID: 1, Payload: msg[0:3:3]}, 6)
	in.put(Frame{Type: TypeData, ID: 1, Payload: []byte("d")}, 1)
	if string(msg) != "abcXYZ" {
		t.Errorf("merging wrote over the message: %q", msg)
	}
}

func TestWindowGrowsForFastReaders(t *testing.T) {
	tests := []struct {
		name   string
		pause  time.Duration // between frames
		unread int           // frames left unread
		budget int
		max    int
		want   int // the window in the end
	}{
		{name: "fast", budget: 1 << 30, max: 4 << 20, want: 4 << 20},
		{name: "fast, with a small budget", budget: 100_000, max: 4 << 20, want: MinWindow + 100_000},
		{name: "fast, with no budget", max: 4 << 20, want: MinWindow},
		{name: "fast, at its maximum", budget: 1 << 30, max: MinWindow, want: MinWindow},
		{name: "slow sender", pause: growInterval, budget: 1 << 30, max: 4 << 20, want: MinWindow},
		{name: "reader behind", unread: 1, budget: 1 << 30, max: 4 << 20, want: MinWindow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := Pipe()
				c := newConn(a, Limits{Window: MinWindow, MaxWindow: test.max, WindowBudget: test.budget})
				defer c.out.close(nil)
				c.budget = test.budget
				in := newInbound(MinWindow, c.growWindow)
				for range test.unread {
					in.put(dataFrame(1000), 1000)
				}
				for range 10_000 {
					time.Sleep(test.pause)
					if !in.put(dataFrame(10_000), 10_000) {
						t.Fatal("no credit left")
					}
					in.take()
					in.grant()
				}
				if in.window != test.want {
					t.Errorf("got a window of %d; want %d", in.window, test.want)
				}
			})
		})
	}
}

// TestBudgetIsGivenBack checks that what the windows of calls grew by is there
// for others once they have ended.
func TestBudgetIsGivenBack(t *testing.T) {
	a, _ := Pipe()
	c := newConn(a, Limits{})
	defer c.out.close(nil)
	before := c.budget
	var calls []*ClientCall
	for i := range 10 {
		call := &ClientCall{}
		call.init(c, uint32(i+1), "m")
		call.ctx, call.cancel = c.ctx, c.cancel
		for range 100 {
			n := min(call.in.allowed-HeaderSize, 100_000)
			call.in.put(dataFrame(n), n)
			call.in.take()
			call.in.grant()
		}
		calls = append(calls, call)
	}
	if c.budget != 0 {
		t.Errorf("10 fast streams left %d of the budget; want them to share all of it", c.budget)
	}
	for _, call := range calls {
		call.mu.Lock()
		call.over()
		call.over() // twice gives back once
		call.mu.Unlock()
	}
	if c.budget != before {
		t.Errorf("after the calls' end the budget is %d; want %d", c.budget, before)
	}
}
