package server_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

const protocol = "/test/1.0.0"

// dialPeer opens a stream from a session to what the node itself handles.
func (f *fixture) dialPeer(conn *messageport.ClientConn, protocols ...string) *messageport.ClientCall {
	f.Helper()
	request := nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: protocols}
	call := f.call(conn, nodeapi.MethodStreamDial, request, true)
	opened := receiveItem[nodeapi.StreamOpened](f, call)
	if opened.Peer != servertest.PeerID || opened.Addr == "" {
		f.Errorf("got %+v; want a stream to the node itself", opened)
	}
	return call
}

// peer has the backend handle the protocol with what a peer would do.
func (f *fixture) peer(handle func(server.Stream)) (remove func()) {
	f.Helper()
	remove, err := f.backend.HandleProtocol(protocol, handle)
	if err != nil {
		f.Fatal(err)
	}
	return remove
}

// asPeer opens a stream as a peer would.
func (f *fixture) asPeer() server.Stream {
	f.Helper()
	stream, err := f.backend.DialProtocol(f.Context(), nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{protocol}})
	if err != nil {
		f.Fatal(err)
	}
	return stream
}

// handle handles the protocol in a session.
func (f *fixture) handle(conn *messageport.ClientConn) *messageport.ClientCall {
	f.Helper()
	call := f.call(conn, nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: protocol}, false)
	if first := receiveItem[nodeapi.StreamOffer](f, call); first.ID != 0 || first.Stream != nil {
		f.Fatalf("got %+v; want first that the protocol is handled", first)
	}
	return call
}

func (f *fixture) accept(conn *messageport.ClientConn, id uint64) *messageport.ClientCall {
	f.Helper()
	return f.call(conn, nodeapi.MethodStreamAccept, nodeapi.StreamAccept{ID: id}, true)
}

func TestStreamIsHalfClosedEachWay(t *testing.T) {
	request, answer := bytes.Repeat([]byte("request"), 100_000), bytes.Repeat([]byte("answer"), 100_000)
	send := func(w io.Writer, closeWrite func() error, data []byte) error {
		if _, err := w.Write(data); err != nil {
			return err
		}
		return closeWrite()
	}
	for _, first := range []string{"client", "peer"} {
		t.Run(first, func(t *testing.T) {
			run(t, func(f *fixture) {
				served := make(chan error, 1)
				remove := f.peer(func(s server.Stream) {
					var got []byte
					var err, sendErr error
					if first == "peer" {
						sendErr = send(s, s.CloseWrite, answer)
						got, err = io.ReadAll(s)
					} else {
						got, err = io.ReadAll(s)
						sendErr = send(s, s.CloseWrite, answer)
					}
					if !bytes.Equal(got, request) {
						f.Errorf("the peer got %d bytes; want %d", len(got), len(request))
					}
					served <- errors.Join(err, sendErr, s.Close())
				})
				defer remove()
				call := f.dialPeer(f.dial(), "/other", protocol)
				if first == "client" {
					if err := send(call, call.CloseWrite, request); err != nil {
						f.Error(err)
					}
				}
				if got, err := io.ReadAll(call); err != nil || !bytes.Equal(got, answer) {
					f.Errorf("got %d bytes, %v; want %d", len(got), err, len(answer))
				}
				if first == "peer" {
					if err := send(call, call.CloseWrite, request); err != nil {
						f.Error(err)
					}
				}
				if err := errors.Join(call.Result(nil), <-served); err != nil {
					f.Error(err)
				}
			})
		})
	}
}

func TestStreamResetByThePeer(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		defer f.peer(func(s server.Stream) {
			_, _ = s.Write([]byte("half"))
			_, _ = s.Read(make([]byte, 1))
			_ = s.Reset()
		})()
		call := f.dialPeer(conn, protocol)
		if got := receiveText(f, call, 4); got != "half" {
			f.Errorf("got %q before the reset", got)
		}
		if _, err := call.Write([]byte("x")); err != nil {
			f.Error(err)
		}
		_, err := call.Next()
		f.wantCode(err, nodeapi.CodeStreamReset)
		f.wantCode(call.Result(nil), nodeapi.CodeStreamReset)
		f.alive(conn)
	})
}

