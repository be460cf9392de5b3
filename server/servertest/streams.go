package servertest

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
)

// EchoProtocol is one that every peer speaks, the node itself too: it sends back
// what it receives.
const EchoProtocol = "/echo/1.0.0"

// handler is one that was asked to handle a protocol.
type handler struct {
	protocol string
	handle   func(server.Stream)
}

// DialProtocol implements server.Streams. The node can dial itself, and reaches
// what its own sessions handle; a peer that is connected speaks EchoProtocol
// alone.
func (b *Backend) DialProtocol(ctx context.Context, req nodeapi.StreamRequest) (server.Stream, error) {
	done, err := b.enter(ctx, nodeapi.MethodStreamDial)
	if err != nil {
		return nil, err
	}
	defer done()
	peer := req.Peer[strings.LastIndex(req.Peer, "/")+1:]
	b.mu.Lock()
	defer b.mu.Unlock()
	if peer != PeerID && b.checkConnected(peer) != nil {
		return nil, nodeapi.Errorf(nodeapi.CodeDialFailed, map[string]any{"peer": peer}, "no address of %s is known", peer)
	}
	for _, protocol := range req.Protocols {
		last := len(b.handlers) - 1
		for last >= 0 && (peer != PeerID || b.handlers[last].protocol != protocol) {
			last--
		}
		info := nodeapi.StreamOpened{Peer: peer, Protocol: protocol, Addr: "/memory/1"}
		switch {
		case last >= 0:
			dialed, accepted := b.connect(info)
			accepted.release = b.hold()
			go b.handlers[last].handle(accepted)
			return dialed, nil
		case protocol == EchoProtocol:
			dialed, accepted := b.connect(info)
			go echo(accepted)
			return dialed, nil
		}
	}
	return nil, nodeapi.Errorf(nodeapi.CodeProtocolNotSupported,
		map[string]any{"peer": peer, "protocols": req.Protocols}, "%s speaks none of %q", peer, req.Protocols)
}

func echo(s *stream) {
	if _, err := io.Copy(s, s); err != nil {
		_ = s.Reset()
	}
	_ = s.Close()
}

// HandleProtocol implements server.Streams. Those that begin with "/ipfs/" are
// the node's own.
func (b *Backend) HandleProtocol(protocol string, handle func(server.Stream)) (remove func(), err error) {
	done, err := b.enter(context.Background(), nodeapi.MethodStreamHandle)
	if err != nil {
		return nil, err
	}
	defer done()
	if strings.HasPrefix(protocol, "/ipfs/") {
		return nil, nodeapi.Errorf(nodeapi.CodeProtocolReserved, map[string]any{"protocol": protocol}, "the node itself handles %s", protocol)
	}
	h := &handler{protocol, handle}
	release := b.hold()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers = append(b.handlers, h)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.handlers = slices.DeleteFunc(b.handlers, func(other *handler) bool { return other == h })
		release()
	}, nil
}

// stream implements server.Stream: one end of two pipes.
type stream struct {
	in, out *pipe
	info    nodeapi.StreamOpened
	release func()
}

// connect makes a stream, whose dialed end is held.
func (b *Backend) connect(info nodeapi.StreamOpened) (dialed, accepted *stream) {
	there, back := newPipe(), newPipe()
	dialed = &stream{in: back, out: there, info: info, release: b.hold()}
	info.Peer = PeerID
	accepted = &stream{in: there, out: back, info: info, release: func() {}}
	return dialed, accepted
}

func (s *stream) Info() nodeapi.StreamOpened           { return s.info }
func (s *stream) Read(data []byte) (int, error)        { return s.in.read(data) }
func (s *stream) Write(data []byte) (n int, err error) { return s.out.write(data) }

func (s *stream) CloseWrite() error {
	s.out.end(false)
	return nil
}

func (s *stream) Close() error {
	s.release()
	s.out.end(false)
	return nil
}

func (s *stream) Reset() error {
	s.release()
	s.in.end(true)
	s.out.end(true)
	return nil
}

// pipe carries bytes one way.
type pipe struct {
	mu      sync.Mutex // guards following
	changed sync.Cond
	data    []byte
	ended   bool // no more comes
	reset   bool
}

// pipeSize is how many bytes may wait to be read.
const pipeSize = 64 << 10

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

var errReset = &nodeapi.Error{Code: nodeapi.CodeStreamReset, Message: "the stream was reset"}

func (p *pipe) read(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.data) == 0 && !p.ended {
		p.changed.Wait()
	}
	switch {
	case p.reset:
		return 0, errReset
	case len(p.data) == 0:
		return 0, io.EOF
	}
	n := copy(data, p.data)
	p.data = p.data[n:]
	p.changed.Broadcast()
	return n, nil
}

func (p *pipe) write(data []byte) (written int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for written < len(data) {
		for len(p.data) >= pipeSize && !p.ended {
			p.changed.Wait()
		}
		switch {
		case p.reset:
			return written, errReset
		case p.ended:
			return written, io.ErrClosedPipe
		}
		n := min(pipeSize-len(p.data), len(data)-written)
		p.data = append(p.data, data[written:written+n]...)
		written += n
		p.changed.Broadcast()
	}
	return written, nil
}

func (p *pipe) end(reset bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended && len(p.data) == 0 {
		return // it has come to its end before
	}
	p.ended = true
	p.reset = p.reset || reset
	p.changed.Broadcast()
}
