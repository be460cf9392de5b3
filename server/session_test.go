package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// block makes a method of the backend wait for its context's end.
func (f *fixture) block(method string) {
	f.backend.Hook = func(ctx context.Context, called string) error {
		if called == method {
			<-ctx.Done()
		}
		return nil
	}
}

func TestSessionCannotNameAnothersCall(t *testing.T) {
	run(t, func(f *fixture) {
		f.block(nodeapi.MethodRepoStat)
		victim, attacker := f.dialRaw(), f.dialRaw()
		id := victim.open(nodeapi.MethodRepoStat, []byte{0xf6}, messageport.FlagEnd)
		// The attacker has a call of the same id.
		if e := attacker.invoke(nodeapi.MethodVersion, []byte{0xf6}); e != nil || attacker.id != id {
			f.Fatalf("got %v for call %d; want call %d to be answered", e, attacker.id, id)
		}
		reason, err := messageport.Marshal(messageport.Error{Code: messageport.CodeCanceled})
		if err != nil {
			f.Fatal(err)
		}
		attacker.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: reason})
		attacker.send(messageport.Frame{Type: messageport.TypeData, ID: id, Payload: []byte("x")})

		// An id of the victim's that the attacker never had.
		victim.open(nodeapi.MethodVersion, []byte{0xf6}, messageport.FlagEnd)
		other := victim.open(nodeapi.MethodRepoStat, []byte{0xf6}, messageport.FlagEnd)
		attacker.send(messageport.Frame{Type: messageport.TypeCancel, ID: other, Payload: reason})
		if got := attacker.receive(); got.Type != messageport.TypeGoodbye {
			f.Errorf("got %s for a cancel of a call that was never opened; want goodbye", got.Type)
		}
		victim.send(messageport.Frame{Type: messageport.TypeCancel, ID: other, Payload: reason})
		if e := victim.end(other); e == nil || e.Code != messageport.CodeCanceled {
			f.Errorf("the victim's own cancel: got %v; want canceled", e)
		}
		victim.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: reason})
		if e := victim.end(id); e == nil || e.Code != messageport.CodeCanceled {
			f.Errorf("the victim's first call: got %v; want it alive until its own cancel", e)
		}
	})
}

func TestLiveness(t *testing.T) {
	var gone, unknown chan struct{} // of the bubble
	cfg := server.Config{Liveness: func(ctx context.Context, lock string) error {
		switch lock {
		case "tab":
			select {
			case <-gone:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		case "broken":
			<-unknown
			return errors.New("no locks here")
		}
		return fmt.Errorf("asked for lock %q", lock)
	}}
	runWith(t, cfg, func(f *fixture) {
		gone, unknown = make(chan struct{}), make(chan struct{})
		f.block(nodeapi.MethodRepoStat)
		tab, err := f.tryDial(messageport.DialConfig{Lock: "tab"})
		if err != nil {
			f.Fatal(err)
		}
		broken, err := f.tryDial(messageport.DialConfig{Lock: "broken"})
		if err != nil {
			f.Fatal(err)
		}
		without := f.dial()

		answered := make(chan error)
		go func() { answered <- tab.Invoke(f.Context(), nodeapi.MethodRepoStat, nil, nil) }()
		synctest.Wait()
		close(gone)
		close(unknown)
		f.wantCode(<-answered, messageport.CodeDisconnected)
		<-tab.Done()
		f.alive(broken)
		f.alive(without)
	})
}

func TestPanicOfTheBackendIsTheCallsOwn(t *testing.T) {
	var log bytes.Buffer
	cfg := server.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	runWith(t, cfg, func(f *fixture) {
		f.backend.Hook = func(_ context.Context, method string) error {
			if method == nodeapi.MethodRepoStat {
				panic("a fault")
			}
			return nil
		}
		conn := f.dial()
		f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodRepoStat, nil, nil), nodeapi.CodeInternal)
		f.alive(conn)
	})
	if !strings.Contains(log.String(), "a fault") {
		t.Errorf("the log does not tell of the panic: %s", &log)
	}
}

func TestErrorsOfTheBackend(t *testing.T) {
	coded := nodeapi.Errorf(nodeapi.CodeStorageFull, map[string]any{"need": 5}, "full")
	for _, tc := range []struct {
		name string
		err  error
		want nodeapi.Code
	}{
		{"with a code", coded, nodeapi.CodeStorageFull},
		{"wrapped", fmt.Errorf("put: %w", coded), nodeapi.CodeStorageFull},
		{"without a code", errors.New("a fault"), nodeapi.CodeInternal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				conn := f.dial()
				f.backend.Hook = func(context.Context, string) error { return tc.err }
				for method := range requests {
					if method == nodeapi.MethodStatus {
						continue // the server's own
					}
					if method == nodeapi.MethodRoomSend || method == nodeapi.MethodStreamAccept {
						continue // of what another call has begun
					}
					request := map[string]any{
						"path": "bafkqaaa", "cid": []byte{1, 0x55, 0, 0}, "cids": []any{}, "topic": "t",
						"addr": "/p2p/p", "peer": "p", "protocol": "/a", "protocols": []any{"/a"},
					}
					if method == nodeapi.MethodBlockPut {
						delete(request, "cid")
					}
					e := f.wantCode(conn.Invoke(f.Context(), method, request, nil), tc.want)
					if e.Op != method {
						f.Errorf("got op %q; want %q", e.Op, method)
					}
				}
			})
		})
	}
}

// bare is a backend without any of the optional groups.
type bare struct{ server.Backend }

func TestGroupsThatTheBackendLacks(t *testing.T) {
	runWith(t, server.Config{Backend: bare{&servertest.Backend{}}}, func(f *fixture) {
		conn := f.dial()
		for method := range requests {
			err := conn.Invoke(f.Context(), method, nil, nil)
			switch method {
			case nodeapi.MethodID, nodeapi.MethodVersion, nodeapi.MethodIsOnline, nodeapi.MethodStatus:
				if err != nil {
					f.Errorf("%s: %v", method, err)
				}
			default:
				f.wantCode(err, nodeapi.CodeNotSupported)
			}
		}
	})
}

func TestStatus(t *testing.T) {
	runWith(t, server.Config{Epoch: "e", Version: "1.2.3"}, func(f *fixture) {
		f.block(nodeapi.MethodRepoStat)
		first, second := f.dial(), f.dial()
		call, err := second.Call(f.Context(), nodeapi.MethodRepoStat, nil, messageport.CallOptions{})
		if err != nil {
			f.Fatal(err)
		}
		synctest.Wait()
		var status nodeapi.Status
		if err := first.Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
			f.Fatal(err)
		}
		if status.Worker.Epoch != "e" || status.Worker.Version != "1.2.3" || status.Started == 0 || status.Now.Memory < 1<<20 {
			f.Errorf("got %+v", status)
		}
		if len(status.Sessions) != 2 {
			f.Fatalf("got %d sessions; want 2", len(status.Sessions))
		}
		for i, conn := range []*messageport.ClientConn{first, second} {
			got := status.Sessions[i]
			if got.ID != conn.Welcome().Session || got.Client != "test" || len(got.Calls) != 1 || got.Received == 0 || got.Sent == 0 {
				f.Errorf("session %d: got %+v", i, got)
			}
		}
		call.Cancel(nil)
		_ = second.Close()
		synctest.Wait()
		if err := first.Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
			f.Fatal(err)
		}
		if len(status.Sessions) != 1 {
			f.Errorf("got %d sessions after one has ended; want 1", len(status.Sessions))
		}
	})
}
