//go:build !js

// The hosts here talk over TCP.

package node_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// newHost returns a host that listens on loopback.
func newHost(t testing.TB) host.Host {
	t.Helper()
	h, err := libp2p.New(libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableRelay())
	if err != nil {
		t.Fatalf("a host: %v", err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("closing a host: %v", err)
		}
	})
	return h
}

// A networked node is one with a host.
type networked struct {
	*node.Node

	host host.Host
}

// newNetworked starts a node that exchanges blocks with its host's peers.
func newNetworked(t testing.TB, cfg node.Config) networked {
	t.Helper()
	n := networked{newNode(t, cfg), newHost(t)}
	stop := n.StartExchange(n.host)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stopping the exchange: %v", err)
		}
	})
	return n
}

// connect connects two hosts.
func connect(t testing.TB, a, b host.Host) {
	t.Helper()
	if err := a.Connect(t.Context(), peer.AddrInfo{ID: b.ID(), Addrs: b.Addrs()}); err != nil {
		t.Fatalf("connecting two hosts: %v", err)
	}
}

// newPair starts two connected nodes.
func newPair(t testing.TB, a, b node.Config) (networked, networked) {
	t.Helper()
	first, second := newNetworked(t, a), newNetworked(t, b)
	connect(t, first.host, second.host)
	return first, second
}

// TestExchangeFile sends a file from one node to another, and another one back.
func TestExchangeFile(t *testing.T) {
	size := 64 << 20
	if testing.Short() {
		size = 8 << 20
	}
	a, b := newPair(t, newConfig(), plainConfig())
	data := noise(size)
	for _, test := range []struct {
		name     string
		from, to networked
		opts     nodeapi.AddOptions
		data     []byte
	}{
		{"there", a, b, nodeapi.AddOptions{Chunker: "size-262144"}, data},
		{"and back", b, a, nodeapi.AddOptions{}, data[1:]},
	} {
		c := addFile(t, test.from.Node, test.opts, test.data).String()
		start := time.Now()
		if got := cat(t, test.to.Node, c); !bytes.Equal(got, test.data) {
			t.Errorf("%s: the file has other bytes", test.name)
		}
		t.Logf("%s: %.0f MB/s", test.name, float64(size)/1e6/time.Since(start).Seconds())
		// It is stored.
		offline := nodeapi.WithOffline(t.Context())
		if got, err := tryCat(offline, test.to.Node, nodeapi.CatRequest{Path: c}); err != nil || !bytes.Equal(got, test.data) {
			t.Errorf("%s: reading it again offline: %d bytes, %v", test.name, len(got), err)
		}
	}
}

// TestExchangeMethods gets what each method that reads needs.
func TestExchangeMethods(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	added := add(t, a.Node, nodeapi.AddOptions{WrapWithDirectory: true, Chunker: "size-1024"},
		file("one/a.txt", noise(5000)), file("one/b.txt", noise(10)), file("two/c.txt", noise(3000)))
	root := added[len(added)-1].Cid
	ctx := soon(t)

	var names []string
	for e, err := range b.List(ctx, root.String()+"/one") {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		names = append(names, e.Name)
	}
	if len(names) != 2 {
		t.Errorf("List told of %v; want two entries", names)
	}
	r, err := b.Get(ctx, nodeapi.GetRequest{Path: root.String() + "/two"})
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if tar, err := io.ReadAll(r); err != nil || !bytes.Contains(tar, noise(3000)) {
		t.Errorf("Get gave %d bytes, %v; want a TAR with the file", len(tar), err)
	}
	r.Close()

	leaf, err := a.DAGPut(ctx, []byte(`{"leaf":true}`), nodeapi.DAGPutOptions{InputCodec: "dag-json"})
	if err != nil {
		t.Fatalf("DAGPut: %v", err)
	}
	top, err := a.DAGPut(ctx, []byte(`{"a":{"b":{"/":"`+leaf.String()+`"}}}`), nodeapi.DAGPutOptions{InputCodec: "dag-json"})
	if err != nil {
		t.Fatalf("DAGPut: %v", err)
	}
	resolved, err := b.DAGResolve(ctx, top.String()+"/a/b/leaf")
	if err != nil || resolved.Cid != leaf || resolved.RemainderPath != "leaf" {
		t.Errorf("DAGResolve: got %v, %v; want %v and the path inside it", resolved, err, leaf)
	}
	if data, err := b.BlockGet(ctx, leaf); err != nil || len(data) == 0 {
		t.Errorf("BlockGet: got %d bytes, %v", len(data), err)
	}

	block, err := a.BlockPut(ctx, noise(777), nodeapi.BlockPutOptions{})
	if err != nil {
		t.Fatalf("BlockPut: %v", err)
	}
	if st, err := b.BlockStat(ctx, block.Cid); err != nil || st.Size != 777 {
		t.Errorf("BlockStat: got %v, %v; want 777 bytes", st, err)
	}
	if _, err := b.PinAdd(ctx, nodeapi.PinAddRequest{Path: root.String()}); err != nil {
		t.Errorf("PinAdd: %v", err)
	}
	offline := nodeapi.WithOffline(t.Context())
	if got, err := tryCat(offline, b.Node, nodeapi.CatRequest{Path: root.String() + "/one/a.txt"}); err != nil || !bytes.Equal(got, noise(5000)) {
		t.Errorf("what was pinned is not all there: %d bytes, %v", len(got), err)
	}
}

