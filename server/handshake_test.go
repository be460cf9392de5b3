package server_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func TestWelcome(t *testing.T) {
	settings := nodeapi.Config{Durability: "relaxed", StorageMax: 5}
	cfg := server.Config{Epoch: "epoch", Lock: "lock", Version: "1.2.3"}
	runWith(t, cfg, func(f *fixture) {
		f.backend.Settings = settings
		first, second := f.dial().Welcome(), f.dial().Welcome()
		if first.Server != "sharednode/1.2.3" || first.Epoch != "epoch" || first.Lock != "lock" {
			f.Errorf("got server %q, epoch %q, lock %q", first.Server, first.Epoch, first.Lock)
		}
		if first.Session == "" || first.Session == second.Session {
			f.Errorf("sessions are named %q and %q; want two names", first.Session, second.Session)
		}
		var app nodeapi.Welcome
		if err := messageport.Unmarshal(first.App, &app); err != nil {
			f.Fatal(err)
		}
		if want := (nodeapi.Welcome{PeerID: servertest.PeerID, Config: settings}); !reflect.DeepEqual(app, want) {
			f.Errorf("got %+v; want %+v", app, want)
		}
	})
}

func TestEpochsDiffer(t *testing.T) {
	var epochs [2]string
	for i := range epochs {
		run(t, func(f *fixture) { epochs[i] = f.dial().Welcome().Epoch })
	}
	if epochs[0] == "" || epochs[0] == epochs[1] {
		t.Errorf("got epochs %q and %q; want two", epochs[0], epochs[1])
	}
}

func TestLongNameOfAClientIsClipped(t *testing.T) {
	run(t, func(f *fixture) {
		conn, err := f.tryDial(messageport.DialConfig{Client: strings.Repeat("é", 400_000)})
		if err != nil {
			f.Fatal(err)
		}
		var status nodeapi.Status
		if err := conn.Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
			f.Fatal(err)
		}
		if got := status.Sessions[0].Client; got != strings.Repeat("é", 64) {
			f.Errorf("the client is called %q", got)
		}
	})
}

func TestHelloIsRefused(t *testing.T) {
	strict := nodeapi.Config{Durability: "strict"}
	for _, tc := range []struct {
		name    string
		app     any
		want    nodeapi.Code // empty: taken
		details map[string]any
	}{
		{"no word of the application", nil, "", nil},
		{"nothing asked", nodeapi.Hello{}, "", nil},
		{"what there is", nodeapi.Hello{Config: nodeapi.Config{Durability: "relaxed"}, OnConflict: "error"}, "", nil},
		{"another durability", nodeapi.Hello{Config: strict}, nodeapi.CodeConfigConflict, map[string]any{
			"fields": map[string]any{"durability": map[string]any{"wanted": "strict", "running": "relaxed"}},
		}},
		{"another durability, joining", nodeapi.Hello{Config: strict, OnConflict: "join"}, "", nil},
		{"an unknown onConflict", nodeapi.Hello{OnConflict: "fight"}, nodeapi.CodeInvalidOption, map[string]any{
			"option": "onConflict", "value": "fight",
		}},
		{"an unknown durability, joining", nodeapi.Hello{Config: nodeapi.Config{Durability: "lax"}, OnConflict: "join"}, nodeapi.CodeInvalidOption, map[string]any{
			"option": "durability", "value": "lax",
		}},
		{"not a map", []int{1}, nodeapi.CodeBadRequest, nil},
		{"a config that is none", map[string]any{"config": "strict"}, nodeapi.CodeInvalidOption, map[string]any{
			"field": "config", "option": "config", "value": "strict",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				f.backend.Settings = nodeapi.Config{Durability: "relaxed"}
				conn, err := f.tryDial(hello(f, tc.app))
				if tc.want == "" {
					if err != nil {
						f.Fatal(err)
					}
					f.alive(conn)
					return
				}
				e := f.wantCode(err, tc.want)
				if tc.details != nil && !reflect.DeepEqual(e.Details, tc.details) {
					f.Errorf("got details %v; want %v", e.Details, tc.details)
				}
			})
		})
	}
}

