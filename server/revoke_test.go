package server_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// wantEnd checks with which code a session ends.
func (f *fixture) wantEnd(conn *messageport.ClientConn, code string) {
	f.Helper()
	synctest.Wait()
	var e *messageport.Error
	if err := conn.Err(); !errors.As(err, &e) || e.Code != code {
		f.Errorf("the session's end is %v; want code %q", err, code)
	}
}

func TestBoundSessionEndsWithItsParent(t *testing.T) {
	run(t, func(f *fixture) {
		parent := f.dial()
		var conns []*messageport.ClientConn
		for _, detached := range []bool{false, true} {
			port := f.createPort(parent, nodeapi.PortRequest{Grants: &nodeapi.Grants{ID: true}, Detached: detached})
			conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
			if err != nil {
				f.Fatal(err)
			}
			conns = append(conns, conn)
		}
		_ = parent.Close()
		f.wantEnd(conns[0], messageport.CodeDisconnected)
		f.wantAlive(conns[1])
		f.alive(conns[1])
	})
}

// TestRevokingEndsWhatRuns takes rights back in the middle of a stream and of an
// upload.
func TestRevokingEndsWhatRuns(t *testing.T) {
	for _, tc := range []struct {
		name   string
		revoke func(f *fixture, parent *messageport.ClientConn, port nodeapi.PortSecret) error
		code   nodeapi.Code
	}{
		{"the port", func(f *fixture, parent *messageport.ClientConn, port nodeapi.PortSecret) error {
			return parent.Invoke(f.Context(), nodeapi.MethodPortsRevoke, nodeapi.PortRevokeRequest{Port: port.Port}, nil)
		}, nodeapi.CodeGrantsRevoked},
		{"the origin's grants", func(f *fixture, parent *messageport.ClientConn, _ nodeapi.PortSecret) error {
			return parent.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, nodeapi.GrantsRevokeRequest{Origin: origin, Forget: true}, nil)
		}, nodeapi.CodeGrantsRevoked},
		{"a part of them", func(f *fixture, parent *messageport.ClientConn, _ nodeapi.PortSecret) error {
			return parent.Invoke(f.Context(), nodeapi.MethodGrantsSet, nodeapi.GrantsSetRequest{Origin: origin, Grants: nodeapi.Grants{ID: true}}, nil)
		}, nodeapi.CodeGrantsChanged},
		{"them in time", func(*fixture, *messageport.ClientConn, nodeapi.PortSecret) error {
			time.Sleep(time.Hour + time.Second)
			return nil
		}, nodeapi.CodeGrantsRevoked},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				grants := allGrants
				grants.Expires = time.Now().Add(time.Hour).UnixMilli()
				f.setGrants(origin, grants)
				parent, bystander := f.dial(), f.dialBound(otherOrigin, allGrants)
				port := f.createPort(parent, nodeapi.PortRequest{Origin: origin})
				conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
				if err != nil {
					f.Fatal(err)
				}
				c := f.put(make([]byte, 1<<20))
				reading, err := conn.Call(f.Context(), nodeapi.MethodCat, nodeapi.CatRequest{Path: c.Cid.String()}, messageport.CallOptions{})
				if err != nil {
					f.Fatal(err)
				}
				if _, err := io.ReadFull(reading, make([]byte, 1000)); err != nil {
					f.Fatal(err)
				}
				adding, err := conn.Call(f.Context(), nodeapi.MethodAdd, nodeapi.AddOptions{}, messageport.CallOptions{Upload: true})
				if err != nil {
					f.Fatal(err)
				}
				if err := adding.WriteItem(nodeapi.FileHeader{Path: "a"}); err != nil {
					f.Fatal(err)
				}
				before := f.backend.Held()
				if err := tc.revoke(f, parent, port); err != nil {
					f.Fatal(err)
				}
				f.wantEnd(conn, string(tc.code))
				for _, call := range []*messageport.ClientCall{reading, adding} {
					if err := call.Result(nil); err == nil {
						f.Error("a call came to its end")
					}
				}
				if after := f.backend.Held(); before == 0 || after != 0 {
					f.Errorf("the backend was held %d times before, %d after", before, after)
				}
				f.wantAlive(parent, bystander)
				f.alive(bystander)
			})
		})
	}
}