// TestExchangeOffline wants no waiting for peers where there are none to be
// asked.
func TestExchangeOffline(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	c := addFile(t, a.Node, nodeapi.AddOptions{}, noise(5000))
	ctx := nodeapi.WithOffline(soon(t))
	_, err := b.BlockGet(ctx, c)
	wantCode(t, "BlockGet offline", err, nodeapi.CodeNotFound)
	_, err = b.PinAdd(ctx, nodeapi.PinAddRequest{Path: c.String()})
	wantCode(t, "PinAdd offline", err, nodeapi.CodeNotFound)

	alone := newNode(t, newConfig())
	_, err = alone.BlockGet(soon(t), c)
	wantCode(t, "BlockGet without a network", err, nodeapi.CodeNotFound)
	_, err = alone.BitswapStat(t.Context())
	wantCode(t, "BitswapStat without a network", err, nodeapi.CodeOffline)
	_, err = alone.BitswapWantlist(t.Context(), "")
	wantCode(t, "BitswapWantlist without a network", err, nodeapi.CodeOffline)
}

// awaitWant returns once a node wants a block.
func awaitWant(t testing.TB, n networked, c cid.Cid) {
	t.Helper()
	for ctx := soon(t); ctx.Err() == nil; time.Sleep(time.Millisecond) {
		cids, err := n.BitswapWantlist(ctx, "")
		if err != nil {
			t.Fatalf("BitswapWantlist: %v", err)
		}
		if len(cids) == 1 && cids[0] == c {
			return
		}
	}
	t.Fatalf("the node never wanted %s", c)
}

// TestExchangeWaits wants a block that comes by and by: from a peer that
// connects later, from one that adds it, and from the node's own tabs.
func TestExchangeWaits(t *testing.T) {
	for _, test := range []struct {
		name string
		come func(t *testing.T, a, b networked, data []byte)
	}{
		{"a peer connects", func(t *testing.T, a, b networked, data []byte) {
			putBlock(t, b.Node, data, nodeapi.BlockPutOptions{})
			connect(t, a.host, b.host)
		}},
		{"a peer adds it", func(t *testing.T, a, b networked, data []byte) {
			connect(t, a.host, b.host)
			time.Sleep(50 * time.Millisecond)
			putBlock(t, b.Node, data, nodeapi.BlockPutOptions{})
		}},
		{"a tab adds it", func(t *testing.T, a, _ networked, data []byte) {
			putBlock(t, a.Node, data, nodeapi.BlockPutOptions{})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, b := newNetworked(t, newConfig()), newNetworked(t, newConfig())
			data := noise(100_000)
			c := putBlock(t, newNode(t, newConfig()), data, nodeapi.BlockPutOptions{})
			got := make(chan []byte, 1)
			go func() {
				data, err := a.BlockGet(soon(t), c)
				if err != nil {
					t.Errorf("BlockGet: %v", err)
				}
				got <- data
			}()
			awaitWant(t, a, c)
			test.come(t, a, b, data)
			if !bytes.Equal(<-got, data) {
				t.Error("the block has other bytes")
			}
		})
	}
}

// TestExchangeEnds wants a wait for what nobody has to end with its context, and
// nothing to be wanted any more.
func TestExchangeEnds(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	c := putBlock(t, newNode(t, newConfig()), noise(10), nodeapi.BlockPutOptions{})
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the tab is gone")
	ended := make(chan error)
	go func() {
		_, err := a.BlockGet(ctx, c)
		ended <- err
	}()
	awaitWant(t, a, c)
	eventually(t, "the peer to know the want", func() bool {
		cids, err := b.BitswapWantlist(t.Context(), a.host.ID().String())
		return err == nil && len(cids) == 1
	})
	cancel(gone)
	if err := <-ended; !errors.Is(err, gone) {
		t.Errorf("got error %v; want %v", err, gone)
	}
	eventually(t, "the peer to know that it is over", func() bool {
		cids, err := b.BitswapWantlist(t.Context(), a.host.ID().String())
		return err == nil && len(cids) == 0
	})
	if cids, err := a.BitswapWantlist(t.Context(), ""); err != nil || len(cids) != 0 {
		t.Errorf("still wants %v, %v", cids, err)
	}
	_, err := a.BitswapWantlist(t.Context(), "nobody")
	wantCode(t, "the wantlist of what is no peer", err, nodeapi.CodeInvalidPeerID, "value", "nobody")
}

// TestExchangeEmptyBlock reads an empty file, which no peer would send.
func TestExchangeEmptyBlock(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	c := addFile(t, a.Node, nodeapi.AddOptions{}, nil).String()
	got, err := tryCat(soon(t), b.Node, nodeapi.CatRequest{Path: c})
	if err != nil || len(got) != 0 {
		t.Errorf("got %d bytes, %v; want none", len(got), err)
	}
	offline := nodeapi.WithOffline(t.Context())
	if _, err := tryCat(offline, b.Node, nodeapi.CatRequest{Path: c}); err != nil {
		t.Errorf("reading it again offline: %v", err)
	}
}
