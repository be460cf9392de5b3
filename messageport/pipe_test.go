package messageport

import (
	"context"
	"errors"
	"testing"
)

func TestPipeTellsOfClose(t *testing.T) {
	a, b := Pipe()
	if err := a.Send(t.Context(), []byte("last")); err != nil {
		t.Fatal(err)
	}
	_ = a.Close()
	if msg, err := b.Receive(t.Context()); err != nil || string(msg) != "last" {
		t.Errorf("got %q, error %v; want what was sent before", msg, err)
	}
	if _, err := b.Receive(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Receive: got %v; want ErrClosed", err)
	}
	if err := b.Send(t.Context(), []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Send: got %v; want ErrClosed", err)
	}
}

// TestPortGone lets a port end without a goodbye: that is no end in order.
func TestPortGone(t *testing.T) {
	a, b := Pipe()
	served, ended := make(chan error, 1), make(chan error, 1)
	entered := make(chan struct{})
	go func() {
		conn, err := Accept(t.Context(), b, AcceptConfig{
			Welcome: func(context.Context, Hello) (Welcome, error) { return Welcome{}, nil },
		})
		if err == nil {
			err = conn.Serve(t.Context(), HandlerFunc(func(ctx context.Context, call *ServerCall) (any, error) {
				close(entered)
				<-ctx.Done()
				_, err := call.Write([]byte("for whom?"))
				ended <- err
				return nil, nil
			}))
		}
		served <- err
	}()
	client, err := Dial(t.Context(), a, DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	call, err := client.Call(t.Context(), "m", nil, CallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	<-entered
	_ = a.Close()
	for name, err := range map[string]error{
		"Serve":              <-served,
		"the handler's":      <-ended,
		"the call's":         call.Result(nil),
		"the client's":       client.Err(),
		"the call's, again":  call.Result(nil),
		"the client's Close": closeErr(client),
	} {
		if !hasCode(err, CodeDisconnected) || errors.Is(err, ErrClosed) {
			t.Errorf("%s: got %v; want code %q, and not that of a close in order", name, err, CodeDisconnected)
		}
	}
}

func closeErr(c *ClientConn) error {
	_ = c.Close() // too late to be the reason
	return c.Err()
}
