package server_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// stage is one session in the middle of a call.
type stage struct {
	*fixture

	conn *messageport.ClientConn
	call *messageport.ClientCall
	gone chan struct{}      // closed: the client's lock is free
	stop context.CancelFunc // of Serve's context
}

// endings are the ways in which a session, or its call, comes to its end.
var endings = map[string]func(s *stage){
	"the client closes":           func(s *stage) { _ = s.conn.Close() },
	"the client's lock is let go": func(s *stage) { close(s.gone) },
	"Serve's context ends":        func(s *stage) { s.stop() },
	"the call is canceled":        func(s *stage) { s.call.Cancel(nil) },
	"the server is shut down": func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_ = s.server.Shutdown(ctx)
	},
}

// atEveryStep runs a call once for each step in which the backend takes part,
// ends it there in each way, and sees what is left. begin opens the call and
// does the client's part of it in goroutines of its own.
func atEveryStep(t *testing.T, method string, prepare func(f *fixture), begin func(s *stage)) {
	t.Helper()
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			steps := 0
			for reached := true; reached; steps++ {
				reached = endAtStep(t, method, steps, prepare, begin, end)
			}
			if steps < 3 {
				t.Errorf("%s has %d steps; the test wants more", method, steps)
			}
		})
	}
}

// endAtStep reports whether the call came as far as that step.
func endAtStep(t *testing.T, method string, step int, prepare func(*fixture), begin, end func(*stage)) (reached bool) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{fixture: &fixture{T: t, backend: &servertest.Backend{}}, gone: make(chan struct{})}
		s.server = server.New(server.Config{Backend: s.backend, Liveness: func(ctx context.Context, _ string) error {
			select {
			case <-s.gone:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		prepare(s.fixture)
		watcher := s.dial()
		before := s.backend.Blocks()

		var ctx context.Context
		ctx, s.stop = context.WithCancel(t.Context())
		defer s.stop()
		port, ended := servertest.Connect(ctx, s.server)
		var err error
		if s.conn, err = messageport.Dial(t.Context(), port, messageport.DialConfig{Lock: "tab"}); err != nil {
			t.Fatal(err)
		}
		steps := 0
		s.backend.Hook = func(ctx context.Context, called string) error {
			if called == method {
				if steps == step {
					reached = true
					<-ctx.Done()
				}
				steps++
			}
			return nil
		}
		begin(s)
		synctest.Wait()
		end(s)
		synctest.Wait()

		what := fmt.Sprintf("%s ended at step %d", method, step)
		if n := s.backend.Held(); n != 0 {
			t.Errorf("%s: %d methods, iterators or readers are left", what, n)
		}
		if reached && s.backend.Blocks() != before {
			t.Errorf("%s: there are %d blocks; want %d as before", what, s.backend.Blocks(), before)
		}
		s.nothingLeft(watcher, what)
		_ = s.conn.Close() // if that was not the ending
		<-ended
	})
	return reached
}

// nothingLeft asks for the status, if the server still gives one: the session is
// gone, or has no more than it began with.
func (s *stage) nothingLeft(watcher *messageport.ClientConn, what string) {
	s.Helper()
	defer watcher.Close()
	if watcher.Err() != nil {
		return
	}
	status := s.status(watcher)
	if len(status.Topics) > 0 {
		s.Errorf("%s: the node still listens to %v", what, status.Topics)
	}
	for _, sess := range status.Sessions {
		own := 0
		switch {
		case sess.ID == watcher.Welcome().Session:
			own = 1 // for the status
		case s.conn.Err() != nil:
			s.Errorf("%s: the session is still there", what)
		}
		if len(sess.Calls) != own || len(sess.Topics)+len(sess.Rooms)+len(sess.Protocols) > 0 {
			s.Errorf("%s: the session still has %+v", what, sess)
		}
	}
}

func TestEndAtEveryStepOfAdd(t *testing.T) {
	atEveryStep(t, nodeapi.MethodAdd, func(*fixture) {}, func(s *stage) {
		var err error
		opts := nodeapi.AddOptions{Progress: true, WrapWithDirectory: true}
		if s.call, err = s.conn.Call(s.Context(), nodeapi.MethodAdd, opts, messageport.CallOptions{Upload: true}); err != nil {
			s.Fatal(err)
		}
		go func() {
			for _, path := range []string{"a", "d/b"} {
				_ = s.call.WriteItem(nodeapi.FileHeader{Path: path})
				_, _ = s.call.Write(make([]byte, 150<<10))
			}
			_ = s.call.CloseWrite()
		}()
		go func() {
			for {
				if _, err := s.call.Next(); err != nil {
					return
				}
			}
		}()
	})
}

func TestEndAtEveryStepOfCat(t *testing.T) {
	var file nodeapi.Added
	atEveryStep(t, nodeapi.MethodCat,
		func(f *fixture) { file = f.put(make([]byte, 300<<10)) },
		func(s *stage) {
			var err error
			request := nodeapi.CatRequest{Path: file.Cid.String()}
			if s.call, err = s.conn.Call(s.Context(), nodeapi.MethodCat, request, messageport.CallOptions{}); err != nil {
				s.Fatal(err)
			}
			go func() { _ = s.call.Result(nil) }()
		})
}

func TestEndAtEveryStepOfExport(t *testing.T) {
	var file nodeapi.Added
	atEveryStep(t, nodeapi.MethodDAGExport,
		func(f *fixture) { file = f.put(make([]byte, 300<<10)) },
		func(s *stage) {
			s.open(nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: file.Cid.String()}, false)
			go func() { _ = s.call.Result(nil) }()
		})
}

