package pubsub

import (
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// gossipStream is a stream of gossipsub's, to a peer or from it.
type gossipStream struct {
	network.Stream

	host  *gossipHost
	peer  peer.ID
	out   *outPeer // of a stream to the peer, else nil
	once  sync.Once
	ended chan struct{} // closed when the stream is over
}

func newGossipStream(h *gossipHost, s network.Stream, out *outPeer) *gossipStream {
	return &gossipStream{Stream: s, host: h, peer: s.Conn().RemotePeer(), out: out, ended: make(chan struct{})}
}

// Read waits until it is the peer's turn.
func (s *gossipStream) Read(b []byte) (int, error) {
	if s.out == nil {
		s.host.in.wait(s.peer, s.ended)
	}
	return s.Stream.Read(b)
}

// Write is called once for each RPC.
func (s *gossipStream) Write(b []byte) (int, error) {
	n, err := s.Stream.Write(b)
	if err == nil && s.out != nil {
		s.host.out.wrote(s.out)
	}
	return n, err
}

func (s *gossipStream) Close() error {
	s.forget()
	return s.Stream.Close()
}

func (s *gossipStream) Reset() error {
	s.forget()
	return s.Stream.Reset()
}

func (s *gossipStream) ResetWithError(code network.StreamErrorCode) error {
	s.forget()
	return s.Stream.ResetWithError(code)
}

// forget is called at the stream's end, by whichever way.
func (s *gossipStream) forget() {
	s.once.Do(func() {
		close(s.ended)
		for _, other := range s.host.over(s) {
			_ = other.Reset()
		}
	})
}
