package messageporttest

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var limitTests = map[string]func(*testing.T, Pair){
	"client waits for a call":    testWaitForCall,
	"client waits for an upload": testWaitForUpload,
	"too many calls":             testTooManyCalls,
	"too many uploads":           testTooManyUploads,
	"frame too large":            testFrameTooLarge,
	"request too large":          testOpenTooLarge,
	"asks and does not wait":     testAsksUnawaited,
	"more cancels than calls":    testNeedless(messageport.TypeCancel),
	"credit for nothing":         testNeedless(messageport.TypeCredit),
	"a pong to no ping":          testNeedless(messageport.TypePong),
	"data after the call":        testNeedless(messageport.TypeData),
	"answers left unread":        testAnswersUnread,
	"streams left unread":        testStreamsUnread,
}

func testWaitForCall(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{MaxCalls: 2})
	testWaiting(t, s, messageport.CallOptions{})
}

func testWaitForUpload(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{MaxUploads: 2})
	testWaiting(t, s, messageport.CallOptions{Upload: true})
	s.works(t)
}

// testWaiting opens as many calls as are allowed, and one more.
func testWaiting(t *testing.T, s *session, opts messageport.CallOptions) {
	var calls []*messageport.ClientCall
	for range 2 {
		call, err := s.client.Call(testContext(t), "wait", nil, opts)
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	ctx, cancel := context.WithTimeout(testContext(t), 5*time.Millisecond)
	defer cancel()
	if _, err := s.client.Call(ctx, "wait", nil, opts); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("one call too many: got %v; want to wait until the context ends", err)
	}
	opened := make(chan error, 1)
	go func() {
		call, err := s.client.Call(testContext(t), "echo", nil, opts)
		if err == nil {
			err = call.Result(nil)
		}
		opened <- err
	}()
	calls[0].Cancel(nil)
	if err := receive(t, opened, "the call that waited"); err != nil {
		t.Errorf("after another call's end: %v", err)
	}
	calls[1].Cancel(nil)
	s.idle(t)
}

// rawClient says hello on a port and reads the welcome, and nothing more.
func rawClient(t *testing.T, port messageport.Port, window uint32) {
	t.Helper()
	payload, err := messageport.Marshal(messageport.Hello{Versions: []uint64{1}, Window: window})
	if err != nil {
		t.Fatal(err)
	}
	sendFrames(t, port, messageport.Frame{Type: messageport.TypeHello, Payload: payload})
	msg, err := port.Receive(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if frames, err := messageport.Decode(msg, messageport.MaxMessage); err != nil || frames[0].Type != messageport.TypeWelcome {
		t.Fatalf("got frames %v, error %v; want a welcome", frames, err)
	}
}

func sendFrames(t *testing.T, port messageport.Port, frames ...messageport.Frame) {
	t.Helper()
	var msg []byte
	for _, f := range frames {
		msg = messageport.AppendFrame(msg, f)
	}
	if err := port.Send(testContext(t), msg); err != nil {
		t.Fatal(err)
	}
}

// openFrame opens a call of the method "w" with a request of null.
func openFrame(id uint32, flags uint8) messageport.Frame {
	return messageport.Frame{Type: messageport.TypeOpen, Flags: flags, ID: id, Payload: []byte{1, 'w', 0xf6}}
}

// raw starts a server, whose calls wait for their end, for a client that the
// test plays itself. The server ends with the code.
func raw(t *testing.T, pair Pair, limits messageport.Limits, code string, play func(port messageport.Port)) {
	a, b := pair(t)
	served := make(chan error, 1)
	ctx := testContext(t)
	go func() {
		conn, err := messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome, Limits: limits})
		if err == nil {
			err = conn.Serve(ctx, messageport.HandlerFunc(func(ctx context.Context, call *messageport.ServerCall) (any, error) {
				if limits.MaxUnread == 0 {
					<-ctx.Done()
				}
				return make([]byte, 1000), ctx.Err()
			}))
		}
		served <- err
	}()
	rawClient(t, a, messageport.MinWindow)
	play(a)
	wantCode(t, receive(t, served, "the server to end the session"), code)
	// A port whose Send waits may have no room for a goodbye to who does not read.
	if _, ok := a.(messageport.Poster); ok {
		wantGoodbye(t, a, code)
	}
}

func testTooManyCalls(t *testing.T, pair Pair) {
	raw(t, pair, messageport.Limits{MaxCalls: 3}, messageport.CodeTooManyCalls, func(port messageport.Port) {
		for id := range uint32(4) {
			sendFrames(t, port, openFrame(id+1, messageport.FlagEnd))
		}
	})
}

func testTooManyUploads(t *testing.T, pair Pair) {
	raw(t, pair, messageport.Limits{MaxUploads: 3}, messageport.CodeTooManyCalls, func(port messageport.Port) {
		for id := range uint32(4) {
			sendFrames(t, port, openFrame(id+1, 0))
		}
	})
}

func testFrameTooLarge(t *testing.T, pair Pair) {
	raw(t, pair, messageport.Limits{MaxFrame: 40000}, messageport.CodeFrameTooLarge, func(port messageport.Port) {
		sendFrames(t, port, openFrame(1, 0), messageport.Frame{Type: messageport.TypeData, ID: 1, Payload: make([]byte, 40001)})
	})
}

