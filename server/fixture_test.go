package server_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/journal"
	"github.com/sharednode/sharednode/server/servertest"
)

// fixture is a server over a backend in memory.
type fixture struct {
	*testing.T

	backend *servertest.Backend
	server  *server.Server
}

// run runs a test with a server of its own, in a bubble that outlives no
// goroutine. At the end nothing may be left of any session.
func run(t *testing.T, test func(f *fixture)) {
	t.Helper()
	runWith(t, server.Config{Journal: journal.New(journal.Config{})}, test)
}

// runWith is run with a configuration; its Backend, if there is none, is one in
// memory.
func runWith(t *testing.T, cfg server.Config, test func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		if cfg.Backend == nil && cfg.Open == nil {
			cfg.Backend = f.backend
		}
		f.server = server.New(cfg)
		test(f)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := f.server.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Shutdown: %v", err)
		}
		if n := f.backend.Held(); n != 0 {
			t.Errorf("%d methods, iterators or readers of the backend are left", n)
		}
	})
}

// dial opens a session that ends with the test, if not before.
func (f *fixture) dial() *messageport.ClientConn {
	f.Helper()
	conn, err := f.tryDial(messageport.DialConfig{Client: "test"})
	if err != nil {
		f.Fatal(err)
	}
	return conn
}

func (f *fixture) tryDial(cfg messageport.DialConfig) (*messageport.ClientConn, error) {
	port, _ := servertest.Connect(f.Context(), f.server)
	return messageport.Dial(f.Context(), port, cfg)
}

// alive checks that a session still answers.
func (f *fixture) alive(conn *messageport.ClientConn) {
	f.Helper()
	var version nodeapi.Version
	if err := conn.Invoke(f.Context(), nodeapi.MethodVersion, nil, &version); err != nil {
		f.Fatalf("the session is no longer answering: %v", err)
	}
}

// wantCode checks an error that crossed a port, and returns it.
func (f *fixture) wantCode(err error, code nodeapi.Code) *messageport.Error {
	f.Helper()
	var e *messageport.Error
	if !errors.As(err, &e) || e.Code != string(code) {
		f.Fatalf("got error %v; want one with code %q", err, code)
	}
	return e
}

func hello(t testing.TB, app any) messageport.DialConfig {
	t.Helper()
	data, err := messageport.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	return messageport.DialConfig{Client: "test", App: data}
}
