package node_test

import (
	"errors"
	"io"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// FuzzPaths wants every text to be a path or an error with a code.
func FuzzPaths(f *testing.F) {
	n := newNode(f, newConfig())
	added := add(f, n, nodeapi.AddOptions{}, file("d/f", []byte("f")))
	root := added[len(added)-1].Cid.String()
	for _, seed := range []string{"", "/", "/ipfs/", "/ipfs/" + root, root + "/f", root + "//f/", "/ipld/" + root + "/Links/0/Hash", "/ipns/x", root + "/\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		_, err := n.DAGResolve(t.Context(), path)
		checkCoded(t, err)
		_, err = tryCat(t.Context(), n, nodeapi.CatRequest{Path: path})
		checkCoded(t, err)
	})
}

// checkCoded wants an error to be the caller's to understand.
func checkCoded(t *testing.T, err error) {
	t.Helper()
	var coded *nodeapi.Error
	if err != nil && !errors.As(err, &coded) {
		t.Errorf("an error without a code: %v", err)
	}
}

// FuzzBlocks puts any bytes as a block of any codec that the node reads, and
// another that links to it, and does with them all that reads them. It looks for
// panics, for readers that do not end, and for errors without a code.
func FuzzBlocks(f *testing.F) {
	n := newNode(f, newConfig())
	for _, seed := range fuzzSeeds(f) {
		f.Add(seed.codec, seed.data)
	}
	codecs := []string{"dag-pb", "dag-cbor", "dag-json", "cbor", "json", "raw"}
	f.Fuzz(func(t *testing.T, codec uint8, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		st, err := n.BlockPut(t.Context(), data, nodeapi.BlockPutOptions{Format: codecs[int(codec)%len(codecs)]})
		must(t, err)
		for _, path := range []string{st.Cid.String(), "/ipld/" + st.Cid.String() + "/Links/0/Hash", st.Cid.String() + "/a/b"} {
			_, err = n.DAGResolve(t.Context(), path)
			checkCoded(t, err)
			r, err := n.Cat(t.Context(), nodeapi.CatRequest{Path: path, Offset: 1, Length: new(uint64(1 << 20))})
			checkCoded(t, err)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
				checkCoded(t, err)
				must(t, r.Close())
			}
			for _, err := range n.List(t.Context(), path) {
				checkCoded(t, err)
			}
			r, err = n.Get(t.Context(), nodeapi.GetRequest{Path: path})
			checkCoded(t, err)
			if err == nil {
				_, err = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
				checkCoded(t, err)
				must(t, r.Close())
			}
		}
		_, err = n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: st.Cid.String()})
		checkCoded(t, err)
		if err == nil {
			_, err = n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: st.Cid.String()})
			checkCoded(t, err)
		}
	})
}

type fuzzSeed struct {
	codec uint8
	data  []byte
}

// fuzzSeeds are blocks of files and directories of each kind.
func fuzzSeeds(f *testing.F) []fuzzSeed {
	n := newNode(f, newConfig())
	seeds := []fuzzSeed{{1, []byte("\xa1\x61a\x81\x01")}, {2, []byte(`{"a":{"/":"bafkqaaa"}}`)}, {4, []byte("[1]")}, {5, nil}}
	for _, added := range [][]nodeapi.Added{
		add(f, n, nodeapi.AddOptions{Chunker: "size-16"}, file("d/f", noise(100)), dir("d/e")),
		add(f, n, nodeapi.AddOptions{Chunker: "size-16", Trickle: true, RawLeaves: new(false)}, file("", noise(100))),
		add(f, n, nodeapi.AddOptions{}, many5000()...)[5200:],
	} {
		for _, a := range added {
			if a.Cid.Type() != cid.DagProtobuf {
				continue
			}
			data, err := n.BlockGet(f.Context(), a.Cid)
			must(f, err)
			seeds = append(seeds, fuzzSeed{0, data})
		}
	}
	return seeds
}
