package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

const (
	origin      = "https://a.example"
	otherOrigin = "https://b.example"
)

// allGrants allow all that can be granted.
var allGrants = nodeapi.Grants{
	ID: true, Read: true, List: true, Add: true, Pin: true, Files: true, Topics: []string{""}, Rooms: []string{""},
	Protocols: []string{servertest.EchoProtocol, protocol},
}

// createPort asks for a port as one of the node's own clients.
func (f *fixture) createPort(parent *messageport.ClientConn, req nodeapi.PortRequest) nodeapi.PortSecret {
	f.Helper()
	var port nodeapi.PortSecret
	if err := parent.Invoke(f.Context(), nodeapi.MethodPortsCreate, req, &port); err != nil {
		f.Fatal(err)
	}
	return port
}

// dialBound opens a session with grants for an origin, "" for none.
func (f *fixture) dialBound(origin string, grants nodeapi.Grants) *messageport.ClientConn {
	f.Helper()
	port := f.createPort(f.dial(), nodeapi.PortRequest{Origin: origin, Grants: &grants})
	conn, err := f.tryDial(messageport.DialConfig{Bind: port.Secret})
	if err != nil {
		f.Fatal(err)
	}
	return conn
}

func (f *fixture) setGrants(origin string, grants nodeapi.Grants) {
	f.Helper()
	req := nodeapi.GrantsSetRequest{Origin: origin, Grants: grants}
	if err := f.dial().Invoke(f.Context(), nodeapi.MethodGrantsSet, req, nil); err != nil {
		f.Fatal(err)
	}
}

// wantEnd checks with which code a session ends.
func (f *fixture) wantEnd(conn *messageport.ClientConn, code string) {
	f.Helper()
	synctest.Wait()
	var e *messageport.Error
	if err := conn.Err(); !errors.As(err, &e) || e.Code != code {
		f.Errorf("the session's end is %v; want code %q", err, code)
	}
}

func (f *fixture) wantAlive(conns ...*messageport.ClientConn) {
	f.Helper()
	synctest.Wait()
	for i, conn := range conns {
		if err := conn.Err(); err != nil {
			f.Errorf("session %d has ended: %v", i, err)
		}
	}
}

func (f *fixture) welcome(conn *messageport.ClientConn) nodeapi.Welcome {
	f.Helper()
	var welcome nodeapi.Welcome
	if err := messageport.Unmarshal(conn.Welcome().App, &welcome); err != nil {
		f.Fatal(err)
	}
	return welcome
}

// items makes a call and yields what it tells, to its end.
func items[Item any](f *fixture, conn *messageport.ClientConn, method string, request any) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		f.Helper()
		call := f.call(conn, method, request, false)
		for {
			chunk, err := call.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			var item Item
			if err == nil {
				err = chunk.Decode(&item)
			}
			if err != nil {
				f.Fatal(err)
			}
			if !yield(item) {
				break
			}
		}
		if err := call.Result(nil); err != nil {
			f.Error(err)
		}
	}
}

func TestWelcomeOfABoundPort(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: "strict", Bootstrap: []string{"/memory/1/p2p/p"}}
		for _, tc := range []struct {
			name   string
			grants nodeapi.Grants
			peer   string
		}{
			{"with id", nodeapi.Grants{ID: true}, servertest.PeerID},
			{"without", nodeapi.Grants{Read: true}, ""},
		} {
			welcome := f.welcome(f.dialBound(origin, tc.grants))
			if welcome.PeerID != tc.peer {
				f.Errorf("%s: got peer id %q; want %q", tc.name, welcome.PeerID, tc.peer)
			}
			if welcome.Config.Durability != "" || welcome.Config.Bootstrap != nil {
				f.Errorf("%s: got configuration %+v; want none", tc.name, welcome.Config)
			}
			got := welcome.Grants
			if got == nil || got.ID != tc.grants.ID || got.Read != tc.grants.Read || got.Quota != nodeapi.DefaultQuota ||
				got.Rate != nodeapi.DefaultRate || got.MaxStreams != nodeapi.DefaultMaxStreams {
				f.Errorf("%s: got grants %+v", tc.name, got)
			}
		}
		if welcome := f.welcome(f.dial()); welcome.Grants != nil || welcome.PeerID == "" || welcome.Config.Durability == "" {
			f.Errorf("a client of the node's own got %+v", welcome)
		}
	})
}