func testOpenTooLarge(t *testing.T, pair Pair) {
	raw(t, pair, messageport.Limits{}, messageport.CodeFrameTooLarge, func(port messageport.Port) {
		frame := openFrame(1, 0)
		frame.Payload = append(frame.Payload, make([]byte, messageport.MaxOpen)...)
		sendFrames(t, port, frame)
	})
}

// testAsksUnawaited plays a client that has only a few pings under way at a time
// as far as the server can see, since it answers so fast.
func testAsksUnawaited(t *testing.T, pair Pair) {
	raw(t, pair, messageport.Limits{MaxCalls: 8}, messageport.CodeTooManyCalls, func(port messageport.Port) {
		pings := make([]messageport.Frame, 100)
		for i := range pings {
			pings[i] = messageport.Frame{Type: messageport.TypePing, Payload: make([]byte, 8)}
		}
		sendFrames(t, port, pings...)
	})
}

// testNeedless returns a test that plays a client which after the end of its only
// call sends on and on what it has no cause to send.
func testNeedless(kind messageport.Type) func(*testing.T, Pair) {
	return func(t *testing.T, pair Pair) {
		canceled, err := messageport.Marshal(messageport.Error{Code: messageport.CodeCanceled})
		if err != nil {
			t.Fatal(err)
		}
		payloads := map[messageport.Type][]byte{
			messageport.TypeCancel: canceled,
			messageport.TypeCredit: {0, 1, 0, 0},
			messageport.TypePong:   make([]byte, 8),
			messageport.TypeData:   make([]byte, messageport.MinWindow),
		}
		needless := messageport.Frame{Type: kind, ID: 1, Payload: payloads[kind]}
		if kind == messageport.TypePong {
			needless.ID = 0
		}
		raw(t, pair, messageport.Limits{Window: messageport.MinWindow}, messageport.CodeProtocolError, func(port messageport.Port) {
			sendFrames(t, port, openFrame(1, 0),
				messageport.Frame{Type: messageport.TypeCancel, ID: 1, Payload: canceled})
			readEnd(t, port)
			sendFrames(t, port, needless, needless)
		})
	}
}

// readEnd reads a port to the first error of a call.
func readEnd(t *testing.T, port messageport.Port) {
	t.Helper()
	msg, err := port.Receive(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if frames, err := messageport.Decode(msg, messageport.MaxMessage); err != nil || frames[0].Type != messageport.TypeError {
		t.Fatalf("got frames %v, error %v; want the call's end", frames, err)
	}
}

// testAnswersUnread plays a client that calls on and on and never reads.
func testAnswersUnread(t *testing.T, pair Pair) {
	const limit = 200_000
	raw(t, pair, messageport.Limits{MaxUnread: limit}, messageport.CodeQueueLimit, func(port messageport.Port) {
		for id := uint32(1); id < 2*limit/1000; id++ {
			msg := messageport.AppendFrame(nil, openFrame(id, messageport.FlagEnd))
			if err := port.Send(testContext(t), msg); err != nil {
				return
			}
			time.Sleep(10 * time.Microsecond)
		}
	})
}

// testStreamsUnread plays a client that gives all the credit there is and does
// not read, as a page that is frozen, and then does.
func testStreamsUnread(t *testing.T, pair Pair) {
	a, b := pair(t)
	const size, limit = 4 << 20, 200_000
	var written atomic.Int64
	served := make(chan error, 1)
	ctx := testContext(t)
	go func() {
		conn, err := messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome, Limits: messageport.Limits{MaxUnread: limit}})
		if err == nil {
			err = conn.Serve(ctx, messageport.HandlerFunc(func(_ context.Context, call *messageport.ServerCall) (any, error) {
				for range size / 4096 {
					if _, err := call.Write(make([]byte, 4096)); err != nil {
						return nil, err
					}
					written.Add(4096)
				}
				return nil, nil
			}))
		}
		served <- err
	}()
	rawClient(t, a, math.MaxUint32)
	sendFrames(t, a, openFrame(1, messageport.FlagEnd))
	for n := int64(-1); n != written.Load(); time.Sleep(20 * time.Millisecond) {
		n = written.Load()
	}
	if n := written.Load(); n > limit+4096 {
		t.Errorf("%d bytes were sent to a side that does not read; the limit is %d", n, limit)
	}
	if got := readStream(t, a); got != size {
		t.Errorf("then %d bytes came; want %d", got, size)
	}
	_ = a.Close()
	receive(t, served, "Serve to return")
}

// readStream reads a port to the first result, answers pings, and returns how
// many bytes of data came.
func readStream(t *testing.T, port messageport.Port) (n int) {
	t.Helper()
	for {
		msg, err := port.Receive(testContext(t))
		if err != nil {
			t.Fatal(err)
		}
		frames, err := messageport.Decode(msg, messageport.MaxMessage)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			switch f.Type {
			case messageport.TypeData:
				n += len(f.Payload)
			case messageport.TypePing:
				sendFrames(t, port, messageport.Frame{Type: messageport.TypePong, Payload: f.Payload})
			case messageport.TypeResult:
				return n
			}
		}
	}
}
