package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// nothing is a Backend that only tests of identity look at.
type nothing struct{ Backend }

func TestBootIsSharedByAllThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiting = 5
		release := make(chan error)
		var opened []nodeapi.Config
		b := &boot{ctx: t.Context(), open: func(_ context.Context, cfg nodeapi.Config) (Backend, error) {
			opened = append(opened, cfg)
			return nothing{}, <-release
		}}
		results := make(chan error, waiting)
		start := func(n uint64) {
			go func() {
				_, err := b.get(t.Context(), nodeapi.Config{StorageMax: n})
				results <- err
			}()
			synctest.Wait()
		}

		failed := errors.New("no disk")
		for n := range uint64(waiting) {
			start(n + 1)
		}
		release <- failed
		for range waiting {
			if err := <-results; !errors.Is(err, failed) {
				t.Errorf("got %v; want the failure of the one boot", err)
			}
		}
		start(9)
		release <- nil
		if err := <-results; err != nil {
			t.Errorf("a hello after a failed boot: got %v; want a new attempt", err)
		}
		if backend, err := b.get(t.Context(), nodeapi.Config{}); err != nil || backend == nil {
			t.Errorf("a hello after the boot: got %v, %v", backend, err)
		}
		if len(opened) != 2 || opened[0].StorageMax != 1 || opened[1].StorageMax != 9 {
			t.Errorf("opened with %v; want the configurations of the first hello and of the first after the failure", opened)
		}
	})
}

func TestBootOutlivesTheHelloThatBeganIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := &boot{ctx: t.Context(), open: func(ctx context.Context, _ nodeapi.Config) (Backend, error) {
			select {
			case <-release:
				return nothing{}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error)
		go func() {
			_, err := b.get(ctx, nodeapi.Config{})
			first <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the first: got %v; want canceled", err)
		}
		close(release)
		if _, err := b.get(t.Context(), nodeapi.Config{}); err != nil {
			t.Errorf("the second: got %v; want the backend", err)
		}
	})
}
