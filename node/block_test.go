package node_test

import (
	"bytes"
	"testing"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func putBlock(t testing.TB, n *node.Node, data []byte, opts nodeapi.BlockPutOptions) cid.Cid {
	t.Helper()
	st, err := n.BlockPut(t.Context(), data, opts)
	if err != nil {
		t.Fatalf("BlockPut: %v", err)
	}
	if st.Size != uint64(len(data)) {
		t.Errorf("BlockPut says %d bytes; want %d", st.Size, len(data))
	}
	return st.Cid
}

func TestBlockPut(t *testing.T) {
	n := newNode(t, newConfig())
	data := []byte("a block")
	expected := cidOf(t, data, cid.DagCBOR, multihash.SHA2_256)
	for _, test := range []struct {
		name string
		opts nodeapi.BlockPutOptions
		want cid.Prefix
	}{
		{"default", nodeapi.BlockPutOptions{}, cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.SHA2_256, MhLength: 32}},
		{"codec", nodeapi.BlockPutOptions{Format: "dag-json"}, cid.Prefix{Version: 1, Codec: cid.DagJSON, MhType: multihash.SHA2_256, MhLength: 32}},
		{"version 0", nodeapi.BlockPutOptions{Format: "dag-pb", CidVersion: new(0)}, cid.Prefix{Version: 0, Codec: cid.DagProtobuf, MhType: multihash.SHA2_256, MhLength: 32}},
		{"hash", nodeapi.BlockPutOptions{HashAlg: "sha2-512"}, cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.SHA2_512, MhLength: 64}},
		{"identity", nodeapi.BlockPutOptions{HashAlg: "identity"}, cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.IDENTITY, MhLength: len(data)}},
		{"expected", nodeapi.BlockPutOptions{Cid: &expected}, expected.Prefix()},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := putBlock(t, n, data, test.opts)
			if got := c.Prefix(); got != test.want {
				t.Errorf("got a CID of %+v; want %+v", got, test.want)
			}
			got, err := n.BlockGet(t.Context(), c)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("BlockGet: got %q, %v", got, err)
			}
			st, err := n.BlockStat(t.Context(), c)
			if err != nil || st.Size != uint64(len(data)) || st.Cid != c {
				t.Errorf("BlockStat: got %+v, %v", st, err)
			}
		})
	}
}

// cidOf makes the CID that data has.
func cidOf(t testing.TB, data []byte, codec, hash uint64) cid.Cid {
	t.Helper()
	c, err := cid.Prefix{Version: 1, Codec: codec, MhType: hash, MhLength: -1}.Sum(data)
	must(t, err)
	return c
}

func TestBlockErrors(t *testing.T) {
	n := newNode(t, newConfig())
	other := cidOf(t, []byte("another"), cid.Raw, multihash.SHA2_256)
	weak, err := multihash.Encode([]byte{1, 2, 3, 4}, multihash.MURMUR3X64_64)
	must(t, err)
	unsafe := cid.NewCidV1(cid.Raw, weak)
	for _, test := range []struct {
		name    string
		size    int
		opts    nodeapi.BlockPutOptions
		code    nodeapi.Code
		details []any
	}{
		{"codec", 1, nodeapi.BlockPutOptions{Format: "no-such"}, nodeapi.CodeUnknownCodec, []any{"value", "no-such"}},
		{"hash", 1, nodeapi.BlockPutOptions{HashAlg: "no-such"}, nodeapi.CodeUnknownHash, []any{"value", "no-such"}},
		{"unsafe hash", 1, nodeapi.BlockPutOptions{HashAlg: "murmur3-x64-64"}, nodeapi.CodeUnknownHash, []any{"value", "murmur3-x64-64"}},
		{"version", 1, nodeapi.BlockPutOptions{CidVersion: new(2)}, nodeapi.CodeInvalidOption, []any{"option", "version", "value", 2}},
		{"version 0 of raw", 1, nodeapi.BlockPutOptions{CidVersion: new(0)}, nodeapi.CodeInvalidOption, []any{"option", "version", "value", 0}},
		{"size", 2<<20 + 1, nodeapi.BlockPutOptions{}, nodeapi.CodeBlockTooLarge, []any{"size", 2<<20 + 1, "limit", 2 << 20}},
		{"size for identity", 129, nodeapi.BlockPutOptions{HashAlg: "identity"}, nodeapi.CodeBlockTooLarge, []any{"size", 129, "limit", 128}},
		{"other CID", 1, nodeapi.BlockPutOptions{Cid: &other}, nodeapi.CodeInvalidBlock, []any{"cid", other.String()}},
		{"unsafe CID", 1, nodeapi.BlockPutOptions{Cid: &unsafe}, nodeapi.CodeUnknownHash, nil},
		{"undefined CID", 1, nodeapi.BlockPutOptions{Cid: &cid.Cid{}}, nodeapi.CodeInvalidCID, nil},
	} {
		_, err := n.BlockPut(t.Context(), noise(test.size), test.opts)
		wantCode(t, test.name, err, test.code, test.details...)
	}
	if st := repoStat(t, n); st.NumObjects != 0 {
		t.Errorf("refused blocks left %d blocks", st.NumObjects)
	}
	_, err = n.BlockGet(t.Context(), other)
	wantCode(t, "BlockGet", err, nodeapi.CodeNotFound, "cid", other.String())
	if !ipld.IsNotFound(err) {
		t.Error("a missing block is not ipld.ErrNotFound")
	}
	_, err = n.BlockStat(t.Context(), other)
	wantCode(t, "BlockStat", err, nodeapi.CodeNotFound, "cid", other.String())
	_, err = n.BlockGet(t.Context(), cid.Undef)
	wantCode(t, "BlockGet of nothing", err, nodeapi.CodeInvalidCID)
	_, err = n.BlockGet(t.Context(), unsafe)
	wantCode(t, "BlockGet of an unsafe CID", err, nodeapi.CodeUnknownHash)
}

