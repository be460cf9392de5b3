//go:build !js

package node_test

import (
	"io"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestExchangeOtherPeer has the peer that an operation fetches from leave while
// the operation wants nothing: what it wants next has to come from another.
func TestExchangeOtherPeer(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	other := newNetworked(t, newConfig())
	const size = 16 << 20 // more than is read ahead
	data := noise(size)
	c := addFile(t, b.Node, nodeapi.AddOptions{Chunker: "size-65536"}, data)
	addFile(t, other.Node, nodeapi.AddOptions{Chunker: "size-65536"}, data)
	r, err := a.Cat(soon(t), nodeapi.CatRequest{Path: c.String()})
	if err != nil {
		t.Fatalf("Cat: %v", err)
	}
	defer r.Close()
	if _, err := io.CopyN(io.Discard, r, size/2); err != nil {
		t.Fatalf("reading half: %v", err)
	}
	eventually(t, "nothing to be wanted", func() bool {
		wants, err := a.BitswapWantlist(t.Context(), "")
		return err == nil && len(wants) == 0
	})
	connect(t, a.host, other.host)
	if err := a.host.Network().ClosePeer(b.host.ID()); err != nil {
		t.Fatalf("leaving the peer: %v", err)
	}
	if n, err := io.Copy(io.Discard, r); err != nil || n != size/2 {
		t.Errorf("reading the rest: %d bytes, %v", n, err)
	}
}
