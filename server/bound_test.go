package server_test

import (
	"errors"
	"io"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
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