func TestListsGrowByEachHello(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: "relaxed", Topics: []string{"a"}}
		dial := func(cfg nodeapi.Config) (nodeapi.Config, error) {
			conn, err := f.tryDial(hello(f, nodeapi.Hello{Config: cfg}))
			if err != nil {
				return nodeapi.Config{}, err
			}
			var welcome nodeapi.Welcome
			if err := messageport.Unmarshal(conn.Welcome().App, &welcome); err != nil {
				f.Fatal(err)
			}
			return welcome.Config, nil
		}
		wish := nodeapi.Config{
			Bootstrap: []string{"/memory/2/p2p/b"}, Relays: []string{"/memory/3/p2p/r"},
			Swarm: []string{"/memory/3/p2p/r/p2p-circuit"}, Topics: []string{"b", "a"},
		}
		want := wish
		want.Durability, want.Topics = "relaxed", []string{"a", "b"}
		for range 2 { // a list has each entry once
			if got, err := dial(wish); err != nil || !reflect.DeepEqual(got, want) {
				f.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}

		bad := nodeapi.Config{Topics: []string{"c"}, Bootstrap: []string{"no address"}}
		_, err := dial(bad)
		if e := f.wantCode(err, nodeapi.CodeInvalidAddress); e.Details["value"] != "no address" || e.Details["option"] != "bootstrap" {
			f.Errorf("got details %v; want the address and its list", e.Details)
		}
		_, err = dial(nodeapi.Config{Topics: []string{"c"}, Durability: "strict"})
		f.wantCode(err, nodeapi.CodeConfigConflict)
		if got := f.backend.Config(); !reflect.DeepEqual(got, want) {
			f.Errorf("after clients that were refused: got %+v; want %+v", got, want)
		}
	})
}

func TestBackendIsOpenedByTheFirstHello(t *testing.T) {
	failure := nodeapi.Errorf(nodeapi.CodeStorageFailed, map[string]any{"why": "disk"}, "no disk")
	var opened chan error // of the bubble
	var asked []nodeapi.Config
	backend := &servertest.Backend{}
	cfg := server.Config{Open: func(_ context.Context, cfg nodeapi.Config) (server.Backend, error) {
		asked = append(asked, cfg)
		return backend, <-opened
	}}
	runWith(t, cfg, func(f *fixture) {
		opened = make(chan error)
		results := make(chan error, 3)
		dial := func(storage uint64) {
			go func() {
				_, err := f.tryDial(hello(f, nodeapi.Hello{Config: nodeapi.Config{StorageMax: storage}, OnConflict: "join"}))
				results <- err
			}()
			synctest.Wait()
		}

		if synctest.Wait(); len(asked) != 0 {
			f.Fatal("the backend was opened before there was a hello")
		}
		for n := range uint64(3) {
			dial(n + 1)
		}
		opened <- failure
		for range 3 {
			e := f.wantCode(<-results, nodeapi.CodeStorageFailed)
			if e.Details["why"] != "disk" {
				f.Errorf("got details %v; want those of the failure", e.Details)
			}
		}
		dial(7)
		opened <- nil
		if err := <-results; err != nil {
			f.Errorf("a hello after a failed boot: %v", err)
		}
		if len(asked) != 2 || asked[0].StorageMax != 1 || asked[1].StorageMax != 7 {
			f.Errorf("opened for %v; want the first hello's wish and that of the first after the failure", asked)
		}
	})
	if !backend.Closed() {
		t.Error("the server did not close the backend that it opened")
	}
}

func TestBadHelloBootsNothing(t *testing.T) {
	cfg := server.Config{Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
		return nil, errors.New("opened")
	}}
	runWith(t, cfg, func(f *fixture) {
		_, err := f.tryDial(hello(f, nodeapi.Hello{OnConflict: "fight"}))
		f.wantCode(err, nodeapi.CodeInvalidOption)
	})
}

// A port that says nothing keeps nobody out, and is not kept for ever; one that
// takes its time is served.
func TestPortsThatSayNothing(t *testing.T) {
	runWith(t, server.Config{MaxSessions: 2}, func(f *fixture) {
		silent, ended := servertest.Connect(f.Context(), f.server)
		defer silent.Close()
		slow, slowEnded := servertest.Connect(f.Context(), f.server)
		synctest.Wait()

		// As many as may be served may be silent; one more is told so at once.
		_, crowded := servertest.Connect(f.Context(), f.server)
		if err := <-crowded; nodeapi.CodeOf(err) != nodeapi.CodeTooManySessions {
			f.Errorf("a third port: got %v; want too-many-sessions", err)
		}

		time.Sleep(100 * time.Second)
		conn, err := messageport.Dial(f.Context(), slow, messageport.DialConfig{Client: "slow"})
		if err != nil {
			f.Fatalf("a hello after 100 seconds: %v", err)
		}
		f.alive(f.dial())

		began := time.Now()
		if err := <-ended; !errors.Is(err, &messageport.Error{Code: messageport.CodeDisconnected}) {
			f.Errorf("the silent port: got %v; want it given up", err)
		}
		if waited := time.Since(began); waited > 5*time.Minute {
			f.Errorf("the silent port was given up after %v", waited)
		}
		f.alive(conn)
		_ = conn.Close()
		<-slowEnded
		if n := len(f.status(f.dial()).Sessions); n != 2 {
			f.Errorf("got %d sessions; want 2", n)
		}
	})
}

func TestTooManySessions(t *testing.T) {
	runWith(t, server.Config{MaxSessions: 1}, func(f *fixture) {
		first := f.dial()
		_, err := f.tryDial(messageport.DialConfig{})
		f.wantCode(err, nodeapi.CodeTooManySessions)
		f.alive(first)
		_ = first.Close()
		synctest.Wait()
		f.alive(f.dial())
	})
}
