package server_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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

// TestHostileClientForgesFrames sends some thousand frames that are malformed, or
// that only a server or an owner may send, in sessions of its own.
func TestHostileClientForgesFrames(t *testing.T) {
	run(t, func(f *fixture) {
		s := stageScene(f)
		random := rand.New(rand.NewPCG(7, 7))
		forger := &forger{scene: s, random: random, grantedMethods: map[string]bool{}}
		for method := range requests {
			forger.methods = append(forger.methods, method)
			if s.granted(method) {
				forger.grantedMethods[method] = true
			}
		}
		slices.Sort(forger.methods)
		const sessions = 500
		for i := range sessions {
			forger.attack()
			if i%40 == 0 {
				s.unharmed()
			}
		}
		s.unharmed()
		s.judge()
		if forger.sent < 1000 {
			s.Errorf("%d frames were sent; want a thousand or more", forger.sent)
		}
		s.onlyTheOwnerIsLeft()
	})
}

func (s *scene) onlyTheOwnerIsLeft() {
	s.Helper()
	synctest.Wait()
	var status nodeapi.Status
	if err := s.owner.Invoke(s.Context(), nodeapi.MethodStatus, nil, &status); err != nil {
		s.Fatal(err)
	}
	for _, session := range status.Sessions {
		if session.Origin != "" {
			s.Errorf("session %s of %s is left", session.ID, session.Origin)
		}
	}
}

// A forger makes frames up.
type forger struct {
	*scene

	random         *rand.Rand
	methods        []string
	grantedMethods map[string]bool
	sent           int
	id             uint32
}

// attack opens a session and sends frames until it has been thrown out, or has had
// its fill.
func (f *forger) attack() {
	f.Helper()
	victim := f.createPort(f.owner, nodeapi.PortRequest{Grants: &allGrants})
	port, ended := servertest.Connect(f.Context(), f.server)
	own := f.createPort(f.owner, nodeapi.PortRequest{Origin: origin, Grants: &hostileGrants})
	f.post(port, messageport.Frame{Type: messageport.TypeBind, Payload: own.Secret})
	if f.random.IntN(8) > 0 {
		f.post(port, f.hello())
		synctest.Wait()
	}
	f.id = 0
	for range 2 + f.random.IntN(12) {
		if !f.post(port, f.frame(victim.Secret)...) {
			break
		}
	}
	synctest.Wait()
	f.drain(port)
	_ = port.Close()
	<-ended
	conn, err := f.tryDial(messageport.DialConfig{Bind: victim.Secret})
	if err != nil {
		f.Errorf("the port that is not the forger's was used: %v", err)
	} else {
		_ = conn.Close()
	}
	revoke := nodeapi.PortRevokeRequest{Port: own.Port} // some said no hello
	if err := f.owner.Invoke(f.Context(), nodeapi.MethodPortsRevoke, revoke, nil); err != nil {
		f.Fatal(err)
	}
}

// drain reads what the server said, in which nothing of the owner's may be.
func (f *forger) drain(port messageport.Port) {
	for {
		ctx, cancel := context.WithTimeout(f.Context(), time.Millisecond)
		msg, err := port.Receive(ctx)
		cancel()
		if err != nil {
			return
		}
		if bytes.Contains(msg, []byte("the owner's")) {
			f.Errorf("the server tells what is the owner's: %q", msg)
		}
	}
}

func (f *forger) post(port messageport.Port, frames ...messageport.Frame) bool {
	var msg []byte
	for _, frame := range frames {
		msg = messageport.AppendFrame(msg, frame)
	}
	if f.random.IntN(4) == 0 && len(frames) > 0 && frames[0].Type != messageport.TypeBind && frames[0].Type != messageport.TypeHello {
		f.spoil(&msg)
	}
	f.sent += len(frames)
	return port.Send(f.Context(), msg) == nil
}

