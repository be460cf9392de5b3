package messageporttest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

var endTests = map[string]func(*testing.T, Pair){
	"ping":                       testPing,
	"client closes":              testClientCloses,
	"server closes":              testServerCloses,
	"Serve's context ends":       testServeContext,
	"ended from outside":         testCloseWithError,
	"calls in flight":            testCallsInFlight,
	"calls waiting to be opened": testCallsWaiting,
	"after the end":              testAfterEnd,
	"handlers first":             testHandlersFirst,
	"closed twice":               testClosedTwice,
	"closed instead of served":   testNeverServed,
	"the end is no answer":       testEndIsNoAnswer,
	"answers come before it":     testOnEnd,
}

func testOnEnd(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	var got string
	if err := s.client.Invoke(testContext(t), "last", nil, &got); err != nil || got != "done" {
		t.Errorf("got %q, error %v; want the answer, then the session's end", got, err)
	}
	receive(t, s.client.Done(), "the session to end")
}

// serveFunc starts a session whose every call f answers.
func serveFunc(t *testing.T, a, b messageport.Port, f func(*messageport.ServerCall) (any, error)) (client *messageport.ClientConn, done func()) {
	t.Helper()
	ctx := testContext(t)
	served := make(chan error, 1)
	go func() {
		conn, err := messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
		if err == nil {
			err = conn.Serve(ctx, messageport.HandlerFunc(func(_ context.Context, call *messageport.ServerCall) (any, error) {
				return f(call)
			}))
		}
		served <- err
	}()
	client, err := messageport.Dial(ctx, a, messageport.DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return client, func() {
		_ = client.Close()
		if err := receive(t, served, "Serve to return"); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
}

func testPing(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for range 3 {
		if _, err := s.client.Ping(testContext(t)); err != nil {
			t.Errorf("from the client: %v", err)
		}
		if _, err := s.server.Ping(testContext(t)); err != nil {
			t.Errorf("from the server: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := s.client.Ping(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the context's error", err)
	}
}

func testClientCloses(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	if err := s.client.Close(); err != nil {
		t.Error(err)
	}
	if err := receive(t, s.served, "Serve to return"); err != nil {
		t.Errorf("Serve: got %v; want nil", err)
	}
	if err := s.client.Err(); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("the client's Err: got %v; want ErrClosed", err)
	}
	if err := s.server.Err(); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("the server's Err: got %v; want ErrClosed", err)
	}
}

func testServerCloses(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	if err := s.server.Close(); err != nil {
		t.Error(err)
	}
	receive(t, s.client.Done(), "the client to hear of it")
	if err := s.client.Err(); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("the client's Err: got %v; want ErrClosed", err)
	}
	if err := receive(t, s.served, "Serve to return"); err != nil {
		t.Errorf("Serve: got %v; want nil", err)
	}
}

func testServeContext(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx, cancel := context.WithCancel(testContext(t))
	served := make(chan error, 1)
	ended := make(chan error, 1)
	go func() {
		conn, err := messageport.Accept(testContext(t), b, messageport.AcceptConfig{Welcome: welcome})
		if err == nil {
			err = conn.Serve(ctx, messageport.HandlerFunc(func(ctx context.Context, _ *messageport.ServerCall) (any, error) {
				cancel()
				<-ctx.Done()
				ended <- ctx.Err()
				return nil, nil
			}))
		}
		served <- err
	}()
	client, err := messageport.Dial(testContext(t), a, messageport.DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	_ = client.Invoke(testContext(t), "m", nil, nil) // it may get its answer, or not
	receive(t, ended, "the handler's context to end")
	if err := receive(t, served, "Serve to return"); err != nil {
		t.Errorf("Serve: got %v; want nil", err)
	}
	_ = client.Close()
}

func testCloseWithError(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	cause := &codedError{"tab-gone"}
	call, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for s.server.Stats().Calls == 0 {
		time.Sleep(time.Millisecond)
	}
	s.server.CloseWithError(cause)
	if err := receive(t, s.ended, "the handler to end"); err != cause {
		t.Errorf("the handler's context: got %v; want the cause", err)
	}
	if err := receive(t, s.served, "Serve to return"); err != cause {
		t.Errorf("Serve: got %v; want the cause", err)
	}
	wantCode(t, call.Result(nil), messageport.CodeDisconnected)
	wantCode(t, s.client.Err(), "tab-gone")
}

func testCallsInFlight(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	waiting, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	writing, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{Upload: true})
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		_, err := writing.Write(make([]byte, 10<<20))
		written <- err
	}()
	for s.server.Stats().Calls < 2 {
		time.Sleep(time.Millisecond)
	}
	_ = s.server.Close()
	err = waiting.Result(nil)
	wantCode(t, err, messageport.CodeDisconnected)
	if errors.Is(err, messageport.ErrClosed) {
		t.Error("a call that was sent counts as one that was not")
	}
	if err := receive(t, written, "Write"); err == nil {
		t.Error("Write returned nil after the session's end")
	}
	wantCode(t, writing.Result(nil), messageport.CodeDisconnected)
	if _, err := writing.Next(); err == nil || err == io.EOF {
		t.Errorf("Next: got %v; want an error", err)
	}
}

