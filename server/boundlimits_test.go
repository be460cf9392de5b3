package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

func TestPortsAreBounded(t *testing.T) {
	run(t, func(f *fixture) {
		parent := f.dial()
		req := nodeapi.PortRequest{Origin: origin, Grants: &nodeapi.Grants{ID: true}}
		conn, err := f.tryDial(messageport.DialConfig{Bind: f.createPort(parent, req).Secret})
		if err != nil {
			f.Fatal(err)
		}
		for range 15 {
			f.createPort(parent, req)
		}
		f.wantCode(parent.Invoke(f.Context(), nodeapi.MethodPortsCreate, req, nil), nodeapi.CodeTooManySessions)
		_ = conn.Close()
		synctest.Wait()
		f.createPort(parent, req)
		time.Sleep(2 * time.Minute)
		f.createPort(parent, req)
	})
}

// TestSilentPortsMakeRoom: of clients that are gone, and those of other origins tell
// nobody, the ports are there for others.
func TestSilentPortsMakeRoom(t *testing.T) {
	run(t, func(f *fixture) {
		parent := f.dial()
		req := nodeapi.PortRequest{Origin: origin, Grants: &nodeapi.Grants{ID: true}}
		var live []*messageport.ClientConn
		for range 14 {
			live = append(live, f.dialBound(origin, *req.Grants))
		}
		for range 2 {
			f.dialRawBound(f.createPort(parent, req).Secret) // answers to nothing
		}
		time.Sleep(time.Hour)
		if got := f.sessionsOf(origin); got != 16 {
			f.Errorf("%d ports are left; want 16 as long as nobody wants a place", got)
		}
		live = append(live, f.dialBound(origin, *req.Grants))
		if got := f.sessionsOf(origin); got != 15 {
			f.Errorf("there are %d ports; want those that live", got)
		}
		live = append(live, f.dialBound(origin, *req.Grants))
		began := time.Now()
		f.wantCode(parent.Invoke(f.Context(), nodeapi.MethodPortsCreate, req, nil), nodeapi.CodeTooManySessions)
		if took := time.Since(began); took > time.Second {
			f.Errorf("it took %v to see that all are there", took)
		}
		for _, conn := range live {
			f.alive(conn)
		}
	})
}

// sessionsOf counts the sessions of an origin.
func (f *fixture) sessionsOf(origin string) (n int) {
	f.Helper()
	var status nodeapi.Status
	if err := f.dial().Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
		f.Fatal(err)
	}
	for _, session := range status.Sessions {
		if session.Origin == origin {
			n++
		}
	}
	return n
}

// TestBoundPortsLeaveRoom: others' sessions keep out none of the node's own.
func TestBoundPortsLeaveRoom(t *testing.T) {
	runWith(t, server.Config{MaxSessions: 8}, func(f *fixture) {
		parent := f.dial()
		bind := func() error {
			port := f.createPort(parent, nodeapi.PortRequest{Grants: &nodeapi.Grants{ID: true}})
			_, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
			return err
		}
		for range 4 {
			if err := bind(); err != nil {
				f.Fatal(err)
			}
		}
		f.wantCode(bind(), nodeapi.CodeTooManySessions)
		for range 3 {
			f.dial()
		}
	})
}

func TestRateOfCallsIsOfTheOrigin(t *testing.T) {
	run(t, func(f *fixture) {
		grants := nodeapi.Grants{ID: true, Rate: 10}
		conns := []*messageport.ClientConn{f.dialBound(origin, grants), f.dialBound(origin, grants)}
		bystander := f.dialBound(otherOrigin, grants)
		began := time.Now()
		for i := range 60 {
			f.alive(conns[i%2])
		}
		if took := time.Since(began); took < 4900*time.Millisecond || took > 5100*time.Millisecond {
			f.Errorf("60 calls by two ports, 10 a second and one second early, took %v; want 5s", took)
		}
		began = time.Now()
		f.alive(bystander)
		f.alive(f.dial())
		if took := time.Since(began); took != 0 {
			f.Errorf("others waited %v", took)
		}
	})
}