// TestBoundPortAsksForNoConfiguration: it may neither set nor probe it.
func TestBoundPortAsksForNoConfiguration(t *testing.T) {
	run(t, func(f *fixture) {
		f.backend.Settings = nodeapi.Config{Durability: "strict"}
		parent := f.dial()
		for _, tc := range []struct {
			name  string
			hello nodeapi.Hello
			want  nodeapi.Code
		}{
			{"nothing", nodeapi.Hello{}, ""},
			{"onConflict alone", nodeapi.Hello{OnConflict: "join"}, ""},
			{"a list", nodeapi.Hello{Config: nodeapi.Config{Gateways: []string{"https://evil.example"}}}, nodeapi.CodeNotGranted},
			{"what there is", nodeapi.Hello{Config: nodeapi.Config{Durability: "strict"}}, nodeapi.CodeNotGranted},
			{"another, joining", nodeapi.Hello{Config: nodeapi.Config{Durability: "relaxed"}, OnConflict: "join"}, nodeapi.CodeNotGranted},
		} {
			cfg := hello(f, tc.hello)
			cfg.Bind = f.createPort(parent, nodeapi.PortRequest{Grants: &allGrants}).Secret
			conn, err := f.tryDial(cfg)
			if tc.want != "" {
				f.wantCode(err, tc.want)
			} else if err != nil {
				f.Errorf("%s: %v", tc.name, err)
			} else {
				f.alive(conn)
			}
		}
		if got := f.backend.Config(); len(got.Gateways) > 0 {
			f.Errorf("the node's gateways are %q", got.Gateways)
		}
	})
}

func TestSecretsAreForOnePort(t *testing.T) {
	run(t, func(f *fixture) {
		parent := f.dial()
		try := func(secret []byte) error {
			conn, err := f.tryDial(messageport.DialConfig{Bind: secret})
			if err == nil {
				f.alive(conn)
			}
			return err
		}
		req := nodeapi.PortRequest{Grants: &nodeapi.Grants{ID: true}}
		used := f.createPort(parent, req)
		if len(used.Secret) != messageport.BindSize || used.Port == "" {
			f.Errorf("got %+v", used)
		}
		if err := try(used.Secret); err != nil {
			f.Error(err)
		}
		f.wantCode(try(used.Secret), nodeapi.CodeNotGranted)

		f.wantCode(try(make([]byte, messageport.BindSize)), nodeapi.CodeNotGranted)

		inTime, late := f.createPort(parent, req), f.createPort(parent, req)
		time.Sleep(59 * time.Second)
		if err := try(inTime.Secret); err != nil {
			f.Error(err)
		}
		time.Sleep(2 * time.Second)
		f.wantCode(try(late.Secret), nodeapi.CodeNotGranted)

		revoked := f.createPort(parent, req)
		if err := parent.Invoke(f.Context(), nodeapi.MethodPortsRevoke, nodeapi.PortRevokeRequest{Port: revoked.Port}, nil); err != nil {
			f.Error(err)
		}
		f.wantCode(try(revoked.Secret), nodeapi.CodeNotGranted)

		detached := req
		detached.Detached = true
		orphan := f.createPort(parent, detached)
		_ = parent.Close()
		synctest.Wait()
		f.wantCode(try(orphan.Secret), nodeapi.CodeNotGranted)
	})
}

func TestPortsThatThereCannotBe(t *testing.T) {
	run(t, func(f *fixture) {
		parent := f.dial()
		for _, tc := range []struct {
			name string
			req  nodeapi.PortRequest
			want nodeapi.Code
		}{
			{"nothing said", nodeapi.PortRequest{}, nodeapi.CodeInvalidOption},
			{"an origin of which nothing is kept", nodeapi.PortRequest{Origin: origin}, nodeapi.CodeNotGranted},
			{"no origin", nodeapi.PortRequest{Origin: "null", Grants: &allGrants}, nodeapi.CodeInvalidOption},
			{"a quota of nobody", nodeapi.PortRequest{Grants: &nodeapi.Grants{Quota: 1}}, nodeapi.CodeInvalidOption},
			{"too high a rate", nodeapi.PortRequest{Grants: &nodeapi.Grants{Rate: 1 << 20}}, nodeapi.CodeInvalidOption},
			{"too many streams", nodeapi.PortRequest{Grants: &nodeapi.Grants{MaxStreams: 1 << 20}}, nodeapi.CodeInvalidOption},
			{"an end before 1970", nodeapi.PortRequest{Grants: &nodeapi.Grants{Expires: -1}}, nodeapi.CodeInvalidOption},
			{"too many topics", nodeapi.PortRequest{Grants: &nodeapi.Grants{Topics: make([]string, 65)}}, nodeapi.CodeInvalidOption},
			{"a protocol without a name", nodeapi.PortRequest{Grants: &nodeapi.Grants{Protocols: []string{""}}}, nodeapi.CodeInvalidOption},
		} {
			err := parent.Invoke(f.Context(), nodeapi.MethodPortsCreate, tc.req, nil)
			if e := f.wantCode(err, tc.want); e == nil {
				f.Errorf("%s: no error", tc.name)
			}
		}
	})
}

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
		f.setGrants(origin, nodeapi.Grants{Read: true, Files: true})
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
