package server_test

import (
	"bytes"
	"context"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// faultyCalls are calls of each kind in which the backend takes part, by the
// method whose steps panic.
var faultyCalls = map[string]func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall{
	nodeapi.MethodRepoStat: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		return f.call(conn, nodeapi.MethodRepoStat, nil, false)
	},
	nodeapi.MethodBlockPut: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		call := f.call(conn, nodeapi.MethodBlockPut, nil, true)
		_ = call.CloseWrite()
		return call
	},
	nodeapi.MethodAdd: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		call := f.call(conn, nodeapi.MethodAdd, nodeapi.AddOptions{Progress: true}, true)
		go func() {
			_ = call.WriteItem(nodeapi.FileHeader{Path: "a"})
			_, _ = call.Write(make([]byte, 150<<10))
			_ = call.CloseWrite()
		}()
		return call
	},
	nodeapi.MethodCat: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		file := f.put(make([]byte, 200<<10))
		return f.call(conn, nodeapi.MethodCat, nodeapi.CatRequest{Path: file.Cid.String()}, false)
	},
	nodeapi.MethodDAGExport: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		file := f.put(make([]byte, 200<<10))
		return f.call(conn, nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: file.Cid.String()}, false)
	},
	nodeapi.MethodDAGImport: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		car := f.car(make([]byte, 150<<10))
		call := f.call(conn, nodeapi.MethodDAGImport, nil, true)
		go func() {
			_ = call.WriteItem(nodeapi.CARHeader{})
			_, _ = call.Write(car)
			_ = call.CloseWrite()
		}()
		return call
	},
	nodeapi.MethodRepoGC: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		f.put([]byte("a"))
		f.put([]byte("b"))
		return f.call(conn, nodeapi.MethodRepoGC, nil, false)
	},
	nodeapi.MethodSwarmEvents: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		call := f.call(conn, nodeapi.MethodSwarmEvents, nil, false)
		for _, peer := range []string{"a", "b"} {
			if err := f.backend.SwarmConnect(f.Context(), "/memory/2/p2p/"+peer); err != nil {
				f.Fatal(err)
			}
		}
		return call
	},
	nodeapi.MethodPubSubSubscribe: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		call := f.call(conn, nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t"}, false)
		synctest.Wait()
		if err := f.backend.Publish(f.Context(), "t", []byte("message")); err != nil {
			f.Fatal(err)
		}
		return call
	},
	nodeapi.MethodRoomJoin: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		return f.call(conn, nodeapi.MethodRoomJoin, nodeapi.RoomRequest{Topic: "t"}, false)
	},
	nodeapi.MethodEvents: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		call := f.call(conn, nodeapi.MethodEvents, nil, false)
		synctest.Wait()
		f.backend.Warn(nodeapi.Warning{Message: "w"})
		return call
	},
	nodeapi.MethodStreamDial: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		request := nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{servertest.EchoProtocol}}
		return f.call(conn, nodeapi.MethodStreamDial, request, true)
	},
	nodeapi.MethodStreamHandle: func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
		return f.call(conn, nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: protocol}, false)
	},
}

// A panic, at whichever step of a call, is that call's error. The log has it
// once, with the stack; the session and others go on, and nothing is left.
func TestPanicIsTheCallsOwn(t *testing.T) {
	for method, begin := range faultyCalls {
		t.Run(method, func(t *testing.T) {
			for step, reached := 0, true; reached; step++ {
				if reached = panicAtStep(t, method, step, begin); !reached && step == 0 {
					t.Error("no step has panicked")
				}
			}
		})
	}
}

// panicAtStep reports whether the call came as far as that step.
func panicAtStep(t *testing.T, method string, step int, begin func(*fixture, *messageport.ClientConn) *messageport.ClientCall) (reached bool) {
	withLog(t, nil, func(f *fixture, log *bytes.Buffer) {
		conn, other := f.dial(), f.dial()
		steps := 0
		f.backend.Hook = func(_ context.Context, called string) error {
			if called == method {
				if steps++; steps == step+1 {
					reached = true
					panic("a fault")
				}
			}
			return nil
		}
		call := begin(f, conn)
		if synctest.Wait(); !reached {
			call.Cancel(nil)
			return
		}
		f.wantPanic(call, log)
		f.onlyStatusLeft(conn, other)
	})
	return reached
}

// withLog is run with a log, and with a backend that may be another than the
// fixture's own.
func withLog(t *testing.T, backend func(*servertest.Backend) server.Backend, test func(f *fixture, log *bytes.Buffer)) {
	t.Helper()
	log := new(bytes.Buffer)
	inner := new(servertest.Backend)
	cfg := server.Config{Backend: inner, Logger: slog.New(slog.NewTextHandler(log, nil))}
	if backend != nil {
		cfg.Backend = backend(inner)
	}
	runWith(t, cfg, func(f *fixture) {
		f.backend = inner
		test(f, log)
	})
}

// wantPanic reads a call to its end, an internal error of which the log has a
// stack.
func (f *fixture) wantPanic(call *messageport.ClientCall, log *bytes.Buffer) {
	f.Helper()
	for {
		if _, err := call.Next(); err != nil {
			break
		}
	}
	if e := f.wantCode(call.Result(nil), nodeapi.CodeInternal); !strings.Contains(e.Message, "a fault") {
		f.Errorf("got %q; want it to say what happened", e.Message)
	}
	f.wantStack(log)
}

