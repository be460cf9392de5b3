package client_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/client"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestBlock(t *testing.T) {
	for _, size := range []int{0, 1, 256 << 10, 2 << 20} {
		run(t, func(f *fixture) {
			data := pattern(size)
			stat, err := f.Block().Put(f.Context(), data, nodeapi.BlockPutOptions{})
			if err != nil {
				f.Fatal(err)
			}
			got, err := f.Block().Get(f.Context(), stat.Cid)
			if err != nil || !bytes.Equal(got, data) {
				f.Errorf("got %d bytes, %v; want %d", len(got), err, size)
			}
			again, err := f.Block().Stat(f.Context(), stat.Cid)
			if err != nil || again != stat || stat.Size != uint64(size) {
				f.Errorf("got %+v, %v; want %+v", again, err, stat)
			}
			_, err = f.Block().Put(f.Context(), append(data, 1), nodeapi.BlockPutOptions{Cid: &stat.Cid})
			if size < 2<<20 {
				f.wantCode(err, nodeapi.CodeInvalidBlock)
			} else {
				f.wantCode(err, nodeapi.CodeBlockTooLarge)
			}
		})
	}
}

func TestBlockRemove(t *testing.T) {
	run(t, func(f *fixture) {
		var cids []cid.Cid
		for _, text := range []string{"a", "b"} {
			stat, err := f.Block().Put(f.Context(), []byte(text), nodeapi.BlockPutOptions{Pin: text == "b"})
			if err != nil {
				f.Fatal(err)
			}
			cids = append(cids, stat.Cid)
		}
		var codes []nodeapi.Code
		for outcome, err := range f.Block().Remove(f.Context(), cids, client.BlockRemoveOptions{}) {
			if err != nil {
				f.Fatal(err)
			}
			codes = append(codes, outcome.Code)
		}
		if len(codes) != 2 || codes[0] != "" || codes[1] != nodeapi.CodePinned {
			f.Errorf("got outcomes %q; want one removed and one pinned", codes)
		}
		for outcome, err := range f.Block().Remove(f.Context(), cids[:1], client.BlockRemoveOptions{Force: true, Quiet: true}) {
			f.Errorf("quietly, and by force: got %+v, %v", outcome, err)
		}
		for _, err := range f.Block().Remove(f.Context(), []cid.Cid{cid.Undef}, client.BlockRemoveOptions{}) {
			f.wantCode(err, nodeapi.CodeInvalidCID)
		}
		told := 0
		for _, err := range f.Block().Remove(f.Context(), slices.Repeat(cids[:1], 5000), client.BlockRemoveOptions{Force: true}) {
			if err != nil {
				f.Fatalf("more than a request holds: %v", err)
			}
			told++
		}
		if told != 5000 {
			f.Errorf("of 5000 blocks it told of %d", told)
		}
	})
}

func TestDAG(t *testing.T) {
	run(t, func(f *fixture) {
		node := []byte{0xa1, 0x61, 'a', 1}
		c, err := f.DAG().Put(f.Context(), node, nodeapi.DAGPutOptions{})
		if err != nil || c.Type() != cid.DagCBOR {
			f.Fatalf("got %s, %v", c, err)
		}
		want := nodeapi.DAGResolved{Cid: c, RemainderPath: "a"}
		data, resolved, err := f.DAG().Get(f.Context(), c.String()+"/a")
		if err != nil || !bytes.Equal(data, node) || resolved != want {
			f.Errorf("Get: got %x, %+v, %v; want %x, %+v", data, resolved, err, node, want)
		}
		if resolved, err := f.DAG().Resolve(f.Context(), c.String()+"/a"); err != nil || resolved != want {
			f.Errorf("Resolve: got %+v, %v; want %+v", resolved, err, want)
		}
		_, err = f.DAG().Put(f.Context(), node, nodeapi.DAGPutOptions{StoreCodec: "dag-xml"})
		if e := f.wantCode(err, nodeapi.CodeUnknownCodec); e.Details["value"] != "dag-xml" {
			f.Errorf("got details %v; want the codec", e.Details)
		}
	})
}