func TestEndAtEveryStepOfImport(t *testing.T) {
	var cars [][]byte
	atEveryStep(t, nodeapi.MethodDAGImport,
		func(f *fixture) {
			cars = cars[:0]
			for _, size := range []int{10, 300 << 10} {
				cars = append(cars, f.car(make([]byte, size)))
			}
		},
		func(s *stage) {
			s.open(nodeapi.MethodDAGImport, nil, true)
			go func() {
				for _, car := range cars {
					_ = s.call.WriteItem(nodeapi.CARHeader{})
					_, _ = s.call.Write(car)
				}
				_ = s.call.CloseWrite()
			}()
			go s.readAll()
		})
}

// car returns a CAR of one block, which the backend then does not have.
func (f *fixture) car(data []byte) []byte {
	f.Helper()
	file := f.put(data)
	r, err := f.backend.DAGExport(f.Context(), file.Cid.String())
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	car, err := io.ReadAll(r)
	if err != nil {
		f.Fatal(err)
	}
	for outcome, err := range f.backend.BlockRemove(f.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{file.Cid}}) {
		if err != nil || outcome.Error != "" {
			f.Fatalf("removing the block: %+v, %v", outcome, err)
		}
	}
	return car
}

func TestEndAtEveryStepOfSubscribe(t *testing.T) {
	atEveryStep(t, nodeapi.MethodPubSubSubscribe, func(*fixture) {}, func(s *stage) {
		s.open(nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t"}, false)
		go s.readAll()
		synctest.Wait() // until it listens, if it ever does
		go s.sendThree(nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: "t"})
	})
}

func TestEndAtEveryStepOfRoom(t *testing.T) {
	atEveryStep(t, nodeapi.MethodRoomJoin, func(*fixture) {}, func(s *stage) {
		s.open(nodeapi.MethodRoomJoin, nodeapi.RoomRequest{Topic: "t"}, false)
		go s.readAll()
		synctest.Wait() // until it listens, if it ever does
		go s.sendThree(nodeapi.MethodRoomSend, nodeapi.RoomSend{Room: 1})
	})
}

func TestEndAtEveryStepOfSwarmEvents(t *testing.T) {
	atEveryStep(t, nodeapi.MethodSwarmEvents,
		func(f *fixture) {
			for _, peer := range []string{"a", "b", "c"} {
				if err := f.backend.SwarmConnect(f.Context(), "/memory/2/p2p/"+peer); err != nil {
					f.Fatal(err)
				}
			}
		},
		func(s *stage) {
			s.open(nodeapi.MethodSwarmEvents, nil, false)
			go s.readAll()
		})
}

// readAll reads the call to its end.
func (s *stage) readAll() {
	for {
		if _, err := s.call.Next(); err != nil {
			return
		}
	}
}

