package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
		victim, attacker, intruder := f.dialRaw(), f.dialRaw(), f.dialRaw()
		id := victim.open(nodeapi.MethodRepoStat, []byte{0xf6}, messageport.FlagEnd)
		// The attackers have a call of the same id.
		for _, a := range []*rawClient{attacker, intruder} {
			if e := a.invoke(nodeapi.MethodVersion, []byte{0xf6}); e != nil || a.id != id {
				f.Fatalf("got %v for call %d; want call %d to be answered", e, a.id, id)
			}
		}
		reason, err := messageport.Marshal(messageport.Error{Code: messageport.CodeCanceled})
		if err != nil {
			f.Fatal(err)
		}
		attacker.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: reason})
		intruder.send(messageport.Frame{Type: messageport.TypeData, ID: id, Payload: []byte("x")})
		if got := intruder.receive(); got.Type != messageport.TypeGoodbye {
			f.Errorf("got %s for bytes of a call that has ended; want goodbye", got.Type)
		}

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
					if slices.Contains(own, method) {
						continue
					}
					if method == nodeapi.MethodRoomSend || method == nodeapi.MethodStreamAccept || method == nodeapi.MethodSourcesAnswer {
						continue // of what another call has begun
					}
					request := map[string]any{
						"path": "bafkqaaa", "cid": []byte{1, 0x55, 0, 0}, "cids": []any{}, "topic": "t",
						"addr": "/p2p/p", "peer": "p", "protocol": "/a", "protocols": []any{"/a"},
						"paths": []string{"bafkqaaa"}, "name": "bafkqaaa", "from": "bafkqaaa", "to": "bafkqaaa",
						"domain": "example.com", "newName": "n", "origin": "https://a.example",
					}
					if method == nodeapi.MethodKeyImport {
						request["key"] = []byte{1}
					} else {
						request["key"], request["value"] = "/k", "bafkqaaa"
						request["service"], request["endpoint"] = "s", "https://a.example"
					}
					if method == nodeapi.MethodFilesCopy || method == nodeapi.MethodFilesMove {
						request["from"] = []any{"/a"}
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
		every := []string{nodeapi.MethodID, nodeapi.MethodVersion, nodeapi.MethodIsOnline}
		for method := range requests {
			if slices.Contains(own, method) {
				continue
			}
			err := conn.Invoke(f.Context(), method, nil, nil)
			if !slices.Contains(every, method) {
				f.wantCode(err, nodeapi.CodeNotSupported)
			} else if err != nil {
				f.Errorf("%s: %v", method, err)
			}
		}
	})
}
