package bitnet

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ipfs/boxo/bitswap/message"
	bsnet "github.com/ipfs/boxo/bitswap/network"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/multiformats/go-multistream"
)

// A sender sends messages to a peer on one stream, and on another one when that
// breaks. Messages are sent one at a time; Reset and SupportsHave may be called
// meanwhile.
type sender struct {
	network *Network
	peer    peer.ID
	opts    bsnet.MessageSenderOpts

	mu     sync.Mutex     // guards following
	stream network.Stream // nil until it is needed
}

// NewMessageSender opens a stream to a peer. The options must all be set.
func (n *Network) NewMessageSender(ctx context.Context, p peer.ID, opts *bsnet.MessageSenderOpts) (bsnet.MessageSender, error) {
	s := &sender{network: n, peer: p, opts: *opts}
	return s, s.try(ctx, func() error {
		_, err := s.open(ctx)
		return err
	})
}

// SendMsg sends a message. It tries a few times.
func (s *sender) SendMsg(ctx context.Context, m message.BitSwapMessage) error {
	return s.try(ctx, func() error {
		deadline := time.Now().Add(s.opts.SendTimeout)
		stream, err := s.open(ctx)
		if err != nil {
			return err
		}
		if stream.Protocol() == protocol120 { // the older one leaves open what a peer lacks
			s.network.debts.asked(s.peer, m)
		}
		return s.network.send(ctx, stream, m, deadline)
	})
}

// try calls f until it succeeds or has failed too often; the peer then counts as
// not connected until it sends something.
func (s *sender) try(ctx context.Context, f func() error) error {
	var err error
	for range s.opts.MaxRetries {
		if err = f(); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, multistream.ErrNotSupported[protocol.ID]{}) {
			break
		}
		_ = s.Reset()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.opts.SendErrorBackoff):
		}
	}
	s.network.peers.MarkUnresponsive(s.peer)
	return err
}

func (s *sender) open(ctx context.Context) (network.Stream, error) {
	if stream := s.current(); stream != nil && !stream.Conn().IsClosed() {
		return stream, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.SendTimeout)
	defer cancel()
	stream, err := s.network.newStream(ctx, s.peer)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = stream
	return stream, nil
}

func (s *sender) current() network.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream
}

// Reset ends the stream. The next message opens another.
func (s *sender) Reset() error {
	s.mu.Lock()
	stream := s.stream
	s.stream = nil
	s.mu.Unlock()
	if stream == nil {
		return nil
	}
	return stream.Reset()
}

// SupportsHave reports whether the peer answers with HAVE and DONT_HAVE.
func (s *sender) SupportsHave() bool {
	stream := s.current()
	return stream != nil && stream.Protocol() == protocol120
}
