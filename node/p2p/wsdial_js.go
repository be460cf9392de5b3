package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall/js"
	"time"

	"github.com/sharednode/sharednode/node/web"
)

// What a socket may hold unsent: a write waits until less than lowUnsent is left
// of more than highUnsent. The browser tells no one when that is, so the write
// looks again and again.
const (
	highUnsent   = 1 << 20
	lowUnsent    = 256 << 10
	unsentLooks  = 2 * time.Millisecond
	largestWrite = 128 << 10 // bytes of one message; noise writes half of that at most
)

var errText = errors.New("p2p: the peer sent text over its WebSocket")

// errRefused is all that a browser lets a script know.
var errRefused = errors.New("the browser could not connect, and does not say why")

// socket is a browser's WebSocket as a net.Conn.
type socket struct {
	ws        js.Value
	in        *inbox
	opened    chan struct{}
	closed    chan struct{}
	finishing sync.Once
	listeners map[string]js.Func // by event

	readBy, writeBy *deadline

	writing sync.Mutex // guards following
	scratch js.Value   // Uint8Array that holds what is being sent
}

// dialSocket opens a WebSocket whose messages are a stream of bytes.
func dialSocket(ctx context.Context, url string) (net.Conn, error) {
	s := &socket{
		in:      newInbox(),
		opened:  make(chan struct{}),
		closed:  make(chan struct{}),
		readBy:  newDeadline(),
		writeBy: newDeadline(),
	}
	if err := s.open(url); err != nil {
		return nil, err
	}
	select {
	case <-s.opened:
		return s, nil
	case <-s.closed:
		return nil, errRefused
	case <-ctx.Done():
		_ = s.Close()
		return nil, context.Cause(ctx)
	}
}

// open makes the browser's socket.
func (s *socket) open(url string) (err error) {
	defer web.Catch(&err)
	s.ws = js.Global().Get("WebSocket").New(url)
	s.ws.Set("binaryType", "arraybuffer")
	s.listeners = map[string]js.Func{}
	s.on("open", func(js.Value) { close(s.opened) })
	s.on("message", s.received)
	s.on("close", func(event js.Value) { s.finish(closeError(event)) })
	return nil
}

func (s *socket) on(event string, f func(event js.Value)) {
	s.listeners[event] = js.FuncOf(func(_ js.Value, args []js.Value) any { f(args[0]); return nil })
	s.ws.Set("on"+event, s.listeners[event])
}

// finish has err returned once all is read, and listens no more.
func (s *socket) finish(err error) {
	s.finishing.Do(func() {
		s.in.close(err)
		for event, f := range s.listeners {
			s.ws.Set("on"+event, js.Null())
			f.Release()
		}
		close(s.closed)
	})
}

func (s *socket) received(event js.Value) {
	data := event.Get("data")
	if data.Type() != js.TypeObject {
		s.in.close(errText)
		_ = s.Close()
		return
	}
	if !s.in.put(jsChunk(js.Global().Get("Uint8Array").New(data))) {
		_ = s.Close()
	}
}

func closeError(event js.Value) error {
	code := event.Get("code").Int()
	if event.Get("wasClean").Bool() && (code == 1000 || code == 1001 || code == 1005) {
		return io.EOF
	}
	return fmt.Errorf("p2p: the WebSocket was closed with code %d %s", code, event.Get("reason").String())
}

// jsChunk is a Uint8Array.
type jsChunk js.Value

func (c jsChunk) Len() int { return js.Value(c).Get("byteLength").Int() }

func (c jsChunk) CopyTo(p []byte, offset int) int {
	array := js.Value(c)
	if offset > 0 {
		array = array.Call("subarray", offset)
	}
	return js.CopyBytesToGo(p, array)
}

func (s *socket) Read(p []byte) (int, error) { return s.in.read(p, s.readBy) }

func (s *socket) Write(p []byte) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for n < len(p) {
		part := p[n:min(n+largestWrite, len(p))]
		if err := s.drained(); err != nil {
			return n, err
		}
		if err := s.send(part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// drained waits until the socket takes more.
func (s *socket) drained() error {
	limit := highUnsent
	for {
		select {
		case <-s.closed:
			return net.ErrClosed
		default:
		}
		if err := s.writeBy.err(); err != nil {
			return err
		}
		if s.ws.Get("bufferedAmount").Int() < limit {
			return nil
		}
		limit = lowUnsent
		select {
		case <-time.After(unsentLooks):
		case <-s.closed:
		}
	}
}

// send copies p into an array that is kept: making one costs more than the copy.
func (s *socket) send(p []byte) (err error) {
	defer web.Catch(&err)
	if s.scratch.IsUndefined() {
		s.scratch = js.Global().Get("Uint8Array").New(largestWrite)
	}
	js.CopyBytesToJS(s.scratch, p)
	s.ws.Call("send", s.scratch.Call("subarray", 0, len(p)))
	return nil
}

// Close does not wait for the peer to agree.
func (s *socket) Close() (err error) {
	defer web.Catch(&err)
	s.finish(net.ErrClosed)
	s.ws.Call("close")
	return nil
}

// LocalAddr and RemoteAddr are not known here, see wsConn.
func (s *socket) LocalAddr() net.Addr  { return socketAddr{} }
func (s *socket) RemoteAddr() net.Addr { return socketAddr{} }

type socketAddr struct{}

func (socketAddr) Network() string { return "websocket" }
func (socketAddr) String() string  { return "websocket" }

func (s *socket) SetDeadline(t time.Time) error {
	s.readBy.set(t)
	s.writeBy.set(t)
	return nil
}

func (s *socket) SetReadDeadline(t time.Time) error {
	s.readBy.set(t)
	return nil
}

func (s *socket) SetWriteDeadline(t time.Time) error {
	s.writeBy.set(t)
	return nil
}

// mixedContent reports whether the platform refuses what is not encrypted: a
// page or worker that came over HTTPS may open plain WebSockets to this device
// alone.
func mixedContent() bool {
	origin := js.Global().Get("origin")
	return origin.Type() == js.TypeString && strings.HasPrefix(origin.String(), "https:")
}
