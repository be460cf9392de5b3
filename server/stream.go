package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func streamDial(ctx context.Context, s *session, b Streams, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.StreamRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(req.Peer); err != nil {
		return nil, err
	}
	if len(req.Protocols) == 0 {
		return nil, invalidOption("protocols", req.Protocols, "is empty")
	}
	for _, protocol := range req.Protocols {
		if err := checkProtocol("protocols", protocol); err != nil {
			return nil, err
		}
	}
	release, err := s.takeStream()
	if err != nil {
		return nil, err
	}
	defer release()
	stream, err := b.DialProtocol(ctx, req)
	if err != nil {
		return nil, err
	}
	return nil, carry(ctx, s.log, call, stream)
}

func streamAccept(ctx context.Context, s *session, _ Streams, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.StreamAccept](call)
	if err != nil {
		return nil, err
	}
	release, err := s.takeStream()
	if err != nil {
		return nil, err
	}
	defer release()
	stream, ok := s.offers.take(req.ID)
	if !ok {
		return nil, nodeapi.Errorf(nodeapi.CodeUnknownStream, nil, "no stream %d is offered to this session", req.ID)
	}
	return nil, carry(ctx, s.log, call, stream)
}

// takeStream takes one of the streams that the session may have.
func (s *session) takeStream() (release func(), err error) {
	return s.streams.take(s.server.cfg.MaxStreams, nodeapi.CodeTooManyStreams, "streams")
}

// streamHandle offers the session each stream that a peer opens.
func streamHandle(ctx context.Context, s *session, b Streams, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.HandleRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkProtocol("protocol", req.Protocol); err != nil {
		return nil, err
	}
	release, err := s.protocols.take(s.server.cfg.MaxProtocols, nodeapi.CodeTooManyStreams, "protocols")
	if err != nil {
		return nil, err
	}
	defer release()
	// With room for as many as can wait: a client that does not read its offers
	// holds up no peer.
	untold := make(chan nodeapi.StreamOffer, maxOffers)
	remove, err := b.HandleProtocol(req.Protocol, func(stream Stream) {
		err := caught(s.log, call.Method, func() error {
			s.offer(stream, untold)
			return nil
		})
		if err != nil {
			_ = stream.Reset()
			call.Cancel(err)
		}
	})
	if err != nil {
		return nil, err
	}
	defer remove()
	defer s.handling.add(req.Protocol)()
	var offer nodeapi.StreamOffer // the first has no stream
	for {
		if err := call.WriteItem(offer); err != nil {
			return nil, err
		}
		select {
		case offer = <-untold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// offer lets the session take a stream, and has it told.
func (s *session) offer(stream Stream, untold chan<- nodeapi.StreamOffer) {
	info := stream.Info()
	id := s.offers.add(stream)
	if id == 0 {
		return
	}
	select {
	case untold <- nodeapi.StreamOffer{ID: id, Stream: &info}:
	default:
		s.offers.drop(id)
	}
}

// carry joins a stream to a call, which has no other: the bytes of either go to
// the other as fast as that takes them, and a half-close too. It returns when
// both ways have ended. If one of them, or the call, ends before its time the
// stream is reset.
func carry(ctx context.Context, log *slog.Logger, call *messageport.ServerCall, stream Stream) error {
	// What waits for the stream is freed by its reset, what waits for the call by
	// the end of ctx, which is the call's own.
	stop := context.AfterFunc(ctx, func() { _ = stream.Reset() })
	defer stop()
	received := make(chan struct{})
	go func() {
		defer close(received)
		if err := caught(log, call.Method, func() error { return receiveStream(call, stream) }); err != nil {
			call.Cancel(err)
		}
	}()
	if err := caught(log, call.Method, func() error { return sendStream(call, stream) }); err != nil {
		call.Cancel(err)
	}
	<-received
	if err := context.Cause(ctx); err != nil { // of what failed, the first
		_ = stream.Reset() // in case that stop came before
		return err
	}
	return stream.Close()
}

// receiveStream writes what the client sends to the stream.
func receiveStream(call *messageport.ServerCall, stream Stream) error {
	for {
		chunk, err := call.Next()
		switch {
		case errors.Is(err, io.EOF):
			return stream.CloseWrite()
		case err != nil:
			return err
		case chunk.Item:
			return nodeapi.Errorf(nodeapi.CodeBadRequest, nil, "got an item; want bytes")
		}
		if _, err := stream.Write(chunk.Data); err != nil {
			return err
		}
	}
}

// streamBuffers are smaller than those of a file's bytes: a stream keeps its own
// while it waits for its peer.
var streamBuffers = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// sendStream sends the client what the stream is, and then what it reads.
func sendStream(call *messageport.ServerCall, stream Stream) error {
	if err := call.WriteItem(stream.Info()); err != nil {
		return err
	}
	buf := streamBuffers.Get().(*[16 << 10]byte)
	defer streamBuffers.Put(buf)
	if _, err := io.CopyBuffer(call, stream, buf[:]); err != nil {
		return err
	}
	return call.CloseWrite()
}