func (f *fixture) wantStack(log *bytes.Buffer) {
	f.Helper()
	synctest.Wait()
	if text := log.String(); strings.Count(text, "level=ERROR") != 1 || strings.Count(text, "stack=") != 1 || !strings.Contains(text, "a fault") {
		f.Errorf("want one error in the log, the panic with its stack; got: %s", text)
	}
}

// onlyStatusLeft asks each session for the status: all answer, and hold nothing.
func (f *fixture) onlyStatusLeft(conns ...*messageport.ClientConn) {
	f.Helper()
	for _, conn := range conns {
		calls := 0
		for _, sess := range f.status(conn).Sessions {
			calls += len(sess.Calls)
			if len(sess.Topics)+len(sess.Rooms)+len(sess.Protocols) > 0 {
				f.Errorf("a session still has %+v", sess)
			}
		}
		if calls != 1 {
			f.Errorf("there are %d calls; want that for the status alone", calls)
		}
	}
}

// faulty is a backend in which something panics that is no step of a call.
type faulty struct {
	*servertest.Backend
	panics string
}

func (b faulty) in(what string) {
	if b.panics == what {
		panic("a fault")
	}
}

func (b faulty) Extend(ctx context.Context, cfg nodeapi.Config) error {
	b.in("Extend")
	return b.Backend.Extend(ctx, cfg)
}

func (b faulty) Sample(ctx context.Context, into *nodeapi.StatusSample) {
	b.in("Sample")
	b.Backend.Sample(ctx, into)
}

func (b faulty) Warnings(ctx context.Context) iter.Seq[nodeapi.Warning] {
	b.in("Warnings")
	return b.Backend.Warnings(ctx)
}

func (b faulty) DialProtocol(ctx context.Context, req nodeapi.StreamRequest) (server.Stream, error) {
	stream, err := b.Backend.DialProtocol(ctx, req)
	return faultyStream{stream, b}, err
}

func (b faulty) HandleProtocol(protocol string, handle func(server.Stream)) (func(), error) {
	return b.Backend.HandleProtocol(protocol, func(stream server.Stream) { handle(faultyStream{stream, b}) })
}

type faultyStream struct {
	server.Stream
	backend faulty
}

func (s faultyStream) Info() nodeapi.StreamOpened {
	s.backend.in("Info")
	return s.Stream.Info()
}

func (s faultyStream) Read(p []byte) (int, error) {
	s.backend.in("Read")
	return s.Stream.Read(p)
}

func (s faultyStream) Write(p []byte) (int, error) {
	s.backend.in("Write")
	return s.Stream.Write(p)
}

func withFaulty(t *testing.T, panics string, test func(f *fixture, log *bytes.Buffer)) {
	t.Helper()
	withLog(t, func(b *servertest.Backend) server.Backend { return faulty{b, panics} }, test)
}

// What panics in a goroutine of its own ends the call for which it runs.
func TestPanicBesideACall(t *testing.T) {
	for panics, begin := range map[string]func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall{
		"Read": func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
			return f.dialPeer(conn, servertest.EchoProtocol)
		},
		"Write": func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
			call := f.dialPeer(conn, servertest.EchoProtocol)
			_, _ = call.Write([]byte("x"))
			return call
		},
		"Info": func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
			call := f.handle(conn)
			_ = f.asPeer().Reset()
			return call
		},
		"Warnings": func(f *fixture, conn *messageport.ClientConn) *messageport.ClientCall {
			return f.call(conn, nodeapi.MethodEvents, nil, false)
		},
	} {
		t.Run(panics, func(t *testing.T) {
			withFaulty(t, panics, func(f *fixture, log *bytes.Buffer) {
				conn, other := f.dial(), f.dial()
				f.wantPanic(begin(f, conn), log)
				f.onlyStatusLeft(conn, other)
			})
		})
	}
}

// A panic in a handshake refuses the one client.
func TestPanicInAHello(t *testing.T) {
	withFaulty(t, "Extend", func(f *fixture, log *bytes.Buffer) {
		_, err := f.tryDial(hello(f, nodeapi.Hello{}))
		f.wantCode(err, nodeapi.CodeInternal)
		f.wantStack(log)
	})
}

// A panic in a boot refuses those that wait for it; the next client boots anew.
func TestPanicInABoot(t *testing.T) {
	boots := 0
	cfg := server.Config{Open: func(context.Context, nodeapi.Config) (server.Backend, error) {
		if boots++; boots == 1 {
			panic("a fault")
		}
		return &servertest.Backend{}, nil
	}}
	runWith(t, cfg, func(f *fixture) {
		_, err := f.tryDial(messageport.DialConfig{})
		f.wantCode(err, nodeapi.CodeInternal)
		f.alive(f.dial())
	})
}

// Samples are taken for nobody in particular, and go on without the backend.
func TestPanicInASample(t *testing.T) {
	withFaulty(t, "Sample", func(f *fixture, log *bytes.Buffer) {
		conn := f.dial()
		time.Sleep(time.Minute)
		var list nodeapi.SampleList
		if err := conn.Invoke(f.Context(), nodeapi.MethodStatusSamples, nil, &list); err != nil {
			f.Fatal(err)
		}
		if n := len(list.Samples); n < 12 {
			f.Errorf("got %d samples of a minute", n)
		}
		f.wantStack(log)
	})
}
