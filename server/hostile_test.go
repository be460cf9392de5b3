package server_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

// hostileGrants are a usual set: to keep things, and to talk about them.
var hostileGrants = nodeapi.Grants{
	Read: true, Add: true, Pin: true, Files: true, Topics: []string{"app/"}, Rooms: []string{"app/"},
	Protocols: []string{servertest.EchoProtocol}, Rate: 1 << 16,
}

// A scene is an owner at work beside an origin that means harm.
type scene struct {
	*fixture

	owner  *messageport.ClientConn
	secret cid.Cid // of the owner's, which the other knows
	topic  *messageport.ClientCall

	mu      sync.Mutex
	reached map[string]bool // methods of the backend, on the other's account
	stray   map[string]bool // and those on nobody's that the owner does not call
}

// ownersCalls are the methods that the owner calls, some by way of the handshakes
// and of ports.
var ownersCalls = []string{
	nodeapi.MethodID, nodeapi.MethodVersion, nodeapi.MethodBlockPut, nodeapi.MethodBlockGet, nodeapi.MethodPinAdd, nodeapi.MethodPinList,
	nodeapi.MethodFilesWrite, nodeapi.MethodFilesRead, nodeapi.MethodPubSubSubscribe, nodeapi.MethodPubSubPublish, nodeapi.MethodGrantsList,
}

func stageScene(f *fixture) *scene {
	s := &scene{fixture: f, owner: f.dial(), reached: map[string]bool{}, stray: map[string]bool{}}
	s.secret = s.put([]byte("what the owner has")).Cid
	if err := s.owner.Invoke(s.Context(), nodeapi.MethodPinAdd, nodeapi.PinAddRequest{Path: s.secret.String()}, nil); err != nil {
		s.Fatal(err)
	}
	s.writeFile(s.owner, "/private", "the owner's")
	s.backend.Hook = func(ctx context.Context, method string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if account, ok := nodeapi.AccountOf(ctx); ok {
			if account.Origin != origin {
				s.Errorf("%s on the account of %q", method, account.Origin)
			}
			s.reached[method] = true
		} else if !slices.Contains(ownersCalls, method) {
			s.stray[method] = true
		}
		return nil
	}
	s.topic = s.subscribe(s.owner, nodeapi.SubscribeRequest{Topic: "private"})
	return s
}

// granted reports whether the other may call a method at all.
func (s *scene) granted(method string) bool {
	for name, methods := range methodsOf {
		if name != "id" && name != "list" && slices.Contains(methods, method) {
			return true
		}
	}
	return false
}

// unharmed checks that the owner has what it had, and that its calls are answered.
func (s *scene) unharmed() {
	s.Helper()
	s.wantAlive(s.owner)
	data := []byte(strings.Repeat("owner's ", 1000))
	call := s.call(s.owner, nodeapi.MethodBlockPut, nil, true)
	_, err := call.Write(data)
	if err == nil {
		err = call.CloseWrite()
	}
	var stat nodeapi.BlockStat
	if err == nil {
		err = call.Result(&stat)
	}
	if err != nil {
		s.Fatal(err)
	}
	reading := s.call(s.owner, nodeapi.MethodBlockGet, nodeapi.CIDRequest{Cid: stat.Cid}, false)
	if got := receiveText(s.fixture, reading, uint64(len(data))); got != string(data) {
		s.Errorf("the owner reads %d other bytes", len(got))
	}
	if err := reading.Result(nil); err != nil {
		s.Error(err)
	}
	if got := s.readFile(s.owner, "/private"); got != "the owner's" {
		s.Errorf("the owner's file is %q", got)
	}
	var pins []cid.Cid
	for pin := range items[nodeapi.Pin](s.fixture, s.owner, nodeapi.MethodPinList, nil) {
		pins = append(pins, pin.Cid)
	}
	if !slices.Equal(pins, []cid.Cid{s.secret}) {
		s.Errorf("the owner's pins are %v; want %v", pins, s.secret)
	}
}

// judge checks what came to the backend in all.
func (s *scene) judge() {
	s.Helper()
	s.publish(s.owner, "private", "the owner's")
	event := receiveItem[nodeapi.PubSubEvent](s.fixture, s.topic)
	if event.Message == nil || receiveText(s.fixture, s.topic, event.Message.Size) != "the owner's" {
		s.Errorf("the owner's topic had another message first: %+v", event)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.reached) < 10 {
		s.Errorf("only %d methods came to the backend: there was no attack", len(s.reached))
	}
	for method := range s.reached {
		if !s.granted(method) {
			s.Errorf("%s came to the backend", method)
		}
	}
	for method := range s.stray {
		s.Errorf("%s came to the backend on nobody's account", method)
	}
	for _, path := range s.backend.Paths() {
		if !slices.Contains([]string{"/", "/private", "/origins", "/origins/https", "/origins/https/a.example"}, path) &&
			!strings.HasPrefix(path, "/origins/https/a.example/") {
			s.Errorf("there is a file %q", path)
		}
	}
}

// TestHostileClientCallsEveryMethod sends each method requests that an owner may
// send, of every shape that the tests know.
func TestHostileClientCallsEveryMethod(t *testing.T) {
	run(t, func(f *fixture) {
		s := stageScene(f)
		before := s.backend.Config()
		conn := s.dialBound(origin, hostileGrants)
		for method := range requests {
			for _, request := range hostileRequests(method, s.secret) {
				err := s.tryCall(conn, method, request)
				if !s.granted(method) {
					s.wantCode(err, nodeapi.CodeNotGranted)
				}
			}
		}
		s.wantAlive(conn)
		s.unharmed()
		s.judge()
		if after := s.backend.Config(); !reflect.DeepEqual(before, after) {
			s.Errorf("the configuration is %+v; it was %+v", after, before)
		}
	})
}

// hostileRequests are requests with what lies beyond the grants in every field that
// could name it.
func hostileRequests(method string, c cid.Cid) []any {
	path := c.String()
	list := []any{nil, map[string]any{}, validRequest(method, c)}
	for _, place := range []string{"/", "/private", "/../private", "/../../../private", "/origins/https/b.example", "/ipfs/" + path, "/ipns/" + path} {
		list = append(list, map[string]any{
			"path": place, "paths": []string{place}, "name": place, "from": []string{place}, "to": "/taken", "force": true,
			"recursive": true, "parents": true, "create": true, "truncate": true, "offline": true, "pin": true, "withLocal": true,
		})
	}
	return append(list, map[string]any{
		"path": path, "offline": true, "paths": []string{path}, "cid": c.Bytes(), "cids": [][]byte{c.Bytes()}, "from": path, "to": path,
		"topic": "private", "room": 1, "id": 1, "peer": servertest.PeerID, "protocol": protocol, "protocols": []string{protocol},
		"grants": allGrants, "origin": origin, "port": "1", "detached": true, "level": "debug", "subsystem": "*", "addr": "/memory/1/p2p/p",
	})
}

// tryCall makes a call with an upload, and gives it up if it lasts.
func (s *scene) tryCall(conn *messageport.ClientConn, method string, request any) error {
	ctx, cancel := context.WithTimeout(s.Context(), time.Second)
	defer cancel()
	call, err := conn.Call(ctx, method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		s.Fatal(err)
	}
	// What the call no longer takes is an error of its result.
	if method == nodeapi.MethodAdd || method == nodeapi.MethodDAGImport {
		_ = call.WriteItem(nodeapi.FileHeader{Path: "../../private"})
	}
	_, _ = call.Write([]byte("forged"))
	_ = call.CloseWrite()
	return call.Result(nil)
}