// TestRevokedInTheHandshake takes rights back while they are being looked up.
func TestRevokedInTheHandshake(t *testing.T) {
	run(t, func(f *fixture) {
		f.setGrants(origin, allGrants)
		parent := f.dial()
		port := f.createPort(parent, nodeapi.PortRequest{Origin: origin})
		asked, goOn := make(chan struct{}), make(chan struct{})
		f.backend.Hook = func(_ context.Context, method string) error {
			if method == nodeapi.MethodID {
				close(asked)
				<-goOn
			}
			return nil
		}
		result := make(chan error, 1)
		go func() {
			_, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
			result <- err
		}()
		<-asked
		revoked := make(chan error, 1)
		go func() {
			req := nodeapi.GrantsRevokeRequest{Origin: origin}
			revoked <- parent.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, req, nil)
		}()
		synctest.Wait()
		select {
		case err := <-revoked:
			f.Errorf("Revoke returned, with %v, when a session was still beginning", err)
		default:
		}
		close(goOn)
		if err := <-revoked; err != nil {
			f.Error(err)
		}
		f.wantCode(<-result, nodeapi.CodeGrantsRevoked)
	})
}

func TestGrantsAreKeptListedAndRevoked(t *testing.T) {
	run(t, func(f *fixture) {
		own := f.dial()
		list := func(req nodeapi.GrantsListRequest) (origins []string) {
			f.Helper()
			for kept := range items[nodeapi.OriginGrants](f, own, nodeapi.MethodGrantsList, req) {
				origins = append(origins, kept.Origin)
			}
			return origins
		}
		f.setGrants(otherOrigin, nodeapi.Grants{Add: true})
		f.setGrants(origin, nodeapi.Grants{Read: true, Files: true, Pin: true})
		if got, want := list(nodeapi.GrantsListRequest{}), []string{origin, otherOrigin}; !slices.Equal(got, want) {
			f.Errorf("got %q; want %q", got, want)
		}
		if got := list(nodeapi.GrantsListRequest{Origin: origin}); !slices.Equal(got, []string{origin}) {
			f.Errorf("got %q; want one", got)
		}
		if got := list(nodeapi.GrantsListRequest{Origin: "https://c.example"}); len(got) > 0 {
			f.Errorf("got %q; want none", got)
		}
		port := f.createPort(own, nodeapi.PortRequest{Origin: origin})
		conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
		if err != nil {
			f.Fatal(err)
		}
		if got := f.welcome(conn).Grants; !got.Read || !got.Files || got.Add {
			f.Errorf("got grants %+v; want those that were set", got)
		}
		if err := conn.Invoke(f.Context(), nodeapi.MethodPinAdd, nodeapi.PinAddRequest{Path: f.put([]byte("kept")).Cid.String()}, nil); err != nil {
			f.Fatal(err)
		}
		f.wantCode(own.Invoke(f.Context(), nodeapi.MethodGrantsSet, nodeapi.GrantsSetRequest{Origin: "a.example"}, nil), nodeapi.CodeInvalidOption)
		f.wantCode(own.Invoke(f.Context(), nodeapi.MethodGrantsList, nodeapi.GrantsListRequest{Origin: "*"}, nil), nodeapi.CodeInvalidOption)
		f.wantCode(own.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, nodeapi.GrantsRevokeRequest{}, nil), nodeapi.CodeInvalidOption)
		for range 2 { // no error if there is nothing
			if err := own.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, nodeapi.GrantsRevokeRequest{Origin: origin}, nil); err != nil {
				f.Fatal(err)
			}
		}
		f.wantEnd(conn, string(nodeapi.CodeGrantsRevoked))
		f.wantCode(own.Invoke(f.Context(), nodeapi.MethodPortsCreate, nodeapi.PortRequest{Origin: origin}, nil), nodeapi.CodeNotGranted)
		if got := list(nodeapi.GrantsListRequest{}); !slices.Equal(got, []string{otherOrigin}) {
			f.Errorf("got %q; want the other one", got)
		}
		// What it has pinned is there, is listed, and can be let go.
		if got, want := list(nodeapi.GrantsListRequest{Revoked: true}), []string{origin, otherOrigin}; !slices.Equal(got, want) {
			f.Errorf("got %q; want also who has a pin: %q", got, want)
		}
		forget := nodeapi.GrantsRevokeRequest{Origin: origin, Forget: true}
		if err := own.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, forget, nil); err != nil {
			f.Fatal(err)
		}
		if got := list(nodeapi.GrantsListRequest{Revoked: true}); !slices.Equal(got, []string{otherOrigin}) {
			f.Errorf("got %q; want the other one", got)
		}
	})
}