func TestCanceledCallsGiveTheirPartOfTheRateBack(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dialBound(origin, nodeapi.Grants{ID: true, Rate: 1})
		f.alive(conn)
		ctx, cancel := context.WithCancel(f.Context())
		for range 100 {
			go func() { _ = conn.Invoke(ctx, nodeapi.MethodVersion, nil, nil) }()
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		began := time.Now()
		f.alive(conn)
		if took := time.Since(began); took > 2*time.Second {
			f.Errorf("the call after 100 that were canceled took %v", took)
		}
	})
}

func TestCallsAtATime(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dialBound(origin, nodeapi.Grants{ID: true, Topics: []string{"t"}, MaxStreams: 2})
		var cancels []context.CancelFunc
		for range 2 {
			ctx, cancel := context.WithCancel(f.Context())
			cancels = append(cancels, cancel)
			if _, err := conn.Call(ctx, nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t"}, messageport.CallOptions{}); err != nil {
				f.Fatal(err)
			}
		}
		synctest.Wait()
		answered := make(chan error, 1)
		go func() { answered <- conn.Invoke(f.Context(), nodeapi.MethodVersion, nil, nil) }()
		time.Sleep(time.Minute)
		select {
		case err := <-answered:
			f.Errorf("a third call at a time was answered: %v", err)
		default:
		}
		f.alive(f.dialBound(origin, nodeapi.Grants{ID: true}))
		cancels[0]()
		if err := <-answered; err != nil {
			f.Error(err)
		}
		cancels[1]()
	})
}

// TestCallsThatWaitAreBounded: each keeps its request and the beginning of its upload.
func TestCallsThatWaitAreBounded(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dialBound(origin, nodeapi.Grants{ID: true, MaxStreams: 3})
		if w := conn.Welcome(); w.MaxCalls != 6 || w.MaxUploads != 3 {
			f.Errorf("got %d calls, %d uploads; want 6, 3", w.MaxCalls, w.MaxUploads)
		}
		if w := f.dial().Welcome(); w.MaxCalls != 512 {
			f.Errorf("a client of the node's own may have %d calls", w.MaxCalls)
		}
	})
}

// TestCanceledIsNoFault: who cancels a call is told that it was canceled.
func TestCanceledIsNoFault(t *testing.T) {
	run(t, func(f *fixture) {
		raw := f.dialRawBound(f.createPort(f.dial(), nodeapi.PortRequest{Grants: &allGrants}).Secret)
		encode := func(v any) []byte {
			data, err := messageport.Marshal(v)
			if err != nil {
				f.Fatal(err)
			}
			return data
		}
		id := raw.open(nodeapi.MethodPubSubSubscribe, encode(nodeapi.SubscribeRequest{Topic: "t"}), messageport.FlagEnd)
		synctest.Wait()
		reason := encode(messageport.Error{Code: messageport.CodeCanceled})
		raw.send(messageport.Frame{Type: messageport.TypeCancel, ID: id, Payload: reason})
		if e := raw.end(id); e == nil || e.Code != messageport.CodeCanceled {
			f.Errorf("got %v; want that it was canceled", e)
		}
	})
}

// TestFaultsAreTheOwnersToKnow: neither what went wrong inside, nor how full the
// repo is.
func TestFaultsAreTheOwnersToKnow(t *testing.T) {
	run(t, func(f *fixture) {
		own, conn := f.dial(), f.dialBound(origin, allGrants)
		for _, tc := range []struct {
			err  error
			code nodeapi.Code
		}{
			{errors.New("open secret"), nodeapi.CodeInternal},
			{nodeapi.Errorf(nodeapi.CodeInternal, map[string]any{"path": "secret"}, "secret"), nodeapi.CodeInternal},
			{nodeapi.Errorf(nodeapi.CodeStorageFull, map[string]any{"kind": "storageMax", "used": "secret"}, "secret"), nodeapi.CodeStorageFull},
		} {
			f.backend.Hook = func(context.Context, string) error { return tc.err }
			e := f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodVersion, nil, nil), tc.code)
			if told := fmt.Sprint(e.Message, e.Details); strings.Contains(told, "secret") {
				f.Errorf("got %s", told)
			}
			f.backend.Hook = func(context.Context, string) error { panic("secret") }
			e = f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodVersion, nil, nil), nodeapi.CodeInternal)
			if strings.Contains(e.Message, "secret") {
				f.Errorf("got %v of a panic", e)
			}
			f.backend.Hook = func(context.Context, string) error { return tc.err }
			e = f.wantCode(own.Invoke(f.Context(), nodeapi.MethodVersion, nil, nil), tc.code)
			if !strings.Contains(e.Message, "secret") {
				f.Errorf("the owner got %v; want what it is", e)
			}
		}
	})
}

