package client

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DialProtocol opens a stream to a peer, a peer id or a multiaddr that ends in
// one, by the first of protocols that it speaks. ctx is of the opening alone.
func (c *Client) DialProtocol(ctx context.Context, peer string, protocols ...string) (*Stream, error) {
	return c.openStream(ctx, nodeapi.MethodStreamDial, nodeapi.StreamRequest{Peer: peer, Protocols: protocols})
}

func (c *Client) openStream(ctx context.Context, method string, request any) (*Stream, error) {
	call, opened, err := begin[nodeapi.StreamOpened](ctx, c, method, request, messageport.CallOptions{Upload: true})
	if err != nil {
		return nil, err
	}
	return &Stream{call: call, info: opened}, nil
}

// Handle calls handler, in a goroutine of its own, with each stream that a peer
// opens for a protocol; the handler is to close it. Of all clients of the node
// that handle a protocol the one that asked last is given the streams, and once
// it stops the one before it. Handle returns when the protocol is handled; ctx is
// of that alone. stop ends the handling, not the streams.
func (c *Client) Handle(ctx context.Context, protocol string, handler func(*Stream)) (stop func(), err error) {
	call, _, err := begin[nodeapi.StreamOffer](ctx, c, nodeapi.MethodStreamHandle,
		nodeapi.HandleRequest{Protocol: protocol}, messageport.CallOptions{})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			offer, err := nextItem[nodeapi.StreamOffer](call)
			if err != nil {
				call.Cancel(err)
				return
			}
			go c.accept(offer.ID, handler)
		}
	}()
	return func() { call.Cancel(errClosed) }, nil
}

// offerTime is how long the server keeps a stream that it offers.
const offerTime = 10 * time.Second

func (c *Client) accept(id uint64, handler func(*Stream)) {
	ctx, cancel := context.WithTimeout(context.Background(), offerTime)
	defer cancel()
	stream, err := c.openStream(ctx, nodeapi.MethodStreamAccept, nodeapi.StreamAccept{ID: id})
	if err != nil {
		return // it has ended meanwhile
	}
	handler(stream)
}

// Stream is a libp2p stream. One goroutine at a time may read it, and one, which
// may be another, write to it. It is to be ended by Close or Reset.
type Stream struct {
	call *messageport.ClientCall
	info nodeapi.StreamOpened

	closing sync.Once
}

var _ nodeapi.Stream = (*Stream)(nil)

// closeTime is how long a stream that was closed waits for the other side to do
// the same.
const closeTime = time.Minute

// Info returns which stream this is.
func (s *Stream) Info() nodeapi.StreamOpened { return s.info }

// Read reads what the other side sends. At the end of that it returns io.EOF, and
// after a reset an error of nodeapi.CodeStreamReset.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.call.Read(p)
	if errors.Is(err, io.EOF) {
		if _, err = s.call.Next(); err == nil {
			err = errUnexpectedItem("a stream")
		}
	}
	return n, publicError(err)
}

// Write sends bytes, waiting until the other side takes them.
func (s *Stream) Write(p []byte) (int, error) {
	n, err := s.call.Write(p)
	return n, publicError(err)
}

// CloseWrite ends what this side sends. Reading goes on.
func (s *Stream) CloseWrite() error { return publicError(s.call.CloseWrite()) }

// Close ends both ways, and a Read that waits. What was written is still
// delivered. What the other side still sends is dropped; if that does not end
// within a minute, the stream is reset.
func (s *Stream) Close() error {
	err := s.CloseWrite()
	s.closing.Do(func() {
		late := time.AfterFunc(closeTime, func() { _ = s.Reset() })
		go func() {
			_ = s.call.Result(nil)
			late.Stop()
		}()
	})
	return err
}

// Reset ends both ways at once. What was written may be lost.
func (s *Stream) Reset() error {
	s.call.Cancel(&messageport.Error{Code: string(nodeapi.CodeStreamReset), Message: "the stream was reset here"})
	return nil
}

var _ io.ReadWriteCloser = (*Stream)(nil)
