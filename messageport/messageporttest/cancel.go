package messageporttest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var cancelTests = map[string]func(*testing.T, Pair){
	"before":                        testCancelBefore,
	"waiting for the result":        testCancelWaiting,
	"waiting for a chunk":           testCancelReading,
	"waiting for credit":            testCancelWriting,
	"with chunks unread":            testCancelUnread,
	"drops what is unread":          testCancelDrops,
	"nobody waits":                  testCancelUnwatched,
	"after the end":                 testCancelAfterEnd,
	"server goes on":                testCancelIgnored,
	"by deadline":                   testDeadline,
	"at any moment":                 testCancelAnytime,
	"cause reaches the handler":     testCancelCause,
	"by the handler":                testCancelByHandler,
	"other calls are not concerned": testCancelOthers,
}

func testCancelBefore(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := s.client.Call(ctx, "wait", nil, messageport.CallOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the context's error", err)
	}
	s.works(t)
}

// canceled checks that a call which waits in wait ends with its context, on both
// sides.
func canceled(t *testing.T, s *session, method string, request any, opts messageport.CallOptions, wait func(*messageport.ClientCall) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(testContext(t))
	call, err := s.client.Call(ctx, method, request, opts)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- wait(call) }()
	time.Sleep(5 * time.Millisecond)
	cancel()
	if err := receive(t, result, "the call to end"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the context's error", err)
	}
	if err := call.Result(nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Result: got %v; want the context's error", err)
	}
	if _, err := call.Next(); !errors.Is(err, context.Canceled) {
		t.Errorf("Next: got %v; want the context's error", err)
	}
	wantCode(t, receive(t, s.ended, "the handler to end"), messageport.CodeCanceled)
	s.idle(t)
	s.works(t)
}

func testCancelWaiting(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	canceled(t, s, "wait", nil, messageport.CallOptions{}, func(c *messageport.ClientCall) error { return c.Result(nil) })
}

func testCancelReading(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	canceled(t, s, "wait", nil, messageport.CallOptions{}, func(c *messageport.ClientCall) error {
		_, err := c.Next()
		return err
	})
}

func testCancelWriting(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	canceled(t, s, "wait", nil, messageport.CallOptions{Upload: true}, func(c *messageport.ClientCall) error {
		_, err := c.Write(make([]byte, 10<<20))
		return err
	})
}

func testCancelUnread(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	canceled(t, s, "source", 1<<40, messageport.CallOptions{}, func(c *messageport.ClientCall) error {
		time.Sleep(20 * time.Millisecond)
		for {
			if _, err := c.Next(); err != nil {
				return err
			}
		}
	})
}

func testCancelDrops(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call, err := s.client.Call(testContext(t), "source", 1<<40, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Next(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Millisecond) // for more to come
	call.Cancel(nil)
	chunk, err := call.Next()
	wantCode(t, err, messageport.CodeCanceled)
	if len(chunk.Data) > 0 {
		t.Errorf("got %d bytes of a call that was given up", len(chunk.Data))
	}
}

func testCancelUnwatched(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	ctx, cancel := context.WithCancel(testContext(t))
	if _, err := s.client.Call(ctx, "wait", nil, messageport.CallOptions{}); err != nil {
		t.Fatal(err)
	}
	cancel()
	wantCode(t, receive(t, s.ended, "the handler to end"), messageport.CodeCanceled)
	s.idle(t)
}

func testCancelAfterEnd(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call, err := s.client.Call(testContext(t), "echo", 1, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Result(nil); err != nil {
		t.Fatal(err)
	}
	call.Cancel(nil)
	if err := call.Result(nil); err != nil {
		t.Errorf("Result after a Cancel that came too late: %v", err)
	}
	s.works(t)
}

// testCancelIgnored checks that a call which the server brings to its end all
// the same keeps its place until then, and that nothing comes of its result.
func testCancelIgnored(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	release := make(chan struct{})
	entered := make(chan struct{}, 2)
	client, done := serveFunc(t, a, b, func(call *messageport.ServerCall) (any, error) {
		entered <- struct{}{}
		if call.Method == "stubborn" {
			<-release
		}
		return "result", nil
	})
	defer done()
	call, err := client.Call(ctx, "stubborn", nil, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	receive(t, entered, "the handler")
	call.Cancel(nil)
	wantCode(t, call.Result(nil), messageport.CodeCanceled)
	close(release)
	var got string
	if err := client.Invoke(ctx, "other", nil, &got); err != nil || got != "result" {
		t.Errorf("another call: got %q, error %v", got, err)
	}
	wantCode(t, call.Result(&got), messageport.CodeCanceled)
}

func testDeadline(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for patient := time.Millisecond; ; patient *= 2 {
		ctx, cancel := context.WithTimeout(testContext(t), patient)
		defer cancel()
		call, err := s.client.Call(ctx, "wait", nil, messageport.CallOptions{})
		if err == nil {
			err = call.Result(nil)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v; want the context's error", err)
		}
		if call != nil { // else it came before the call
			break
		}
	}
	wantCode(t, receive(t, s.ended, "the handler to end"), messageport.CodeCanceled)
	s.works(t)
}

func testCancelAnytime(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for i := range 100 {
		ctx, cancel := context.WithCancel(testContext(t))
		time.AfterFunc(time.Duration(i*10)*time.Microsecond, cancel)
		call, err := s.client.Call(ctx, "mirror", nil, messageport.CallOptions{Upload: true})
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			continue
		}
		go func() {
			for {
				if _, err := call.Write(make([]byte, 50_000)); err != nil {
					return
				}
			}
		}()
		for {
			if _, err := call.Next(); err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("got %v; want the context's error", err)
				}
				break
			}
		}
	}
	s.idle(t)
	s.works(t)
}

func testCancelCause(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cause := &codedError{"tab-hidden"}
	call.Cancel(cause)
	if err := call.Result(nil); err != cause {
		t.Errorf("got %v; want what Cancel was given", err)
	}
	wantCode(t, receive(t, s.ended, "the handler to end"), "tab-hidden")
}

func testCancelByHandler(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call, err := s.client.Call(testContext(t), "give-up", nil, messageport.CallOptions{Upload: true})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // the handler has used its credit up
	wantCode(t, call.Result(nil), "given-up")
	s.works(t)
}

func testCancelOthers(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	other, err := s.client.Call(testContext(t), "source", 2<<20, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		call, err := s.client.Call(testContext(t), "source", 2<<20, messageport.CallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		call.Cancel(nil)
	}
	got := 0
	p := newPattern()
	for {
		chunk, err := other.Next()
		if err != nil {
			break
		}
		if _, err := p.Write(chunk.Data); err != nil {
			t.Fatal(err)
		}
		got += len(chunk.Data)
	}
	if err := other.Result(nil); err != nil || got != 2<<20 {
		t.Errorf("got %d bytes, error %v", got, err)
	}
}
