package p2p

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multistream"
)

// serve agrees with a peer on the protocol of the stream that it opened, and
// hands it to the handler.
func (h *peerHost) serve(s network.Stream) {
	_ = s.SetDeadline(time.Now().Add(negotiationTimeout))
	id, handle, err := h.mux.Negotiate(s)
	if err != nil {
		_ = s.ResetWithError(network.StreamProtocolNegotiationFailed)
		return
	}
	_ = s.SetDeadline(time.Time{})
	if err := s.SetProtocol(id); err != nil {
		_ = s.ResetWithError(network.StreamResourceLimitExceeded)
		return
	}
	_ = handle(id, s)
}

// NewStream opens a stream for the first of the protocols that the peer speaks.
// It dials if need be and ctx does not forbid it.
func (h *peerHost) NewStream(ctx context.Context, p peer.ID, ids ...protocol.ID) (network.Stream, error) {
	return h.open(ctx, p, ids, h.agree)
}

// agreement settles the protocol of a new stream.
type agreement func(context.Context, network.Stream, []protocol.ID) (network.Stream, error)

func (h *peerHost) open(ctx context.Context, p peer.ID, ids []protocol.ID, agree agreement) (network.Stream, error) {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, negotiationTimeout)
		defer cancel()
	}
	if noDial, _ := network.GetNoDial(ctx); !noDial {
		if err := h.Connect(ctx, peer.AddrInfo{ID: p}); err != nil {
			return nil, err
		}
	}
	s, err := h.swarm.NewStream(network.WithNoDial(ctx, "it is connected or was not to be dialled"), p)
	if err != nil {
		return nil, fmt.Errorf("p2p: opening a stream to %s: %w", p, err)
	}
	agreed, err := agree(ctx, s, ids)
	if err != nil {
		_ = s.ResetWithError(network.StreamProtocolNegotiationFailed)
		return nil, fmt.Errorf("p2p: agreeing with %s on a protocol: %w", p, err)
	}
	return agreed, nil
}

// agree takes the protocol that the peer is known to speak, and names it
// together with the first write: that saves a round trip.
func (h *peerHost) agree(ctx context.Context, s network.Stream, ids []protocol.ID) (network.Stream, error) {
	if err := h.waitIdentified(ctx, s.Conn()); err != nil {
		return nil, err
	}
	known, err := h.Peerstore().SupportsProtocols(s.Conn().RemotePeer(), ids...)
	if err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return h.askProtocol(ctx, s, ids)
	}
	if err := s.SetProtocol(known[0]); err != nil {
		return nil, err
	}
	return &lazyStream{Stream: s, named: multistream.NewMSSelect(s, known[0])}, nil
}

// askProtocol asks the peer for one protocol after the other.
func (h *peerHost) askProtocol(ctx context.Context, s network.Stream, ids []protocol.ID) (network.Stream, error) {
	unhook := context.AfterFunc(ctx, func() { _ = s.ResetWithError(network.StreamProtocolNegotiationFailed) })
	chosen, err := multistream.SelectOneOf(ids, s)
	if !unhook() {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := s.SetProtocol(chosen); err != nil {
		return nil, err
	}
	return s, h.Peerstore().AddProtocols(s.Conn().RemotePeer(), chosen)
}

// lazyStream is a stream whose protocol is named with what is written first.
type lazyStream struct {
	network.Stream
	named multistream.LazyConn
}

func (s *lazyStream) Read(p []byte) (int, error)  { return s.named.Read(p) }
func (s *lazyStream) Write(p []byte) (int, error) { return s.named.Write(p) }

// Close also waits for the peer to agree on the protocol, if it has not yet.
func (s *lazyStream) Close() error {
	_ = s.SetReadDeadline(time.Now().Add(negotiationTimeout))
	return s.named.Close()
}

// CloseWrite names the protocol if nothing was written. Whether the peer heard
// it is seen when reading.
func (s *lazyStream) CloseWrite() error {
	if f, ok := s.named.(interface{ Flush() error }); ok {
		_ = f.Flush()
	}
	return s.Stream.CloseWrite()
}
