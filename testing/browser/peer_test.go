package browser

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// newPeer starts a native node that listens on this machine. Before the browser,
// which is closed first then: it would complain of a peer that is gone.
func newPeer(t *testing.T) (n *node.Node, id, addr string) {
	t.Helper()
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{
		Blockstore: store.Blocks(), Datastore: store.Datastore(),
		Network: nodeapi.NetworkOn, Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("closing the peer: %v", err)
		}
	})
	who, err := n.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range who.Addresses {
		if strings.Contains(a, "/ws/p2p/") {
			return n, who.ID, a
		}
	}
	t.Fatalf("the peer has no WebSocket address among %v", who.Addresses)
	return nil, "", ""
}

// echo sends back what comes on a stream.
func echo(s nodeapi.Stream) {
	defer s.Close()
	if _, err := io.Copy(s, s); err != nil {
		_ = s.Reset()
	}
}

// converse opens a stream, writes, closes for writing and reads to the end.
func converse(ctx context.Context, n *node.Node, peer, protocol, text string) (string, error) {
	s, err := n.DialProtocol(ctx, nodeapi.StreamRequest{Peer: peer, Protocols: []string{protocol}})
	if err != nil {
		return "", err
	}
	defer s.Close()
	if _, err := io.WriteString(s, text); err != nil {
		return "", err
	}
	if err := s.CloseWrite(); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(s)
	return string(answer), err
}