// sendThree sends messages.
func (s *stage) sendThree(method string, request any) {
	for range 3 {
		call, err := s.conn.Call(s.Context(), method, request, messageport.CallOptions{Upload: true})
		if err != nil {
			return
		}
		_, _ = call.Write([]byte("message"))
		_ = call.CloseWrite()
		_ = call.Result(nil)
	}
}

// A client that has stopped reading, or sending, holds its call where it is; the
// session's end frees it all the same.
func TestEndOfStalledStreams(t *testing.T) {
	stalled := map[string]func(s *stage){
		"a cat that is not read": func(s *stage) {
			file := s.put(make([]byte, 8<<20))
			s.open(nodeapi.MethodCat, nodeapi.CatRequest{Path: file.Cid.String()}, false)
		},
		"an add that stops in a file": func(s *stage) {
			s.open(nodeapi.MethodAdd, nil, true)
			_ = s.call.WriteItem(nodeapi.FileHeader{})
			_, _ = s.call.Write([]byte("x"))
		},
		"an add that never begins": func(s *stage) { s.open(nodeapi.MethodAdd, nil, true) },
		"an export that is not read": func(s *stage) {
			file := s.put(make([]byte, 8<<20))
			s.open(nodeapi.MethodDAGExport, nodeapi.PathRequest{Path: file.Cid.String()}, false)
		},
		"an import that stops in a CAR": func(s *stage) {
			s.open(nodeapi.MethodDAGImport, nil, true)
			_ = s.call.WriteItem(nodeapi.CARHeader{})
			_, _ = s.call.Write([]byte("\x11"))
		},
		"an import that never begins": func(s *stage) { s.open(nodeapi.MethodDAGImport, nil, true) },
		"a poll of bandwidth": func(s *stage) {
			s.open(nodeapi.MethodStatsBandwidth, nodeapi.BandwidthRequest{Poll: true}, false)
		},
		"a block that stops":   func(s *stage) { s.open(nodeapi.MethodBlockPut, nil, true) },
		"a message that stops": func(s *stage) { s.open(nodeapi.MethodPubSubPublish, nodeapi.TopicRequest{Topic: "t"}, true) },
		"a topic that is not read": func(s *stage) {
			s.open(nodeapi.MethodPubSubSubscribe, nodeapi.SubscribeRequest{Topic: "t"}, false)
			synctest.Wait()
			for range 20 {
				if err := s.backend.Publish(s.Context(), "t", make([]byte, 100<<10)); err != nil {
					s.Fatal(err)
				}
			}
		},
		"a protocol that nobody asks for": func(s *stage) {
			s.open(nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: protocol}, false)
		},
		"a stream that nobody writes": func(s *stage) {
			s.open(nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{servertest.EchoProtocol}}, true)
		},
		"a stream that is not read": func(s *stage) {
			s.open(nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{servertest.EchoProtocol}}, true)
			go func() { _, _ = s.call.Write(make([]byte, 8<<20)) }()
		},
		"a stream that was accepted": func(s *stage) {
			handling := s.handle(s.conn)
			peer := s.asPeer()
			go func() {
				_, _ = io.Copy(io.Discard, peer)
				_ = peer.Reset()
			}()
			s.call = s.accept(s.conn, receiveItem[nodeapi.StreamOffer](s.fixture, handling).ID)
			handling.Cancel(nil)
		},
	}
	for name, begin := range stalled {
		t.Run(name, func(t *testing.T) {
			for how, end := range endings {
				t.Run(how, func(t *testing.T) {
					reached := endAtStep(t, "", -1, func(*fixture) {}, func(s *stage) {
						begin(s)
						synctest.Wait()
						if s.conn.Err() != nil {
							s.Fatal("the session has ended by itself")
						}
					}, end)
					if reached {
						t.Fatal("the hook held a call")
					}
				})
			}
		})
	}
}

func (s *stage) open(method string, request any, upload bool) {
	s.Helper()
	var err error
	s.call, err = s.conn.Call(s.Context(), method, request, messageport.CallOptions{Upload: upload})
	if err != nil {
		s.Fatal(err)
	}
}

// put stores a file in the backend.
func (f *fixture) put(data []byte) nodeapi.Added {
	f.Helper()
	stat, err := f.backend.BlockPut(f.Context(), data, nodeapi.BlockPutOptions{})
	if err != nil {
		f.Fatal(err)
	}
	return nodeapi.Added{Cid: stat.Cid, Size: stat.Size}
}