// spoil makes a message malformed, as a rule.
func (f *forger) spoil(msg *[]byte) {
	switch f.random.IntN(4) {
	case 0:
		(*msg)[f.random.IntN(len(*msg))] ^= 1 << f.random.IntN(8)
	case 1:
		*msg = (*msg)[:f.random.IntN(len(*msg))]
	case 2:
		*msg = append(*msg, byte(f.random.Uint32()))
	case 3:
		copy((*msg)[8:12], []byte{0xff, 0xff, 0xff, 0xff})
	}
}

func (f *forger) hello() messageport.Frame {
	hello := messageport.Hello{Versions: []uint64{1}, Window: 1 << 20, Lock: "sharednode:default", App: f.encode(nodeapi.Hello{OnConflict: "join"})}
	if f.random.IntN(8) == 0 {
		hello.App = f.encode(nodeapi.Hello{Config: nodeapi.Config{Gateways: []string{"https://evil.example"}}, OnConflict: "join"})
	}
	return messageport.Frame{Type: messageport.TypeHello, Payload: f.encode(hello)}
}

// frame makes up the next ones. secret is of another's port, which it must not get.
func (f *forger) frame(secret []byte) []messageport.Frame {
	one := func(typ messageport.Type, id uint32, payload []byte) []messageport.Frame {
		return []messageport.Frame{{Type: typ, ID: id, Payload: payload}}
	}
	id := f.random.Uint32N(f.id + 2)
	switch f.random.IntN(30) {
	case 0:
		return one(messageport.TypeBind, 0, bytes.Repeat([]byte{byte(f.random.Uint32())}, messageport.BindSize))
	case 1:
		return one(messageport.TypeBind, 0, secret) // leaked, say
	case 2:
		return []messageport.Frame{f.hello()}
	case 3:
		welcome := messageport.Welcome{Version: 1, Window: 1 << 20, App: f.encode(nodeapi.Welcome{Grants: &allGrants})}
		return one(messageport.TypeWelcome, 0, f.encode(welcome))
	case 4:
		return one(messageport.TypeResult, max(1, id), f.encode(map[string]any{"grants": allGrants}))
	case 5:
		return one(messageport.TypeItem, max(1, id), f.encode(nodeapi.FileHeader{Path: "../private", Dir: true}))
	case 6:
		return one(messageport.TypeData, max(1, id), f.noise(1+f.random.IntN(100)))
	case 7:
		return one(messageport.TypeCredit, max(1, id), []byte{0xff, 0xff, 0xff, 0xff})
	case 8:
		return one(messageport.TypeCancel, max(1, id), f.noise(20))
	case 9:
		return one(messageport.Type(f.random.Uint32()), f.random.Uint32(), f.noise(f.random.IntN(64)))
	default:
		return f.open()
	}
}

// open makes up a call: of every method, the next or any other id, and any request.
func (f *forger) open() []messageport.Frame {
	f.id++
	if f.random.IntN(16) == 0 {
		f.id += f.random.Uint32N(1 << 20)
	}
	method := f.methods[f.random.IntN(len(f.methods))]
	if granted := slices.Sorted(maps.Keys(f.grantedMethods)); f.random.IntN(2) == 0 {
		method = granted[f.random.IntN(len(granted))]
	}
	request := f.noise(f.random.IntN(64))
	if f.random.IntN(4) > 0 {
		valid := hostileRequests(method, f.secret)
		request = f.encode(valid[f.random.IntN(len(valid))])
	}
	if f.random.IntN(16) == 0 {
		method = fmt.Sprint(method, "\x00", f.random.Uint32())
	}
	flags := uint8(f.random.UintN(2))
	return []messageport.Frame{{
		Type: messageport.TypeOpen, Flags: flags, ID: f.id, Payload: slices.Concat([]byte{byte(len(method))}, []byte(method), request),
	}}
}

func (f *forger) noise(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(f.random.Uint32())
	}
	return data
}

func (f *forger) encode(v any) []byte {
	f.Helper()
	data, err := messageport.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	return data
}
