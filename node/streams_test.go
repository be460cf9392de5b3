package node_test

import (
	"io"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
)

var (
	_ server.Extender = (*node.Node)(nil)
	_ server.Swarm    = (*node.Node)(nil)
	_ server.Streams  = (*node.Node)(nil)
)

// answerWith handles a protocol by sending back what comes, after a name.
func answerWith(t testing.TB, n *node.Node, protocol, name string) (remove func()) {
	t.Helper()
	remove, err := n.HandleProtocol(protocol, func(s nodeapi.Stream) {
		_, _ = io.WriteString(s, name+":")
		_, _ = io.Copy(s, s)
		_ = s.Close()
	})
	must(t, err)
	return remove
}

func dialProtocol(t testing.TB, n, to *node.Node, protocols ...string) nodeapi.Stream {
	t.Helper()
	s, err := n.DialProtocol(within(t), nodeapi.StreamRequest{Peer: peerID(t, to), Protocols: protocols})
	if err != nil {
		t.Fatalf("DialProtocol %v: %v", protocols, err)
	}
	return s
}

// The last of several handlers gets the streams, and the one before it once
// that is removed.
func TestHandleProtocolLastAsked(t *testing.T) {
	server, client := connected(t)
	want := func(name string) {
		t.Helper()
		s := dialProtocol(t, client, server, "/other/1", "/echo/1")
		if got := echoed(t, s, "hello"); got != name+":hello" {
			t.Errorf("got %q; want it from %s", got, name)
		}
		if info := s.Info(); info.Peer != peerID(t, server) || info.Protocol != "/echo/1" || !strings.HasSuffix(info.Addr, "/ws") {
			t.Errorf("got %+v", info)
		}
	}
	first := answerWith(t, server, "/echo/1", "first")
	want("first")
	second := answerWith(t, server, "/echo/1", "second")
	third := answerWith(t, server, "/echo/1", "third")
	want("third")
	second()
	want("third")
	third()
	third()
	want("first")
	first()
	_, err := client.DialProtocol(within(t), nodeapi.StreamRequest{Peer: peerID(t, server), Protocols: []string{"/echo/1"}})
	wantCode(t, "nobody handles it", err, nodeapi.CodeProtocolNotSupported, "peer", peerID(t, server))
}

func TestStreamReset(t *testing.T) {
	server, client := connected(t)
	remove, err := server.HandleProtocol("/rude/1", func(s nodeapi.Stream) {
		_, _ = io.ReadFull(s, make([]byte, 1))
		_ = s.Reset()
	})
	must(t, err)
	defer remove()
	s := dialProtocol(t, client, server, "/rude/1")
	_, err = s.Write([]byte("x"))
	must(t, err)
	_, err = s.Read(make([]byte, 1))
	wantCode(t, "Read", err, nodeapi.CodeStreamReset)

	remove2 := answerWith(t, server, "/echo/1", "")
	defer remove2()
	s = dialProtocol(t, client, server, "/echo/1")
	must(t, client.SwarmDisconnect(t.Context(), "/p2p/"+peerID(t, server)))
	_, err = io.ReadAll(s)
	wantCode(t, "Read after the connection went", err, nodeapi.CodeStreamReset)
}

// A stream that nobody reads holds its sender up, and nobody else.
func TestStreamUnread(t *testing.T) {
	server, client := connected(t)
	release := make(chan struct{})
	remove, err := server.HandleProtocol("/mute/1", func(s nodeapi.Stream) { <-release; _ = s.Reset() })
	must(t, err)
	defer remove()
	defer close(release)
	answerWith(t, server, "/echo/1", "")
	stuck := dialProtocol(t, client, server, "/mute/1")
	go func() { _, _ = stuck.Write(make([]byte, 64<<20)) }()
	for range 10 {
		if got := echoed(t, dialProtocol(t, client, server, "/echo/1"), "hello"); got != ":hello" {
			t.Fatalf("got %q", got)
		}
	}
	must(t, stuck.Reset())
}

func TestStreamsBadInput(t *testing.T) {
	server, client := connected(t)
	for _, test := range []struct {
		name string
		req  nodeapi.StreamRequest
		code nodeapi.Code
	}{
		{"no protocol", nodeapi.StreamRequest{Peer: peerID(t, server)}, nodeapi.CodeInvalidOption},
		{"too many", nodeapi.StreamRequest{Peer: peerID(t, server), Protocols: make([]string, 17)}, nodeapi.CodeInvalidOption},
		{"empty", nodeapi.StreamRequest{Peer: peerID(t, server), Protocols: []string{""}}, nodeapi.CodeInvalidOption},
		{"two lines", nodeapi.StreamRequest{Peer: peerID(t, server), Protocols: []string{"/a\n/b"}}, nodeapi.CodeInvalidOption},
		{"too long", nodeapi.StreamRequest{Peer: peerID(t, server), Protocols: []string{strings.Repeat("x", 257)}}, nodeapi.CodeInvalidOption},
		{"no peer", nodeapi.StreamRequest{Peer: "", Protocols: []string{"/a"}}, nodeapi.CodeInvalidPeerID},
		{"bad address", nodeapi.StreamRequest{Peer: "/nonsense", Protocols: []string{"/a"}}, nodeapi.CodeInvalidAddress},
		{"unreachable", nodeapi.StreamRequest{Peer: peerID(t, newNode(t, newConfig())), Protocols: []string{"/a"}}, nodeapi.CodeDialFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.DialProtocol(within(t), test.req)
			wantCode(t, "DialProtocol", err, test.code)
		})
	}
	id, err := client.ID(t.Context())
	must(t, err)
	for _, protocol := range id.Protocols {
		_, err := client.HandleProtocol(protocol, func(nodeapi.Stream) {})
		wantCode(t, "HandleProtocol "+protocol, err, nodeapi.CodeProtocolReserved, "protocol", protocol)
	}
}

func TestTooManyHandlers(t *testing.T) {
	n := newNode(t, dialOnlyConfig())
	for i := range 300 {
		remove, err := n.HandleProtocol("/p", func(nodeapi.Stream) {})
		if i < 256 {
			must(t, err)
			defer remove()
			continue
		}
		wantCode(t, "HandleProtocol", err, nodeapi.CodeTooManyStreams, "limit", 256)
	}
}
