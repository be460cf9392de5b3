package node_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/servertest"
)

// served is a node behind a server, with a client of its own.
type served struct {
	testing.TB

	node   *node.Node
	server *server.Server
	owner  *client.Client
}

func serve(t testing.TB, cfg node.Config) *served {
	t.Helper()
	n := newNode(t, cfg)
	s := &served{TB: t, node: n, server: server.New(server.Config{Backend: n})}
	t.Cleanup(func() {
		if err := s.server.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	s.owner = s.open(nil)
	return s
}

func (s *served) open(secret []byte) *client.Client {
	s.Helper()
	port, _ := servertest.Connect(s.Context(), s.server)
	c, err := client.Open(s.Context(), port, client.Options{Secret: secret})
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// openFor opens a client of an origin, with what is kept as granted to it.
func (s *served) openFor(origin string) *client.Client {
	s.Helper()
	port, err := s.owner.CreatePort(s.Context(), nodeapi.PortRequest{Origin: origin})
	if err != nil {
		s.Fatal(err)
	}
	return s.open(port.Secret)
}

func (s *served) pins(c *client.Client) (n int) {
	s.Helper()
	for _, err := range c.Pin().List(s.Context(), nodeapi.PinListRequest{}) {
		must(s, err)
		n++
	}
	return n
}

// TestOriginsServed has two origins and the node's own client at one node, through
// ports: each keeps things, none reaches another's, one goes over its quota, and one
// is forgotten.
func TestOriginsServed(t *testing.T) {
	cfg := newConfig()
	s := serve(t, cfg)
	ctx := t.Context()
	grants := nodeapi.Grants{Read: true, Add: true, Pin: true, Files: true, Quota: 50_000}
	for _, origin := range []string{originA, originB} {
		must(t, s.owner.Grants().Set(ctx, origin, grants))
	}
	a, b := s.openFor(originA), s.openFor(originB)

	// What one adds the other reads by its CID, and can neither unpin nor list.
	data := noise(20_000)
	added, err := a.Add(ctx, bytes.NewReader(data), nodeapi.AddOptions{})
	must(t, err)
	block, err := b.Block().Get(ctx, added.Cid)
	must(t, err)
	if !bytes.Equal(block, data) {
		t.Errorf("the other origin reads %d other bytes", len(block))
	}
	_, err = b.Pin().Remove(ctx, added.Cid.String(), client.PinRemoveOptions{})
	wantCode(t, "unpin another's", err, nodeapi.CodeNotPinned)
	if got := [3]int{s.pins(a), s.pins(b), s.pins(s.owner)}; got != [3]int{1, 0, 0} {
		t.Errorf("there are %v pins of a, b and the owner; want 1, 0, 0", got)
	}

	// The owner alone is told who holds what.
	for outcome, err := range s.owner.Block().Remove(ctx, []cid.Cid{added.Cid}, client.BlockRemoveOptions{}) {
		must(t, err)
		if outcome.Code != nodeapi.CodePinned || outcome.Origin != originA {
			t.Errorf("got %+v; want it pinned by %s", outcome, originA)
		}
	}
	for outcome, err := range b.Block().Remove(ctx, []cid.Cid{added.Cid}, client.BlockRemoveOptions{}) {
		wantCode(t, "removing another's", err, nodeapi.CodeNotGranted)
		if outcome.Origin != "" || strings.Contains(err.Error(), originA) {
			t.Errorf("the other origin is told %+v, %v", outcome, err)
		}
	}

	// Files are in a directory of their own.
	for _, c := range []*client.Client{a, b} {
		must(t, c.Files().Write(ctx, "/../f", strings.NewReader("mine"), client.FilesWriteOptions{Create: true}))
	}
	_, err = b.Files().Stat(ctx, "/origins/https/"+originA[len("https://"):]+"/f", client.FilesStatOptions{})
	wantCode(t, "another's file", err, nodeapi.CodeNoLink)
	for _, origin := range []string{originA, originB} {
		_, err := s.owner.Files().Stat(ctx, directoryFor(origin)+"/f", client.FilesStatOptions{})
		must(t, err)
	}

	// The quota is of one alone.
	_, err = a.Add(ctx, bytes.NewReader(noise(40_000)), nodeapi.AddOptions{})
	wantCode(t, "over the quota", err, nodeapi.CodeQuotaExceeded)
	_, err = b.Add(ctx, bytes.NewReader(noise(40_000)), nodeapi.AddOptions{})
	must(t, err)

	// What is forgotten is gone; what is not is there.
	must(t, s.owner.Grants().Revoke(ctx, originA, true))
	<-a.Done()
	if !errors.Is(a.Err(), &nodeapi.Error{Code: nodeapi.CodeGrantsRevoked}) {
		t.Errorf("the client that lost its grants ended with %v", a.Err())
	}
	gc(t, s.node)
	_, err = s.owner.Block().Get(nodeapi.WithOffline(ctx), added.Cid)
	wantCode(t, "what was forgotten", err, nodeapi.CodeNotFound)
	_, err = s.owner.Files().Stat(ctx, directoryFor(originA), client.FilesStatOptions{})
	wantCode(t, "the directory of who was forgotten", err, nodeapi.CodeNoLink)
	if got := s.pins(b); got != 1 {
		t.Errorf("the other origin has %d pins; want 1", got)
	}
	kept, ok, err := s.owner.Grants().Of(ctx, originB)
	if err != nil || !ok || kept.Used < 40_000 || kept.Used > 50_000 {
		t.Errorf("got %+v, %v, %v; want what the other origin keeps", kept, ok, err)
	}
}