func TestStatusTellsOwnersWhoseSessionsThereAre(t *testing.T) {
	run(t, func(f *fixture) {
		own := f.dial()
		port := f.createPort(own, nodeapi.PortRequest{Origin: origin, Grants: &allGrants})
		conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
		if err != nil {
			f.Fatal(err)
		}
		var status nodeapi.Status
		if err := own.Invoke(f.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
			f.Fatal(err)
		}
		for _, s := range status.Sessions {
			wantPort, wantOrigin := "", ""
			if s.ID == conn.Welcome().Session {
				wantPort, wantOrigin = port.Port, origin
			}
			if s.Port != wantPort || s.Origin != wantOrigin {
				f.Errorf("session %s is of port %q, origin %q; want %q, %q", s.ID, s.Port, s.Origin, wantPort, wantOrigin)
			}
		}
		f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodStatus, nil, nil), nodeapi.CodeNotGranted)
	})
}

// TestBoundPortNamesNoLock: the process would wait in the line for a lock of
// somebody else's choice.
func TestBoundPortNamesNoLock(t *testing.T) {
	var asked []string
	cfg := server.Config{Liveness: func(ctx context.Context, lock string) error {
		asked = append(asked, lock)
		<-ctx.Done()
		return ctx.Err()
	}}
	runWith(t, cfg, func(f *fixture) {
		port := f.createPort(f.dial(), nodeapi.PortRequest{Grants: &allGrants})
		conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret, Lock: "sharednode:default"})
		if err != nil {
			f.Fatal(err)
		}
		f.alive(conn)
		if _, err := f.tryDial(messageport.DialConfig{Lock: "own"}); err != nil {
			f.Fatal(err)
		}
		synctest.Wait()
		if !slices.Equal(asked, []string{"own"}) {
			f.Errorf("asked for locks %q; want that of the node's own client alone", asked)
		}
	})
}

// TestPartIsOfTheOrigin has an origin read by as many ports as it can have, beside
// another one that has one.
func TestPartIsOfTheOrigin(t *testing.T) {
	runWith(t, server.Config{Yield: func() { time.Sleep(time.Millisecond) }}, func(f *fixture) {
		block := f.put(make([]byte, 100_000)).Cid
		grants := nodeapi.Grants{Read: true, Rate: 1 << 16}
		ctx, cancel := context.WithTimeout(f.Context(), 3*time.Second)
		defer cancel()
		var all sync.WaitGroup
		read := func(origin string, ports int) *atomic.Int64 {
			var blocks atomic.Int64
			for range ports {
				conn := f.dialBound(origin, grants)
				for range 4 {
					all.Go(func() {
						for f.readBlock(ctx, conn, block) == nil {
							blocks.Add(1)
						}
					})
				}
			}
			return &blocks
		}
		many, one := read(origin, 16), read(otherOrigin, 1)
		all.Wait()
		time.Sleep(time.Second) // until there are no more turns to deal
		if many, one := many.Load(), one.Load(); one < many/2 || many < one/2 {
			f.Errorf("by 16 ports an origin has read %d blocks, by one another %d; want about as many", many, one)
		}
	})
}

func (f *fixture) readBlock(ctx context.Context, conn *messageport.ClientConn, c cid.Cid) error {
	call, err := conn.Call(ctx, nodeapi.MethodBlockGet, nodeapi.CIDRequest{Cid: c}, messageport.CallOptions{})
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, call); err != nil {
		return err
	}
	return call.Result(nil)
}
