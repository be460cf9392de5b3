package server_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

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
		time.Sleep(time.Second) // the last that was thrown out makes the next wait
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
