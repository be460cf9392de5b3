package messageporttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport"
)

// session is a client and a server over a pair of ports.
type session struct {
	client *messageport.ClientConn
	server *messageport.ServerConn
	served chan error // what Serve returned

	sent  atomic.Int64 // bytes that the method "source" has written
	ended chan error   // why each call of the method "wait" ended
}

// start begins a session whose server has the methods of (*session).serve.
func start(t testing.TB, pair Pair, limits messageport.Limits) *session {
	t.Helper()
	a, b := pair(t)
	s := &session{served: make(chan error, 1), ended: make(chan error, 100)}
	accepted := make(chan error, 1)
	ctx := testContext(t)
	go func() {
		var err error
		s.server, err = messageport.Accept(ctx, b, messageport.AcceptConfig{Welcome: welcome, Limits: limits})
		accepted <- err
		if err == nil {
			s.served <- s.server.Serve(ctx, messageport.HandlerFunc(s.serve))
		}
	}()
	var err error
	s.client, err = messageport.Dial(ctx, a, messageport.DialConfig{Client: "test/1", Limits: limits})
	if err != nil {
		t.Fatalf("Dial: %v", err)
	}
	if err := <-accepted; err != nil {
		t.Fatalf("Accept: %v", err)
	}
	t.Cleanup(func() {
		_ = s.client.Close()
		_ = s.server.Close()
	})
	return s
}

func welcome(context.Context, messageport.Hello) (messageport.Welcome, error) {
	return messageport.Welcome{Server: "test/1", Epoch: "e", Session: "s"}, nil
}

// A codedError is an application's error.
type codedError struct{ code string }

func (e *codedError) Error() string                { return "an error with code " + e.code }
func (e *codedError) ErrorCode() string            { return e.code }
func (e *codedError) ErrorDetails() map[string]any { return map[string]any{"value": "x"} }

// serve has the methods that the tests call.
func (s *session) serve(ctx context.Context, call *messageport.ServerCall) (any, error) {
	switch call.Method {
	case "echo": // the request
		var v any
		if err := call.Decode(&v); err != nil {
			return nil, err
		}
		return v, nil
	case "fail":
		return nil, errors.New("just an error")
	case "fail-coded":
		return nil, &codedError{"not-here"}
	case "panic":
		panic("on purpose")
	case "wait": // until the call ends
		<-ctx.Done()
		s.ended <- context.Cause(ctx)
		return nil, ctx.Err()
	case "source": // as many bytes as asked for
		return nil, s.source(call)
	case "sink": // answers how many bytes came
		return s.sink(call)
	case "drain": // the same, without looking at them
		return drain(call.Next)
	case "zeros": // as many bytes as asked for, all alike
		return nil, zeros(call)
	case "mirror": // what comes, as it comes
		return nil, mirror(call)
	case "last": // closes the session as soon as it is answered
		call.OnEnd(func() { _ = s.server.Close() })
		return "done", nil
	case "give-up": // by itself, while it waits both to read and to write
		return nil, giveUp(call)
	default:
		return nil, messageport.UnknownMethod(call.Method)
	}
}

func (s *session) source(call *messageport.ServerCall) error {
	var n int
	if err := call.Decode(&n); err != nil {
		return err
	}
	p := newPattern()
	for n > 0 {
		piece := p.next(min(n, 200_000))
		m, err := call.Write(piece)
		s.sent.Add(int64(m))
		if err != nil {
			s.ended <- err
			return err
		}
		n -= m
	}
	return nil
}

func (s *session) sink(call *messageport.ServerCall) (int64, error) {
	p := newPattern()
	n, err := io.Copy(p, call)
	if err != nil {
		s.ended <- err
	}
	return n, err
}

func giveUp(call *messageport.ServerCall) error {
	waiting := make(chan error, 2)
	go func() {
		_, err := call.Next()
		waiting <- err
	}()
	go func() {
		_, err := call.Write(make([]byte, 8<<20))
		waiting <- err
	}()
	time.Sleep(5 * time.Millisecond)
	call.Cancel(&codedError{"given-up"})
	return errors.Join(<-waiting, <-waiting)
}

func mirror(call *messageport.ServerCall) error {
	for {
		chunk, err := call.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case chunk.Item:
			err = call.WriteItem(messageport.RawMessage(chunk.Data))
		default:
			_, err = call.Write(chunk.Data)
		}
		if err != nil {
			return err
		}
	}
}

// idle waits until the server holds no call any more.
func (s *session) idle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); s.server.Stats().Calls > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server still has %d calls", s.server.Stats().Calls)
		}
	}
}

// works checks that a session still does what it should.
func (s *session) works(t *testing.T) {
	t.Helper()
	var got string
	if err := s.client.Invoke(testContext(t), "echo", "still here", &got); err != nil || got != "still here" {
		t.Fatalf("a call afterwards: got %q, error %v", got, err)
	}
}

// receive takes a value from a channel to which one should come.
func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("timed out waiting for %s", what)
		panic("unreachable")
	}
}

// wantCode checks an error's code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *messageport.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got error %v; want one with code %q", err, code)
	}
}

// pattern makes, or as a Writer checks, bytes that repeat only after a length
// that no frame or window has.
type pattern struct{ offset int }

var patternBytes = func() []byte {
	b := make([]byte, 65_537)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte(state >> 24)
	}
	return b
}()

func newPattern() *pattern { return &pattern{} }

func (p *pattern) next(n int) []byte {
	b := make([]byte, 0, n)
	for len(b) < n {
		piece := patternBytes[p.offset:]
		piece = piece[:min(len(piece), n-len(b))]
		b = append(b, piece...)
		p.offset = (p.offset + len(piece)) % len(patternBytes)
	}
	return b
}

var errPattern = errors.New("the bytes are not those that were sent")

func (p *pattern) Write(b []byte) (int, error) {
	if !bytes.Equal(b, p.next(len(b))) {
		return 0, errPattern
	}
	return len(b), nil
}