func TestPin(t *testing.T) {
	run(t, func(f *fixture) {
		stat, err := f.Block().Put(f.Context(), []byte("a"), nodeapi.BlockPutOptions{})
		if err != nil {
			f.Fatal(err)
		}
		path := stat.Cid.String()
		if c, err := f.Pin().Add(f.Context(), path, client.PinAddOptions{Direct: true, Name: "n"}); err != nil || c != stat.Cid {
			f.Errorf("Add: got %s, %v", c, err)
		}
		for pin, err := range f.Pin().List(f.Context(), nodeapi.PinListRequest{Type: "direct"}) {
			if want := (nodeapi.Pin{Cid: stat.Cid, Type: "direct", Name: "n"}); err != nil || pin != want {
				f.Errorf("List: got %+v, %v; want %+v", pin, err, want)
			}
		}
		if c, err := f.Pin().Remove(f.Context(), path, client.PinRemoveOptions{Direct: true}); err != nil || c != stat.Cid {
			f.Errorf("Remove: got %s, %v", c, err)
		}
		_, err = f.Pin().Remove(f.Context(), path, client.PinRemoveOptions{})
		f.wantCode(err, nodeapi.CodeNotPinned)
		for pin, err := range f.Pin().List(f.Context(), nodeapi.PinListRequest{}) {
			f.Errorf("List of no pins: got %+v, %v", pin, err)
		}
	})
}

func TestRepo(t *testing.T) {
	run(t, func(f *fixture) {
		for _, text := range []string{"a", "bc"} {
			if _, err := f.Block().Put(f.Context(), []byte(text), nodeapi.BlockPutOptions{Pin: text == "a"}); err != nil {
				f.Fatal(err)
			}
		}
		if stat, err := f.Repo().Stat(f.Context()); err != nil || stat.NumObjects != 2 || stat.RepoSize != 3 {
			f.Errorf("Stat: got %+v, %v", stat, err)
		}
		if v, err := f.Repo().Version(f.Context()); err != nil || v != 1 {
			f.Errorf("Version: got %d, %v", v, err)
		}
		var removed []cid.Cid
		for outcome, err := range f.Repo().GC(f.Context(), nodeapi.RepoGCRequest{}) {
			if err != nil {
				f.Fatal(err)
			}
			removed = append(removed, outcome.Cid)
		}
		if len(removed) != 1 || f.backend.Blocks() != 1 {
			f.Errorf("GC removed %v and left %d blocks; want one of each", removed, f.backend.Blocks())
		}
	})
}

func TestRepoVerify(t *testing.T) {
	run(t, func(f *fixture) {
		var bad []cid.Cid
		for _, text := range []string{"a", "b", "c"} {
			stat, err := f.Block().Put(f.Context(), []byte(text), nodeapi.BlockPutOptions{})
			if err != nil {
				f.Fatal(err)
			}
			if text != "a" {
				f.backend.Corrupt(stat.Cid)
			}
		}
		want := nodeapi.RepoVerified{Checked: 3, Bad: 2}
		verified, err := f.Repo().Verify(f.Context(), func(outcome nodeapi.CIDOutcome) error {
			bad = append(bad, outcome.Cid)
			return nil
		})
		if err != nil || verified != want || len(bad) != 2 {
			f.Errorf("got %+v, %v with %d bad; want %+v", verified, err, len(bad), want)
		}
		if verified, err := f.Repo().Verify(f.Context(), nil); err != nil || verified != want {
			f.Errorf("without a function: got %+v, %v; want %+v", verified, err, want)
		}
		enough := errors.New("enough")
		if _, err := f.Repo().Verify(f.Context(), func(nodeapi.CIDOutcome) error { return enough }); !errors.Is(err, enough) {
			f.Errorf("got %v; want the function's own error", err)
		}
	})
}
