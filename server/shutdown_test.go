package server_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func TestShutdownLetsCallsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		release := make(chan struct{})
		f.backend.Hook = func(_ context.Context, method string) error {
			if method == nodeapi.MethodRepoStat {
				<-release
			}
			return nil
		}
		f.server = server.New(server.Config{Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
			return f.backend, nil
		}})
		conn := f.dial()
		answered := make(chan error)
		go func() { answered <- conn.Invoke(t.Context(), nodeapi.MethodRepoStat, nil, nil) }()
		synctest.Wait()

		down := make(chan error)
		go func() { down <- f.server.Shutdown(t.Context()) }()
		synctest.Wait()
		f.wantCode(conn.Invoke(t.Context(), nodeapi.MethodVersion, nil, nil), nodeapi.CodeClosing)
		_, err := f.tryDial(messageport.DialConfig{})
		f.wantCode(err, nodeapi.CodeClosing)
		if f.backend.Closed() {
			t.Fatal("the backend was closed while a call was running")
		}

		close(release)
		if err := <-answered; err != nil {
			t.Errorf("the call that was running: %v", err)
		}
		if err := <-down; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if !f.backend.Closed() {
			t.Error("the backend was not closed")
		}
		<-conn.Done()
		f.wantCode(conn.Err(), nodeapi.CodeClosing)
	})
}

func TestShutdownCutsOffWhatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		f.backend.Hook = func(ctx context.Context, method string) error {
			if method == nodeapi.MethodRepoStat {
				<-ctx.Done()
				time.Sleep(time.Minute) // tidying up
			}
			return nil
		}
		f.server = server.New(server.Config{Backend: f.backend})
		conn := f.dial()
		answered := make(chan error)
		go func() { answered <- conn.Invoke(t.Context(), nodeapi.MethodRepoStat, nil, nil) }()
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := f.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: got %v; want the context's error", err)
		}
		if n := f.backend.Held(); n != 0 {
			t.Errorf("Shutdown returned while %d calls were running", n)
		}
		if err := <-answered; err == nil {
			t.Error("the call that was cut off has succeeded")
		}
		if f.backend.Closed() {
			t.Error("the server closed a backend that is the caller's")
		}
	})
}

// A call that has no end of its own does not keep the server from closing.
func TestShutdownEndsLastingCalls(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		calls := []*messageport.ClientCall{
			f.call(conn, nodeapi.MethodSwarmEvents, nil, false),
			f.subscribe(conn, nodeapi.SubscribeRequest{Topic: "t"}),
			f.join(conn, nodeapi.RoomRequest{Topic: "t"}).call,
			f.handle(conn),
			f.dialPeer(conn, servertest.EchoProtocol),
		}
		peer := f.asPeer()
		accepted := f.accept(conn, receiveItem[nodeapi.StreamOffer](f, calls[3]).ID)
		calls = append(calls, accepted)
		receiveItem[nodeapi.StreamOpened](f, accepted)
		synctest.Wait()
		began := time.Now()
		if err := f.server.Shutdown(f.Context()); err != nil || time.Since(began) != 0 {
			f.Errorf("Shutdown: %v after %v; want it done at once", err, time.Since(began))
		}
		for _, call := range calls {
			f.wantCode(call.Result(nil), messageport.CodeDisconnected)
		}
		if _, err := peer.Read(make([]byte, 1)); nodeapi.CodeOf(err) != nodeapi.CodeStreamReset {
			f.Errorf("the peer read %v; want a reset", err)
		}
		_ = peer.Reset()
		f.server = server.New(server.Config{Backend: f.backend}) // for the end of the test
	})
}

func TestShutdownEndsABootUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t}
		f.server = server.New(server.Config{Open: func(ctx context.Context, _ nodeapi.Config) (server.Backend, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		dialed := make(chan error)
		go func() {
			_, err := f.tryDial(messageport.DialConfig{})
			dialed <- err
		}()
		silent, _ := servertest.Connect(t.Context(), f.server) // never says hello
		synctest.Wait()
		if err := f.server.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		// Which of the two comes first, goodbye or the refusal, is left open.
		err := <-dialed
		if !errors.Is(err, messageport.ErrClosed) {
			f.wantCode(err, nodeapi.CodeClosing)
		}
		_ = silent.Close()
	})
}

func TestMoveSendsClientsToTheOtherWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		release := make(chan struct{})
		f.backend.Hook = func(_ context.Context, method string) error {
			if method == nodeapi.MethodRepoStat {
				<-release
			}
			return nil
		}
		f.server = server.New(server.Config{Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
			return f.backend, nil
		}})
		conn := f.dial()
		answered, lasting := make(chan error), make(chan error)
		go func() { answered <- conn.Invoke(t.Context(), nodeapi.MethodRepoStat, nil, nil) }()
		go func() { lasting <- conn.Invoke(t.Context(), nodeapi.MethodSwarmEvents, nil, nil) }()
		synctest.Wait()

		to := nodeapi.Worker{Kind: nodeapi.WorkerDedicated, URL: "http://x/worker.js", Version: "2.0.0", Epoch: "e2"}
		wantMoved := func(what string, err error) {
			t.Helper()
			e := f.wantCode(err, nodeapi.CodeWorkerMoved)
			worker, _ := e.Details["worker"].(map[string]any)
			if worker["kind"] != to.Kind || worker["url"] != to.URL || worker["version"] != to.Version || worker["epoch"] != to.Epoch {
				t.Errorf("%s: got %v; want %+v", what, e.Details, to)
			}
		}
		moved := make(chan error)
		go func() { moved <- f.server.Move(t.Context(), to) }()
		synctest.Wait()
		select {
		case err := <-lasting:
			t.Errorf("the call without an end has ended before its session, with %v", err)
		default:
		}
		wantMoved("a new call", conn.Invoke(t.Context(), nodeapi.MethodVersion, nil, nil))
		_, err := f.tryDial(messageport.DialConfig{})
		wantMoved("a new client", err)

		close(release)
		if err := <-answered; err != nil {
			t.Errorf("the call that was running: %v", err)
		}
		if err := <-moved; err != nil {
			t.Errorf("Move: %v", err)
		}
		f.wantCode(<-lasting, messageport.CodeDisconnected)
		<-conn.Done()
		wantMoved("the session", conn.Err())
		if !f.backend.Closed() {
			t.Error("the backend was not closed")
		}
	})
}
