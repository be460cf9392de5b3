package node_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// sourceOf returns a source that has what another node has, and counts.
func sourceOf(other *node.Node, asked *atomic.Int32) nodeapi.BlockSource {
	return func(ctx context.Context, c cid.Cid) ([]byte, bool, error) {
		asked.Add(1)
		data, err := other.BlockGet(ctx, c)
		if nodeapi.CodeOf(err) == nodeapi.CodeNotFound {
			return nil, false, nil
		}
		return data, err == nil, err
	}
}

// TestBlockSources reads, pins and copies what another node has, without a network.
func TestBlockSources(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n, other := newNode(t, cfg), newNode(t, newConfig())
		data := noise(3 << 20)
		root := addFile(t, other, nodeapi.AddOptions{}, data)
		get := func(ctx context.Context) ([]byte, error) {
			return tryCat(ctx, n, nodeapi.CatRequest{Path: root.String()})
		}
		_, err := get(t.Context())
		wantCode(t, "without a source", err, nodeapi.CodeNotFound)

		var asked atomic.Int32
		_, remove, err := n.AddBlockSource(sourceOf(other, &asked))
		must(t, err)
		_, err = get(nodeapi.WithOffline(t.Context()))
		wantCode(t, "in the repo alone", err, nodeapi.CodeNotFound)
		if asked.Load() != 0 {
			t.Error("a source was asked by who looks in the repo alone")
		}
		if got, err := get(t.Context()); err != nil || !bytes.Equal(got, data) {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		before := asked.Load()
		_, err = n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: root.String()})
		must(t, err)
		if got := asked.Load(); got != before {
			t.Errorf("%d blocks that are here were asked for", got-before)
		}
		wantAfterGC(t, n, repoStat(t, other).NumObjects)

		c := cidOf(t, []byte("nobody has this"), cid.Raw, 0x12)
		_, err = n.BlockGet(t.Context(), c)
		wantCode(t, "what the source does not have", err, nodeapi.CodeNotFound, "cid", c.String())
		remove()
		_, err = n.BlockGet(t.Context(), putBlock(t, other, []byte("more"), nodeapi.BlockPutOptions{}))
		wantCode(t, "after remove", err, nodeapi.CodeNotFound)
	})
}

// TestWrongBlockSource wants no byte of a source that lies to reach a reader or the
// repo.
func TestWrongBlockSource(t *testing.T) {
	n := newNode(t, newConfig())
	ended, _, err := n.AddBlockSource(func(_ context.Context, c cid.Cid) ([]byte, bool, error) {
		return []byte("wrong"), true, nil
	})
	must(t, err)
	for i := range 3 {
		_, err := n.BlockGet(t.Context(), cidOf(t, []byte{byte(i)}, cid.Raw, 0x12))
		wantCode(t, "BlockGet", err, nodeapi.CodeNotFound)
	}
	wantCode(t, "ended", <-ended, nodeapi.CodeInvalidBlock)
	if st := repoStat(t, n); st.NumObjects != 0 {
		t.Errorf("%d blocks are in the repo", st.NumObjects)
	}
}

// TestBlockSourceIsOnTheReadersAccount: what an origin pins is its own, wherever it
// came from.
func TestBlockSourceIsOnTheReadersAccount(t *testing.T) {
	n, other := newNode(t, newConfig()), newNode(t, newConfig())
	root := addFile(t, other, nodeapi.AddOptions{Chunker: "size-1000"}, noise(50_000))
	var asked atomic.Int32
	_, _, err := n.AddBlockSource(sourceOf(other, &asked))
	must(t, err)
	_, err = n.PinAdd(onAccount(t.Context(), originA, 20_000), nodeapi.PinAddRequest{Path: root.String()})
	wantCode(t, "PinAdd", err, nodeapi.CodeQuotaExceeded)
	if got := asked.Load(); got > 2*40 { // it is tried twice
		t.Errorf("%d blocks were fetched of a DAG of 50 that is too large", got)
	}
	_, err = n.PinAdd(onAccount(t.Context(), originA, 60_000), nodeapi.PinAddRequest{Path: root.String()})
	must(t, err)
	if got, want := used(t, n, originA), fresh(t, n, originA); got != want {
		t.Errorf("%d bytes are accounted; a fresh count says %d", got, want)
	}
}
