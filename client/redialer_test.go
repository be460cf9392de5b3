package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func (f *fixture) redialer() (r *client.Redialer, dials *int) {
	dials = new(int)
	r = &client.Redialer{Dial: func(context.Context) (*client.Client, error) {
		*dials++
		return f.tryOpen(client.Options{})
	}}
	f.Cleanup(func() { _ = r.Close() })
	return r, dials
}

func TestRedialerFindsTheNextServer(t *testing.T) {
	run(t, func(f *fixture) {
		r, dials := f.redialer()
		first, err := r.Client(f.Context())
		if err != nil {
			f.Fatal(err)
		}
		if again, err := r.Client(f.Context()); err != nil || again != first || *dials != 1 {
			f.Errorf("got %p, %v after %d dials; want the client that there is", again, err, *dials)
		}
		calls := 0
		err = r.Do(f.Context(), func(ctx context.Context, c *client.Client) error {
			if calls++; calls == 1 {
				_ = c.Close() // as the end of the server does
			}
			_, err := c.Version(ctx)
			if calls == 1 {
				return &nodeapi.Error{Code: messageport.CodeDisconnected, Err: err}
			}
			return err
		})
		if err != nil || calls != 2 || *dials != 2 {
			f.Errorf("got %v in %d calls and %d dials; want 2", err, calls, *dials)
		}
		_ = r.Close()
		synctest.Wait()
		if _, err := r.Client(f.Context()); !errors.Is(err, &nodeapi.Error{Code: messageport.CodeClosed}) {
			f.Errorf("after Close: got %v", err)
		}
	})
}

func TestRedialerRepeatsTwiceAndOnlyWhatWasLost(t *testing.T) {
	for _, c := range []struct {
		code  nodeapi.Code
		calls int
	}{
		{messageport.CodeDisconnected, 3}, {nodeapi.CodeClosing, 3}, {nodeapi.CodeWorkerMoved, 3}, {nodeapi.CodeNotFound, 1},
	} {
		run(t, func(f *fixture) {
			r, _ := f.redialer()
			defer r.Close()
			calls := 0
			err := r.Do(f.Context(), func(context.Context, *client.Client) error {
				calls++
				return &nodeapi.Error{Code: c.code, Message: "lost"}
			})
			if nodeapi.CodeOf(err) != c.code || calls != c.calls {
				f.Errorf("%s: got %v in %d calls; want %d", c.code, err, calls, c.calls)
			}
		})
	}
}

func TestRedialerDialsOnceForAll(t *testing.T) {
	run(t, func(f *fixture) {
		r, dials := f.redialer()
		defer r.Close()
		dial := r.Dial
		r.Dial = func(ctx context.Context) (*client.Client, error) {
			time.Sleep(time.Second)
			return dial(ctx)
		}
		got := make(chan error)
		for range 5 {
			go func() {
				_, err := r.Client(f.Context())
				got <- err
			}()
		}
		hasty, cancel := context.WithTimeout(f.Context(), time.Millisecond)
		defer cancel()
		time.Sleep(time.Microsecond)
		if _, err := r.Client(hasty); !errors.Is(err, context.DeadlineExceeded) {
			f.Errorf("one who does not wait: got %v", err)
		}
		for range 5 {
			if err := <-got; err != nil {
				f.Error(err)
			}
		}
		if *dials != 1 {
			f.Errorf("got %d dials; want 1", *dials)
		}
	})
}
