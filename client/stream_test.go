package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server/servertest"
)

const protocol = "/test/1.0.0"

func (f *fixture) dialProtocol(protocols ...string) *client.Stream {
	f.Helper()
	s, err := f.DialProtocol(f.Context(), servertest.PeerID, protocols...)
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func TestStream(t *testing.T) {
	run(t, func(f *fixture) {
		data := pattern(3 << 20)
		s := f.dialProtocol("/unknown", servertest.EchoProtocol)
		if info := s.Info(); info.Protocol != servertest.EchoProtocol || info.Peer != servertest.PeerID {
			f.Errorf("got %+v", info)
		}
		go func() {
			if _, err := s.Write(data); err != nil {
				f.Error(err)
			}
			if err := s.CloseWrite(); err != nil {
				f.Error(err)
			}
		}()
		if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, data) {
			f.Errorf("got %d bytes, %v; want %d", len(got), err, len(data))
		}
		if _, err := s.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			f.Errorf("Write after CloseWrite: got %v", err)
		}
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
}

func TestStreamIsAReader(t *testing.T) {
	run(t, func(f *fixture) {
		data := pattern(100)
		s := f.dialProtocol(servertest.EchoProtocol)
		_, _ = s.Write(data)
		_ = s.CloseWrite()
		if err := iotest.TestReader(s, data); err != nil {
			f.Error(err)
		}
		_ = s.Close()
	})
}

func TestDialProtocolFails(t *testing.T) {
	run(t, func(f *fixture) {
		_, err := f.DialProtocol(f.Context(), "nobody", "/a")
		f.wantCode(err, nodeapi.CodeDialFailed)
		_, err = f.DialProtocol(f.Context(), servertest.PeerID, "/a")
		f.wantCode(err, nodeapi.CodeProtocolNotSupported)
		_, err = f.DialProtocol(f.Context(), servertest.PeerID)
		f.wantCode(err, nodeapi.CodeInvalidOption)
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		if _, err := f.DialProtocol(ctx, servertest.PeerID, servertest.EchoProtocol); !errors.Is(err, context.Canceled) {
			f.Errorf("got %v; want the context's error", err)
		}
	})
}

func TestHandle(t *testing.T) {
	run(t, func(f *fixture) {
		other := f.open(client.Options{})
		defer other.Close()
		handle := func(c *client.Client, answer string) (stop func()) {
			stop, err := c.Handle(f.Context(), protocol, func(s *client.Stream) {
				request, _ := io.ReadAll(s)
				_, _ = s.Write(append(request, answer...))
				_ = s.Close()
			})
			if err != nil {
				f.Fatal(err)
			}
			return stop
		}
		ask := func() string {
			s := f.dialProtocol(protocol)
			defer s.Close()
			_, _ = s.Write([]byte("for "))
			_ = s.CloseWrite()
			answer, err := io.ReadAll(s)
			if err != nil {
				f.Error(err)
			}
			return string(answer)
		}
		stopFirst := handle(f.Client, "the first")
		if got := ask(); got != "for the first" {
			f.Errorf("got %q", got)
		}
		stopSecond := handle(other, "the second")
		if got := ask(); got != "for the second" {
			f.Errorf("got %q; want the one who asked last", got)
		}
		stopSecond()
		synctest.Wait()
		if got := ask(); got != "for the first" {
			f.Errorf("got %q; want the one before again", got)
		}
		stopFirst()
		synctest.Wait()
		_, err := f.DialProtocol(f.Context(), servertest.PeerID, protocol)
		f.wantCode(err, nodeapi.CodeProtocolNotSupported)
		_, err = f.Handle(f.Context(), "/ipfs/id/1.0.0", nil)
		f.wantCode(err, nodeapi.CodeProtocolReserved)
	})
}

// serveOne handles the protocol and returns the next stream that comes.
func (f *fixture) serveOne() (accepted <-chan *client.Stream) {
	f.Helper()
	streams := make(chan *client.Stream, 1)
	if _, err := f.Handle(f.Context(), protocol, func(s *client.Stream) { streams <- s }); err != nil {
		f.Fatal(err)
	}
	return streams
}

func TestResetReachesTheOtherSide(t *testing.T) {
	run(t, func(f *fixture) {
		accepted := f.serveOne()
		dialed := f.dialProtocol(protocol)
		peer := <-accepted
		if err := peer.Reset(); err != nil {
			f.Error(err)
		}
		_, err := dialed.Read(make([]byte, 1))
		f.wantCode(err, nodeapi.CodeStreamReset)
		_, err = dialed.Write(make([]byte, 1))
		f.wantCode(err, nodeapi.CodeStreamReset)
		_, err = peer.Read(make([]byte, 1))
		f.wantCode(err, nodeapi.CodeStreamReset)
		_ = f.Close() // which ends the handling
	})
}

func TestCloseDelivers(t *testing.T) {
	run(t, func(f *fixture) {
		accepted := f.serveOne()
		dialed := f.dialProtocol(protocol)
		peer := <-accepted
		waiting := make(chan error, 1)
		go func() {
			_, err := dialed.Read(make([]byte, 1))
			waiting <- err
		}()
		if _, err := dialed.Write([]byte("last words")); err != nil {
			f.Fatal(err)
		}
		synctest.Wait()
		if err := dialed.Close(); err != nil {
			f.Error(err)
		}
		if err := <-waiting; !errors.Is(err, io.ErrClosedPipe) {
			f.Errorf("a Read that waits: got %v", err)
		}
		if got, err := io.ReadAll(peer); err != nil || string(got) != "last words" {
			f.Errorf("got %q, %v", got, err)
		}
		_ = peer.Close()
		_ = f.Close()
	})
}

// One who closes does not wait for ever for one who never does.
func TestCloseEndsInTime(t *testing.T) {
	run(t, func(f *fixture) {
		accepted := f.serveOne()
		dialed := f.dialProtocol(protocol)
		peer := <-accepted
		_ = dialed.Close()
		began := time.Now()
		var err error
		for err == nil {
			_, err = peer.Write(make([]byte, 100))
			time.Sleep(time.Second)
		}
		f.wantCode(err, nodeapi.CodeStreamReset)
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
			f.Errorf("the stream was reset after %v; want a minute", took)
		}
		_ = f.Close()
	})
}
