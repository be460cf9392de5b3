package messageport

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// slowPort is a Port whose Send waits for the test to take the message.
type slowPort struct {
	Port

	msgs   chan []byte
	closed chan struct{}
}

func newSlowPort() *slowPort {
	return &slowPort{msgs: make(chan []byte), closed: make(chan struct{})}
}

func (p *slowPort) Send(ctx context.Context, msg []byte) error {
	select {
	case p.msgs <- append([]byte(nil), msg...):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *slowPort) Close() error {
	close(p.closed)
	return nil
}

func TestOutboxPacks(t *testing.T) {
	small, big := 100, 200_000
	tests := []struct {
		name   string
		frames []int // lengths of payloads
		want   []int // frames in each message
	}{
		{"small ones together", []int{small, small, small}, []int{3}},
		{"a big one after small ones", []int{small, small, big}, []int{3}},
		{"a result after a big one", []int{big, small}, []int{2}},
		{"big ones apart", []int{big, big, big}, []int{1, 1, 1}},
		{"a middling one not after a big one", []int{big, 2000, small}, []int{1, 2}},
		{"up to a size", []int{30_000, 30_000, 30_000, 30_000}, []int{3, 1}},
		{"a big one after many small ones", []int{60_000, 1 << 20, 1 << 20}, []int{2, 1}},
		{"never above the largest message", append([]int{1 << 20}, slices.Repeat([]int{1000}, 1200)...), []int{1037, 164}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, b := Pipe()
			o := newOutbox(a, Limits{MaxUnread: 1 << 30, MaxCalls: 512}, func(err error) { t.Error(err) })
			id := uint32(0)
			for _, n := range test.frames {
				id++
				o.add(Frame{Type: TypeData, ID: id, Payload: make([]byte, n)})
			}
			o.close(nil)
			<-o.done
			id = 0
			for _, want := range test.want {
				msg, err := b.Receive(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				frames, err := Decode(msg, maxMaxFrame)
				if err != nil || len(frames) != want {
					t.Fatalf("got a message of %d frames, error %v; want %d", len(frames), err, want)
				}
				for _, f := range frames {
					if id++; f.ID != id {
						t.Errorf("got frame %d; want %d: frames keep their order", f.ID, id)
					}
				}
			}
			if _, err := b.Receive(t.Context()); !errors.Is(err, ErrClosed) {
				t.Errorf("got %v after all messages; want ErrClosed", err)
			}
		})
	}
}

// TestOutboxWaitsForNobody checks that adding and flushing never wait, even
// though the port does, and that writers of data are told to.
func TestOutboxWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := newSlowPort()
		o := newOutbox(port, Limits{MaxUnread: 1 << 30, MaxCalls: 512}, func(err error) { t.Error(err) })
		for o.full() == nil {
			o.add(Frame{Type: TypeData, ID: 1, Payload: make([]byte, 100_000)})
			o.flush(true)
			synctest.Wait()
		}
		room := o.full()
		select {
		case <-room:
			t.Fatal("there is room in a queue that nobody empties")
		default:
		}
		for range 3 {
			<-port.msgs
		}
		<-room
		go func() {
			for range port.msgs {
			}
		}()
		o.close(nil)
		<-port.closed
		<-o.done
		close(port.msgs)
	})
}

// TestOutboxLingers checks that a session which ends tries for a while to say
// its last word, and no longer.
func TestOutboxLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		port := newSlowPort()
		var failure error
		o := newOutbox(port, Limits{MaxUnread: 1 << 30, MaxCalls: 512}, func(err error) { failure = err })
		start := time.Now()
		o.close(&Frame{Type: TypeGoodbye, Payload: []byte{0xa0}})
		<-o.done
		if took := time.Since(start); took != linger {
			t.Errorf("closed after %v; want %v", took, linger)
		}
		if !errors.Is(failure, context.Canceled) {
			t.Errorf("got failure %v", failure)
		}
	})
}

func TestOutboxTellsOfFailure(t *testing.T) {
	a, b := Pipe()
	_ = b.Close()
	failed := make(chan error, 1)
	var o *outbox
	o = newOutbox(a, Limits{MaxUnread: 1 << 30, MaxCalls: 512}, func(err error) {
		o.close(nil) // as a session does
		failed <- err
	})
	o.add(Frame{Type: TypePing, Payload: make([]byte, 8)})
	o.flush(false)
	if err := <-failed; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v; want ErrClosed", err)
	}
	<-o.done
	o.add(Frame{Type: TypePing, Payload: make([]byte, 8)}) // does nothing
	o.flush(false)
	o.close(nil)
}

func TestUnread(t *testing.T) {
	u := unread{limit: 4000, asks: 1000}
	result := Frame{Type: TypeResult, ID: 1, Payload: make([]byte, 100-HeaderSize)}
	var ping Frame
	pings := 0
	for range 40 {
		if p, due := u.add(result); due {
			ping, pings = p, pings+1
		}
	}
	if pings != 1 || u.over() {
		t.Fatalf("4000 bytes: got %d pings, over %t; want one ping, which is not answered yet", pings, u.over())
	}
	if known, _, _ := u.pong([8]byte{1}); known {
		t.Error("a pong to another ping counts")
	}
	nonce := [8]byte(ping.Payload)
	known, _, due := u.pong(nonce)
	if !known || !due || u.answers.unproven() != 3000 {
		t.Fatalf("after the pong: known %t, next due %t, %d bytes unproven; want the 3000 sent after the ping", known, due, u.answers.unproven())
	}
	if known, _, _ := u.pong(nonce); known {
		t.Error("a pong counts twice")
	}
	for range 11 {
		u.add(result)
	}
	if !u.over() {
		t.Errorf("%d bytes unproven are not too many for a limit of %d", u.answers.unproven(), u.limit)
	}
}