func testCallsWaiting(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{MaxCalls: 1})
	if _, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{}); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- s.client.Invoke(testContext(t), "echo", nil, nil) }()
	time.Sleep(5 * time.Millisecond)
	_ = s.client.Close()
	wantCode(t, receive(t, result, "the call that waited"), messageport.CodeClosed)
}

func testAfterEnd(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	_ = s.client.Close()
	wantCode(t, s.client.Invoke(testContext(t), "echo", nil, nil), messageport.CodeClosed)
	if _, err := s.client.Ping(testContext(t)); !errors.Is(err, messageport.ErrClosed) {
		t.Errorf("Ping: got %v; want ErrClosed", err)
	}
}

// testHandlersFirst checks that Serve does not return before the handlers have.
func testHandlersFirst(t *testing.T, pair Pair) {
	a, b := pair(t)
	release := make(chan struct{})
	entered := make(chan struct{})
	client, done := serveFunc(t, a, b, func(*messageport.ServerCall) (any, error) {
		close(entered)
		<-release
		return nil, nil
	})
	if _, err := client.Call(testContext(t), "m", nil, messageport.CallOptions{}); err != nil {
		t.Fatal(err)
	}
	receive(t, entered, "the handler")
	returned := make(chan struct{})
	go func() {
		done()
		close(returned)
	}()
	select {
	case <-returned:
		t.Error("Serve returned while a handler ran")
	case <-time.After(10 * time.Millisecond):
	}
	close(release)
	receive(t, returned, "Serve to return")
}

func testClosedTwice(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for range 2 {
		_ = s.client.Close()
		_ = s.server.Close()
	}
}

// testNeverServed closes a session that was accepted and never served, while a
// call waits for that.
func testNeverServed(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	accepted := make(chan *messageport.ServerConn, 1)
	go func() {
		conn, err := messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	client, err := messageport.Dial(ctx, a, messageport.DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() { result <- client.Invoke(ctx, "m", nil, nil) }()
	server := receive(t, accepted, "Accept")
	time.Sleep(5 * time.Millisecond) // for the call to come
	closed := make(chan error, 1)
	go func() { closed <- server.Close() }()
	if err := receive(t, closed, "Close to return"); err != nil {
		t.Error(err)
	}
	if err := receive(t, result, "the call to end"); err == nil {
		t.Error("the call that nobody served has a result")
	}
}

// testEndIsNoAnswer checks that what a handler says because its session ends
// does not reach the client as the call's verdict.
func testEndIsNoAnswer(t *testing.T, pair Pair) {
	for range 100 {
		s := start(t, pair, messageport.Limits{})
		call, err := s.client.Call(testContext(t), "wait", nil, messageport.CallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for s.server.Stats().Calls == 0 {
			time.Sleep(time.Millisecond)
		}
		_ = s.server.Close()
		wantCode(t, call.Result(nil), messageport.CodeDisconnected)
	}
}