// TestSessionsForgetWhatTheyDecidedBeforeARevocation: a page that was asked to let an
// origin in once is not to do so again and again after its owner took that back.
func TestSessionsForgetWhatTheyDecidedBeforeARevocation(t *testing.T) {
	run(t, func(f *fixture) {
		hub, settings := f.dial(), f.dial()
		once := nodeapi.PortRequest{Origin: origin, Grants: &nodeapi.Grants{ID: true}}
		f.createPort(hub, once)
		revoke := nodeapi.GrantsRevokeRequest{Origin: origin}
		if err := settings.Invoke(f.Context(), nodeapi.MethodGrantsRevoke, revoke, nil); err != nil {
			f.Fatal(err)
		}
		f.wantCode(hub.Invoke(f.Context(), nodeapi.MethodPortsCreate, once, nil), nodeapi.CodeGrantsRevoked)
		other := once
		other.Origin = otherOrigin
		f.createPort(hub, other)
		f.createPort(f.dial(), once) // of a page that came later
		f.setGrants(origin, nodeapi.Grants{})
		f.createPort(hub, once)
	})
}

func TestChangedGrantsEndThoseThatFollowThem(t *testing.T) {
	run(t, func(f *fixture) {
		f.setGrants(origin, nodeapi.Grants{ID: true})
		parent := f.dial()
		dial := func(req nodeapi.PortRequest) *messageport.ClientConn {
			conn, err := f.tryDial(messageport.DialConfig{Bind: f.createPort(parent, req).Secret})
			if err != nil {
				f.Fatal(err)
			}
			return conn
		}
		following := dial(nodeapi.PortRequest{Origin: origin})
		fixed := dial(nodeapi.PortRequest{Origin: origin, Grants: &nodeapi.Grants{ID: true}})
		waiting := f.createPort(parent, nodeapi.PortRequest{Origin: origin})
		f.setGrants(origin, nodeapi.Grants{ID: true, Add: true})
		f.wantEnd(following, string(nodeapi.CodeGrantsChanged))
		f.wantAlive(fixed)
		conn, err := f.tryDial(messageport.DialConfig{Bind: waiting.Secret})
		if err != nil {
			f.Fatal(err)
		}
		if got := f.welcome(conn).Grants; !got.Add {
			f.Errorf("a port made before the change got %+v; want the new grants", got)
		}
	})
}

func TestExpiredGrantsAreRefused(t *testing.T) {
	run(t, func(f *fixture) {
		past := time.Now().Add(-time.Second).UnixMilli()
		port := f.createPort(f.dial(), nodeapi.PortRequest{Grants: &nodeapi.Grants{ID: true, Expires: past}})
		_, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
		f.wantCode(err, nodeapi.CodeGrantsRevoked)
	})
}
