package node

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/p2p"
)

// The bounds on what applications ask for.
const (
	maxProtocols    = 16  // of one dial
	maxProtocolName = 256 // bytes
)

// DialProtocol opens a stream to a peer, which it dials if need be, and returns
// once the peer has agreed to one of the protocols.
func (n *Node) DialProtocol(ctx context.Context, req nodeapi.StreamRequest) (nodeapi.Stream, error) {
	ids, err := checkProtocols(req.Protocols)
	if err != nil {
		return nil, err
	}
	ctx, end := n.begin(ctx)
	defer end()
	info, err := n.reachable(ctx, req.Peer)
	if err != nil {
		return nil, err
	}
	s, err := n.net.OpenStream(ctx, info.ID, ids...)
	if err != nil {
		return nil, openError(ctx, info.ID, req.Protocols, err)
	}
	return &stream{s}, nil
}

func checkProtocols(names []string) ([]protocol.ID, error) {
	if len(names) == 0 || len(names) > maxProtocols {
		return nil, invalidOption("protocols", len(names), "%d protocols; it takes 1 to %d", len(names), maxProtocols)
	}
	for _, name := range names {
		if err := checkProtocol(name); err != nil {
			return nil, err
		}
	}
	return protocol.ConvertFromStrings(names), nil
}

// reservedProtocols begin the names of those that the node itself speaks, or
// that serve to speak others.
var reservedProtocols = []string{
	"/ipfs/bitswap", "/ipfs/id/", "/ipfs/ping/", "/libp2p/circuit/", "/libp2p/autonat/", "/libp2p/dcutr",
	"/meshsub/", "/floodsub/", "/randomsub/", "ipfs-pubsub-room/", "/sharednode/", "/multistream/",
}

func checkProtocol(name string) error {
	if name == "" || len(name) > maxProtocolName || strings.ContainsAny(name, "\r\n") {
		return invalidOption("protocol", name, "a protocol's name has 1 to %d bytes in one line", maxProtocolName)
	}
	for _, prefix := range reservedProtocols {
		if strings.HasPrefix(name, prefix) {
			return nodeapi.Errorf(nodeapi.CodeProtocolReserved, map[string]any{"protocol": name},
				"the protocol %s is the node's own", name)
		}
	}
	return nil
}

func openError(ctx context.Context, id peer.ID, protocols []string, err error) error {
	details := map[string]any{"peer": id.String(), "protocols": protocols}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case p2p.IsNotSupported(err):
		return nodeapi.Errorf(nodeapi.CodeProtocolNotSupported, details,
			"%s does not speak %s", id, strings.Join(protocols, ", "))
	case errors.Is(err, network.ErrNoConn):
		return notConnected(id.String(), id)
	}
	return nodeapi.Errorf(nodeapi.CodeStreamReset, nil, "%w", err)
}

// stream is a libp2p stream as applications see it.
type stream struct{ s network.Stream }

var _ nodeapi.Stream = (*stream)(nil)

// Info says what stream it is.
func (s *stream) Info() nodeapi.StreamOpened {
	return nodeapi.StreamOpened{
		Peer:     s.s.Conn().RemotePeer().String(),
		Protocol: string(s.s.Protocol()),
		Addr:     s.s.Conn().RemoteMultiaddr().String(),
	}
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.s.Read(p)
	return n, streamError(err)
}

func (s *stream) Write(p []byte) (int, error) {
	n, err := s.s.Write(p)
	return n, streamError(err)
}

// CloseWrite tells the other side that nothing more comes.
func (s *stream) CloseWrite() error { return streamError(s.s.CloseWrite()) }

// Close closes both ways. What was written is still delivered.
func (s *stream) Close() error { return streamError(s.s.Close()) }

// Reset ends the stream at once.
func (s *stream) Reset() error { return streamError(s.s.Reset()) }

// streamError gives an error its code: whatever ends a stream but its end is a
// reset.
func streamError(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return nodeapi.Errorf(nodeapi.CodeStreamReset, nil, "the stream was reset: %w", err)
}
