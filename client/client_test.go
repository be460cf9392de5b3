package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

func TestWhatTheNodeSaysOfItself(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: "relaxed"}
		c := f.open(client.Options{Name: "prog/1", Config: nodeapi.Config{Durability: "relaxed"}})
		defer c.Close()
		if c.PeerID() != servertest.PeerID || c.Epoch() != "epoch" || c.Config().Durability != "relaxed" {
			f.Errorf("got PeerID %q, epoch %q, config %+v", c.PeerID(), c.Epoch(), c.Config())
		}
		if id, err := c.ID(f.Context()); err != nil || id.ID != servertest.PeerID || id.Addresses == nil {
			f.Errorf("ID: got %+v, %v", id, err)
		}
		if v, err := c.Version(f.Context()); err != nil || v.Version != "0.0.0" {
			f.Errorf("Version: got %+v, %v", v, err)
		}
		if online, err := c.IsOnline(f.Context()); err != nil || online {
			f.Errorf("IsOnline: got %t, %v", online, err)
		}
		status, err := c.Status(f.Context())
		if err != nil || len(status.Sessions) != 2 {
			f.Fatalf("Status: got %+v, %v; want two sessions", status, err)
		}
		if a, b := status.Sessions[0].Client, status.Sessions[1].Client; a != "sharednode-go" || b != "prog/1" {
			f.Errorf("the sessions are of %q and %q", a, b)
		}
	})
}

func TestOpenIsRefused(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: "relaxed"}
		opts := client.Options{Config: nodeapi.Config{Durability: "strict"}}
		_, err := f.tryOpen(opts)
		e := f.wantCode(err, nodeapi.CodeConfigConflict)
		if _, ok := e.Details["fields"].(map[string]any)["durability"]; !ok {
			f.Errorf("got details %v; want the field durability", e.Details)
		}
		opts.OnConflict = "join"
		c := f.open(opts)
		defer c.Close()
		if got := c.Config().Durability; got != "relaxed" {
			f.Errorf("joined a node with durability %q; want the running one", got)
		}
	})
}

func TestMissingBlockIsNotFound(t *testing.T) {
	run(t, func(f *fixture) {
		stat, err := f.Block().Put(f.Context(), []byte("x"), nodeapi.BlockPutOptions{})
		if err != nil {
			f.Fatal(err)
		}
		for _, err := range f.Block().Remove(f.Context(), []cid.Cid{stat.Cid}, client.BlockRemoveOptions{}) {
			if err != nil {
				f.Fatal(err)
			}
		}
		_, err = f.Block().Get(f.Context(), stat.Cid)
		e := f.wantCode(err, nodeapi.CodeNotFound)
		if !ipld.IsNotFound(err) {
			f.Error("ipld.IsNotFound does not know the error")
		}
		if e.Op != nodeapi.MethodBlockGet || e.Details["cid"] != stat.Cid.String() {
			f.Errorf("got op %q, details %v; want the method and the CID", e.Op, e.Details)
		}
	})
}

func TestContextEndsACall(t *testing.T) {
	run(t, func(f *fixture) {
		f.hook(nodeapi.MethodRepoStat, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(f.Context(), time.Second)
		defer cancel()
		if _, err := f.Repo().Stat(ctx); !errors.Is(err, context.DeadlineExceeded) {
			f.Errorf("got %v; want the deadline's error", err)
		}
		if _, err := f.Version(ctx); !errors.Is(err, context.DeadlineExceeded) {
			f.Errorf("a call with a context that has ended: got %v", err)
		}
		if _, err := f.Version(f.Context()); err != nil {
			f.Errorf("the next call: %v", err)
		}
	})
}

func TestClose(t *testing.T) {
	run(t, func(f *fixture) {
		f.hook(nodeapi.MethodRepoStat, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		c := f.open(client.Options{})
		if c.Err() != nil {
			f.Errorf("Err of a live session: %v", c.Err())
		}
		inFlight := make(chan error)
		go func() {
			_, err := c.Repo().Stat(f.Context())
			inFlight <- err
		}()
		synctest.Wait()
		if err := c.Close(); err != nil {
			f.Error(err)
		}
		<-c.Done()
		f.wantCode(<-inFlight, messageport.CodeDisconnected)
		f.wantCode(c.Err(), messageport.CodeClosed)
		_, err := c.Version(f.Context())
		f.wantCode(err, messageport.CodeClosed)
		if err := c.Close(); err != nil {
			f.Errorf("a second Close: %v", err)
		}
	})
}

func TestLivenessOfTheServer(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error // of Liveness
		ends bool
	}{
		{"the lock is free", nil, true},
		{"the lock cannot be awaited", errors.New("no locks here"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fixture{T: t, backend: &servertest.Backend{}}
				f.server = server.New(server.Config{Backend: f.backend, Lock: "worker"})
				told := make(chan struct{})
				c := f.open(client.Options{Liveness: func(ctx context.Context, lock string) error {
					if lock != "worker" {
						t.Errorf("waits for lock %q", lock)
					}
					<-told
					return tc.err
				}})
				close(told)
				synctest.Wait()
				if tc.ends {
					f.wantCode(c.Err(), messageport.CodeDisconnected)
				} else if _, err := c.Version(t.Context()); err != nil {
					t.Errorf("the session has ended: %v", err)
				}
				_ = c.Close()
				_ = f.server.Shutdown(t.Context())
			})
		})
	}
}

func TestLivenessEndsWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{T: t, backend: &servertest.Backend{}}
		f.server = server.New(server.Config{Backend: f.backend, Lock: "worker"})
		c := f.open(client.Options{Liveness: func(ctx context.Context, _ string) error {
			<-ctx.Done() // the bubble sees to it that this returns
			return ctx.Err()
		}})
		_ = c.Close()
		_ = f.server.Shutdown(t.Context())
	})
}
