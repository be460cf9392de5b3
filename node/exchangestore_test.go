//go:build !js

package node_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestExchangeStorageFull wants who fetches to be told that there is no room,
// and others to go on.
func TestExchangeStorageFull(t *testing.T) {
	cfg := newConfig()
	cfg.StorageMax = 100_000
	a, b := newPair(t, cfg, newConfig())
	large := putBlock(t, b.Node, noise(150_000), nodeapi.BlockPutOptions{})
	small := putBlock(t, b.Node, noise(50_000), nodeapi.BlockPutOptions{})
	_, err := a.BlockGet(soon(t), large)
	wantCode(t, "fetching more than there is room for", err, nodeapi.CodeStorageFull)
	if _, err := a.BlockGet(soon(t), small); err != nil {
		t.Errorf("fetching what there is room for: %v", err)
	}
	_, err = a.BlockGet(nodeapi.WithOffline(t.Context()), large)
	wantCode(t, "what there was no room for", err, nodeapi.CodeNotFound)
}

// TestExchangeStoreFails wants who fetches to be told that the store failed.
func TestExchangeStoreFails(t *testing.T) {
	cfg := newConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	a, b := newPair(t, cfg, newConfig())
	c := putBlock(t, b.Node, noise(5000), nodeapi.BlockPutOptions{})
	w.setHook(func(op string) error {
		if op == "put" {
			return errors.New("the disk is on fire")
		}
		return nil
	})
	_, err := a.BlockGet(soon(t), c)
	wantCode(t, "BlockGet", err, nodeapi.CodeStorageFailed)
	w.setHook(func(string) error { return nil })
	if _, err := a.BlockGet(soon(t), c); err != nil {
		t.Errorf("BlockGet once the store works: %v", err)
	}
}

// TestExchangeLease wants garbage collection to leave what an operation has
// fetched until it is over.
func TestExchangeLease(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	const size = 16 << 20 // more than is read ahead
	c := addFile(t, b.Node, nodeapi.AddOptions{Chunker: "size-65536"}, noise(size))
	r, err := a.Cat(soon(t), nodeapi.CatRequest{Path: c.String()})
	if err != nil {
		t.Fatalf("Cat: %v", err)
	}
	if _, err := io.CopyN(io.Discard, r, size/2); err != nil {
		t.Fatalf("reading half: %v", err)
	}
	if removed := collect(t, a); removed != 0 {
		t.Errorf("the collection removed %d blocks of a file being read", removed)
	}
	if n, err := io.Copy(io.Discard, r); err != nil || n != size/2 {
		t.Errorf("reading the rest: %d bytes, %v", n, err)
	}
	r.Close()
	eventually(t, "the read to be over", func() bool { return collect(t, a) > 0 })
	if got := repoStat(t, a.Node).NumObjects; got != 0 {
		t.Errorf("%d blocks are left", got)
	}
}

// collect returns how many blocks a collection removed.
func collect(t testing.TB, n networked) (removed int) {
	t.Helper()
	for _, err := range n.RepoGC(t.Context()) {
		if err != nil {
			t.Fatalf("RepoGC: %v", err)
		}
		removed++
	}
	return removed
}

// TestExchangeDeleting wants peers to be given no block that is being deleted.
func TestExchangeDeleting(t *testing.T) {
	cfg := plainConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	a, b := newPair(t, cfg, newConfig())
	c := putBlock(t, a.Node, noise(5000), nodeapi.BlockPutOptions{})
	asked := make(chan error, 1)
	w.setHook(func(op string) error {
		if op == "delete" {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err := b.BlockGet(ctx, c)
			asked <- err
		}
		return nil
	})
	for o, err := range a.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{c}}) {
		if err != nil || o.Code != "" {
			t.Errorf("BlockRemove: %+v, %v", o, err)
		}
	}
	if err := <-asked; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("asking for the block: got error %v; want that nobody has it", err)
	}
}

// TestExchangePinsWhole pins a DAG of which the repo has a part.
func TestExchangePinsWhole(t *testing.T) {
	a, b := newPair(t, newConfig(), plainConfig())
	data := noise(3 << 20)
	c := addFile(t, b.Node, nodeapi.AddOptions{Chunker: "size-16384"}, data)
	half := uint64(1 << 20)
	if _, err := tryCat(soon(t), a.Node, nodeapi.CatRequest{Path: c.String(), Length: &half}); err != nil {
		t.Fatalf("reading a part: %v", err)
	}
	if _, err := a.PinAdd(soon(t), nodeapi.PinAddRequest{Path: c.String()}); err != nil {
		t.Fatalf("PinAdd: %v", err)
	}
	collect(t, a)
	got, err := tryCat(nodeapi.WithOffline(t.Context()), a.Node, nodeapi.CatRequest{Path: c.String()})
	if err != nil || string(got) != string(data) {
		t.Errorf("reading it offline: %d bytes, %v", len(got), err)
	}
}

