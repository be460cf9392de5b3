package messageport

import (
	"context"
	"math"
	"testing"
)

// TestNoIDsLeft checks that ids do not begin again.
func TestNoIDsLeft(t *testing.T) {
	a, b := Pipe()
	served := make(chan error, 1)
	go func() {
		conn, err := Accept(t.Context(), b, AcceptConfig{
			Welcome: func(context.Context, Hello) (Welcome, error) { return Welcome{}, nil },
			Limits:  Limits{MaxCalls: 1},
		})
		if err == nil {
			err = conn.Serve(t.Context(), HandlerFunc(func(context.Context, *ServerCall) (any, error) { return nil, nil }))
		}
		served <- err
	}()
	conn, err := Dial(t.Context(), a, DialConfig{})
	if err != nil {
		t.Fatal(err)
	}
	conn.mu.Lock()
	conn.lastID = math.MaxUint32 - 1
	conn.mu.Unlock()
	if err := conn.Invoke(t.Context(), "m", nil, nil); err != nil {
		t.Errorf("the last id: %v", err)
	}
	for range 2 { // the second time waits for ever if the first kept its place
		if err := conn.Invoke(t.Context(), "m", nil, nil); !hasCode(err, CodeClosed) {
			t.Errorf("after the last id: got %v; want code %q", err, CodeClosed)
		}
	}
	_ = conn.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
