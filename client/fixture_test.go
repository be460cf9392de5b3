package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// fixture is a client of a server over a backend in memory.
type fixture struct {
	*testing.T
	*client.Client

	backend *servertest.Backend
	server  *server.Server
}

// run runs a test with a client of its own, in a bubble that outlives no
// goroutine. At the end nothing may be left on either side.
func run(t *testing.T, test func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		f.server = server.New(server.Config{Backend: f.backend, Epoch: "epoch"})
		f.Client = f.open(client.Options{})
		test(f)
		synctest.Wait()
		if n := f.backend.Held(); n != 0 {
			t.Errorf("%d methods, iterators or readers of the backend are left", n)
		}
		_ = f.Close()
		if err := f.server.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func (f *fixture) open(opts client.Options) *client.Client {
	f.Helper()
	c, err := f.tryOpen(opts)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func (f *fixture) tryOpen(opts client.Options) (*client.Client, error) {
	port, _ := servertest.Connect(f.Context(), f.server)
	return client.Open(f.Context(), port, opts)
}

func (f *fixture) wantCode(err error, code nodeapi.Code) *nodeapi.Error {
	f.Helper()
	var e *nodeapi.Error
	if !errors.As(err, &e) || e.Code != code {
		f.Fatalf("got error %v; want one with code %q", err, code)
	}
	if !errors.Is(err, &nodeapi.Error{Code: code}) {
		f.Fatalf("errors.Is does not know %v by its code", err)
	}
	return e
}

// hook makes the backend call fn as method begins or goes on.
func (f *fixture) hook(method string, fn func(ctx context.Context) error) {
	f.backend.Hook = func(ctx context.Context, called string) error {
		if called == method {
			return fn(ctx)
		}
		return nil
	}
}