// TestExchangeMemory fetches a file much larger than what may be in memory, and
// gives it away.
func TestExchangeMemory(t *testing.T) {
	size := int64(256 << 20)
	if testing.Short() {
		size = 128 << 20
	}
	const most = 128 << 20 // of both nodes
	from, to := plainConfig(), plainConfig()
	from.Blockstore = &hollow{Blockstore: from.Blockstore, numbers: map[string]uint64{}}
	to.Blockstore = &hollow{Blockstore: to.Blockstore, numbers: map[string]uint64{}}
	a, b := newPair(t, from, to)
	added, err := tryAdd(t.Context(), a.Node, nodeapi.AddOptions{}, source(nodeapi.AddEntry{Content: &numbered{size: size}}))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	start := time.Now()
	grown := peakHeap(func() {
		r, err := b.Cat(t.Context(), nodeapi.CatRequest{Path: added[0].Cid.String()})
		if err != nil {
			t.Errorf("Cat: %v", err)
			return
		}
		defer r.Close()
		if read, err := io.Copy(io.Discard, r); err != nil || read != size {
			t.Errorf("read %d bytes, %v; want %d", read, err, size)
		}
	})
	t.Logf("%d MiB: the heap grew by %d MiB; %.0f MB/s", size>>20, grown>>20, float64(size)/1e6/time.Since(start).Seconds())
	if grown > most {
		t.Errorf("the heap grew by %d MiB; want no more than %d", grown>>20, most>>20)
	}
}

// TestExchangeOverRelay exchanges blocks between nodes that a relay connects,
// and that have no other way to each other.
func TestExchangeOverRelay(t *testing.T) {
	r := newHost(t)
	service, err := relay.New(r)
	if err != nil {
		t.Fatalf("a relay: %v", err)
	}
	defer service.Close()
	a, b := newRelayed(t), newRelayed(t)
	connect(t, a.host, r)
	connect(t, b.host, r)
	at := peer.AddrInfo{ID: r.ID(), Addrs: r.Addrs()}
	if _, err := client.Reserve(t.Context(), b.host, at); err != nil {
		t.Fatalf("a reservation: %v", err)
	}
	there := putBlock(t, b.Node, noise(20_000), nodeapi.BlockPutOptions{})
	back := putBlock(t, a.Node, noise(30_000), nodeapi.BlockPutOptions{})
	circuit := r.Addrs()[0].Encapsulate(ma.StringCast("/p2p/" + r.ID().String() + "/p2p-circuit"))
	if err := a.host.Connect(t.Context(), peer.AddrInfo{ID: b.host.ID(), Addrs: []ma.Multiaddr{circuit}}); err != nil {
		t.Fatalf("connecting over the relay: %v", err)
	}
	if got := a.host.Network().Connectedness(b.host.ID()); got != network.Limited {
		t.Fatalf("the connection is %v; want a limited one", got)
	}
	for _, test := range []struct {
		name string
		n    networked
		c    cid.Cid
	}{{"there", b, back}, {"back", a, there}} {
		if _, err := test.n.BlockGet(soon(t), test.c); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// newRelayed is newNetworked for a host that nobody can dial but over a relay.
func newRelayed(t testing.TB) networked {
	t.Helper()
	h, err := libp2p.New(libp2p.NoListenAddrs, libp2p.EnableRelay())
	if err != nil {
		t.Fatalf("a host: %v", err)
	}
	t.Cleanup(func() { _ = h.Close() })
	n := networked{newNode(t, newConfig()), h}
	stop := n.StartExchange(h)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stopping the exchange: %v", err)
		}
	})
	return n
}

// TestExchangeChurn has operations begin and end while peers come and go.
func TestExchangeChurn(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	var cids []cid.Cid
	for i := range 64 {
		cids = append(cids, putBlock(t, b.Node, noise(2000+i), nodeapi.BlockPutOptions{}))
	}
	stop := make(chan struct{})
	var churn sync.WaitGroup
	churn.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(30 * time.Millisecond):
				_ = a.host.Network().ClosePeer(b.host.ID())
				connect(t, a.host, b.host)
			}
		}
	})
	var tabs sync.WaitGroup
	for tab := range 4 {
		tabs.Go(func() {
			for i := range cids {
				c := cids[(i+16*tab)%len(cids)]
				if _, err := a.BlockGet(soon(t), c); err != nil {
					t.Errorf("BlockGet: %v", err)
				}
			}
		})
	}
	tabs.Wait()
	close(stop)
	churn.Wait()
}