func TestBlockLimitIsInclusive(t *testing.T) {
	n := newNode(t, newConfig())
	putBlock(t, n, noise(2<<20), nodeapi.BlockPutOptions{})
	putBlock(t, n, nil, nodeapi.BlockPutOptions{})
}

// TestTruncatedHash puts a block under a CID with half a hash.
func TestTruncatedHash(t *testing.T) {
	n := newNode(t, newConfig())
	data := []byte("truncated")
	mh, err := multihash.Sum(data, multihash.SHA2_512, 32)
	must(t, err)
	c := cid.NewCidV1(cid.Raw, mh)
	if got := putBlock(t, n, data, nodeapi.BlockPutOptions{Cid: &c}); got != c {
		t.Errorf("got %s; want %s", got, c)
	}
	_, err = n.BlockPut(t.Context(), []byte("Truncated"), nodeapi.BlockPutOptions{Cid: &c})
	wantCode(t, "other bytes", err, nodeapi.CodeInvalidBlock)
}

func TestBlockRemove(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		free := putBlock(t, n, []byte("free"), nodeapi.BlockPutOptions{})
		direct := putBlock(t, n, []byte("direct"), nodeapi.BlockPutOptions{})
		_, err := n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: direct.String(), Recursive: new(false)})
		must(t, err)
		root := addFile(t, n, nodeapi.AddOptions{Chunker: "size-16"}, noise(64))
		leaf := cidOf(t, noise(64)[16:32], cid.Raw, multihash.SHA2_256)
		leafOtherwise := cid.NewCidV1(cid.DagCBOR, leaf.Hash()) // the same block
		missing := cidOf(t, []byte("missing"), cid.Raw, multihash.SHA2_256)
		filed := putBlock(t, n, []byte("filed"), nodeapi.BlockPutOptions{})
		must(t, n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + filed.String()}, To: "/filed"}))

		got := map[cid.Cid]nodeapi.Code{}
		asked := []cid.Cid{free, direct, root, leaf, leafOtherwise, missing, filed, cid.Undef}
		for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: asked}) {
			must(t, err)
			got[o.Cid] = o.Code
			if (o.Code == "") != (o.Error == "") {
				t.Errorf("outcome %+v has a code or an error alone", o)
			}
		}
		want := map[cid.Cid]nodeapi.Code{
			free: "", direct: nodeapi.CodePinned, root: nodeapi.CodePinned, leaf: nodeapi.CodePinned,
			leafOtherwise: nodeapi.CodePinned, filed: nodeapi.CodePinned, missing: nodeapi.CodeNotFound, cid.Undef: nodeapi.CodeInvalidCID,
		}
		for _, c := range asked {
			if code, told := got[c]; !told || code != want[c] {
				t.Errorf("%v: got %q (%v); want %q", c, code, told, want[c])
			}
		}
		if _, err := n.BlockGet(t.Context(), free); !ipld.IsNotFound(err) {
			t.Errorf("the removed block is still there: %v", err)
		}
		if _, err := n.BlockGet(t.Context(), leaf); err != nil {
			t.Errorf("a pinned block is gone: %v", err)
		}
		must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/filed"}}))
		for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{filed}}) {
			if err != nil || o.Code != "" {
				t.Errorf("what is filed no more: got %+v, %v", o, err)
			}
		}
	})
}

func TestBlockRemoveForceAndQuiet(t *testing.T) {
	n := newNode(t, newConfig())
	free := putBlock(t, n, []byte("free"), nodeapi.BlockPutOptions{})
	pinned := putBlock(t, n, []byte("pinned"), nodeapi.BlockPutOptions{Pin: true})
	missing := cidOf(t, []byte("missing"), cid.Raw, multihash.SHA2_256)
	req := nodeapi.BlockRemoveRequest{Cids: []cid.Cid{free, missing, pinned}, Force: true, Quiet: true}
	var told []nodeapi.CIDOutcome
	for o, err := range n.BlockRemove(t.Context(), req) {
		must(t, err)
		told = append(told, o)
	}
	if len(told) != 1 || told[0].Cid != pinned || told[0].Code != nodeapi.CodePinned {
		t.Errorf("got %+v; want the pinned block alone", told)
	}
}