func TestCancelResetsTheStream(t *testing.T) {
	run(t, func(f *fixture) {
		read := make(chan error, 1)
		defer f.peer(func(s server.Stream) {
			_, err := s.Read(make([]byte, 1))
			read <- err
			_ = s.Reset()
		})()
		call := f.dialPeer(f.dial(), protocol)
		call.Cancel(nil)
		if err := <-read; nodeapi.CodeOf(err) != nodeapi.CodeStreamReset {
			f.Errorf("the peer read %v; want a reset", err)
		}
	})
}

func TestItemResetsTheStream(t *testing.T) {
	run(t, func(f *fixture) {
		call := f.dialPeer(f.dial(), servertest.EchoProtocol)
		if err := call.WriteItem("an item"); err != nil {
			f.Fatal(err)
		}
		f.wantCode(call.Result(nil), nodeapi.CodeBadRequest)
	})
}

// A peer that does not read holds up its own stream, and what it has not read
// waits with the client.
func TestStreamIsUnderCredit(t *testing.T) {
	limits := messageport.Limits{Window: 64 << 10, MaxWindow: 64 << 10}
	runWith(t, server.Config{Limits: limits}, func(f *fixture) {
		stalled := make(chan server.Stream, 1)
		defer f.peer(func(s server.Stream) { stalled <- s })()
		conn := f.dial()
		call := f.dialPeer(conn, protocol)
		written := make(chan int, 1)
		go func() {
			n, _ := call.Write(make([]byte, 8<<20))
			written <- n
		}()
		synctest.Wait()
		f.alive(conn)
		_ = (<-stalled).Reset()
		// A window, the stream's own buffer, and what was being written to it.
		if n := <-written; n > 256<<10 {
			f.Errorf("%d bytes were taken from a stream whose peer does not read", n)
		}
	})
}

func TestHandle(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		handling := f.handle(conn)
		peer := f.asPeer()
		offer := receiveItem[nodeapi.StreamOffer](f, handling)
		if offer.ID == 0 || offer.Stream == nil || offer.Stream.Protocol != protocol {
			f.Fatalf("got %+v; want an offer", offer)
		}
		// The stream outlives the handling.
		handling.Cancel(nil)
		synctest.Wait()
		call := f.accept(conn, offer.ID)
		if opened := receiveItem[nodeapi.StreamOpened](f, call); opened != *offer.Stream {
			f.Errorf("got %+v; want %+v", opened, *offer.Stream)
		}
		go func() {
			_, _ = peer.Write([]byte("hello"))
			_ = peer.CloseWrite()
		}()
		if got, err := io.ReadAll(call); err != nil || string(got) != "hello" {
			f.Errorf("got %q, %v", got, err)
		}
		_ = call.CloseWrite()
		if err := call.Result(nil); err != nil {
			f.Error(err)
		}
		_ = peer.Close()
		_, err := f.backend.DialProtocol(f.Context(), nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{protocol}})
		if nodeapi.CodeOf(err) != nodeapi.CodeProtocolNotSupported {
			f.Errorf("got %v after the handling was canceled", err)
		}
		f.wantCode(f.accept(conn, offer.ID).Result(nil), nodeapi.CodeUnknownStream)
	})
}

func TestStreamsOfASessionAreBounded(t *testing.T) {
	runWith(t, server.Config{MaxStreams: 2, MaxProtocols: 1}, func(f *fixture) {
		conn := f.dial()
		first := f.dialPeer(conn, servertest.EchoProtocol)
		f.dialPeer(conn, servertest.EchoProtocol)
		handling := f.handle(conn)
		peer := f.asPeer()
		offer := receiveItem[nodeapi.StreamOffer](f, handling)

		request := nodeapi.StreamRequest{Peer: servertest.PeerID, Protocols: []string{servertest.EchoProtocol}}
		e := f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodStreamDial, request, nil), nodeapi.CodeTooManyStreams)
		if e.Details["limit"] != uint64(2) {
			f.Errorf("got details %v; want the limit", e.Details)
		}
		f.wantCode(f.accept(conn, offer.ID).Result(nil), nodeapi.CodeTooManyStreams)
		f.wantCode(conn.Invoke(f.Context(), nodeapi.MethodStreamHandle, nodeapi.HandleRequest{Protocol: "/b"}, nil), nodeapi.CodeTooManyStreams)
		f.dialPeer(f.dial(), servertest.EchoProtocol) // another session's are its own

		first.Cancel(nil)
		synctest.Wait()
		receiveItem[nodeapi.StreamOpened](f, f.accept(conn, offer.ID)) // still there
		_ = peer.Reset()
	})
}
