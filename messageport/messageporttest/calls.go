package messageporttest

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/sharednode/sharednode/messageport"
)

var callTests = map[string]func(*testing.T, Pair){
	"result":                  testResult,
	"32 at once":              testConcurrentCalls,
	"error without code":      testPlainError,
	"error with code":         testCodedError,
	"panic":                   testPanic,
	"unknown method":          testUnknownMethod,
	"request of a wrong type": testBadRequest,
	"result of a wrong type":  testBadResult,
	"result too large":        testResultTooLarge,
	"request too large":       testRequestTooLarge,
	"method too long":         testMethodTooLong,
	"result twice":            testResultTwice,
}

func testResult(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for _, want := range []any{"text", uint64(7), []any{"a", true}, nil} {
		call, err := s.client.Call(testContext(t), "echo", want, messageport.CallOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := call.Next(); err != io.EOF {
			t.Errorf("Next of a call without a stream: got %v; want io.EOF", err)
		}
		var got any
		if err := call.Result(&got); err != nil {
			t.Fatal(err)
		}
		if list, ok := want.([]any); ok {
			if gotList, ok := got.([]any); !ok || len(gotList) != len(list) {
				t.Errorf("got %v; want %v", got, want)
			}
		} else if got != want {
			t.Errorf("got %v; want %v", got, want)
		}
	}
	s.idle(t)
}

func testConcurrentCalls(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	ctx := testContext(t)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 20 {
				want, got := i*100+j, 0
				if err := s.client.Invoke(ctx, "echo", want, &got); err != nil || got != want {
					t.Errorf("got %d, error %v; want %d", got, err, want)
				}
			}
		})
	}
	wg.Wait()
	s.idle(t)
}

func testPlainError(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	err := s.client.Invoke(testContext(t), "fail", nil, nil)
	wantCode(t, err, messageport.CodeInternal)
	if !strings.Contains(err.Error(), "just an error") {
		t.Errorf("got %q; want the error's text in it", err)
	}
	s.works(t)
}

func testCodedError(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	err := s.client.Invoke(testContext(t), "fail-coded", nil, nil)
	var e *messageport.Error
	if !errors.As(err, &e) || e.Code != "not-here" || e.Op != "fail-coded" || e.Details["value"] != "x" {
		t.Errorf("got %#v; want code, op and details", err)
	}
	if !errors.Is(err, &messageport.Error{Code: "not-here"}) {
		t.Errorf("errors.Is does not know %v by its code", err)
	}
}

func testPanic(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	wantCode(t, s.client.Invoke(testContext(t), "panic", nil, nil), messageport.CodeInternal)
	s.works(t)
	s.idle(t)
}

func testUnknownMethod(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	wantCode(t, s.client.Invoke(testContext(t), "no-such", nil, nil), messageport.CodeUnknownMethod)
	s.works(t)
}

func testBadRequest(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	wantCode(t, s.client.Invoke(testContext(t), "source", "many", nil), messageport.CodeBadRequest)
	s.works(t)
}

func testBadResult(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	var n int
	wantCode(t, s.client.Invoke(testContext(t), "echo", "text", &n), messageport.CodeBadRequest)
	s.works(t)
}

func testResultTooLarge(t *testing.T, pair Pair) {
	a, b := pair(t)
	ctx := testContext(t)
	served := make(chan error, 1)
	go func() {
		conn, err := messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome})
		if err == nil {
			err = conn.Serve(ctx, messageport.HandlerFunc(func(context.Context, *messageport.ServerCall) (any, error) {
				return make([]byte, messageport.MaxMessage), nil
			}))
		}
		served <- err
	}()
	conn, err := messageport.Dial(ctx, a, messageport.DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first leaves the session alive
		wantCode(t, conn.Invoke(ctx, "big", nil, nil), messageport.CodeInternal)
	}
	_ = conn.Close()
	if err := receive(t, served, "Serve"); err != nil {
		t.Error(err)
	}
}

func testRequestTooLarge(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{MaxFrame: 40000})
	ctx := testContext(t)
	wantCode(t, s.client.Invoke(ctx, "echo", make([]byte, 40000), nil), messageport.CodeFrameTooLarge)
	var got []byte
	if err := s.client.Invoke(ctx, "echo", make([]byte, 39000), &got); err != nil || len(got) != 39000 {
		t.Errorf("a request within the limit: got %d bytes, error %v", len(got), err)
	}
	s = start(t, pair, messageport.Limits{}) // whose frames may be larger than a request
	wantCode(t, s.client.Invoke(ctx, "echo", make([]byte, messageport.MaxOpen), nil), messageport.CodeFrameTooLarge)
	if err := s.client.Invoke(ctx, "echo", make([]byte, messageport.MaxOpen-100), &got); err != nil || len(got) != messageport.MaxOpen-100 {
		t.Errorf("a request within the limit: got %d bytes, error %v", len(got), err)
	}
}

func testMethodTooLong(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	for _, method := range []string{"", strings.Repeat("x", 256), "\xff"} {
		wantCode(t, s.client.Invoke(testContext(t), method, nil, nil), messageport.CodeUnknownMethod)
	}
	wantCode(t, s.client.Invoke(testContext(t), strings.Repeat("x", 255), nil, nil), messageport.CodeUnknownMethod)
	s.works(t)
}

func testResultTwice(t *testing.T, pair Pair) {
	s := start(t, pair, messageport.Limits{})
	call, err := s.client.Call(testContext(t), "echo", "again", messageport.CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var got string
		if err := call.Result(&got); err != nil || got != "again" {
			t.Errorf("got %q, error %v", got, err)
		}
	}
}
