package node_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/server"
)

// inDatabase is a store in memory that says it were in a database, whose keys are
// the blocks' CIDs.
type inDatabase struct{ *blockstore.Blocks }

func (inDatabase) Location() (database, store string) { return "a database", "a store" }

func (inDatabase) Locate(c cid.Cid, _ int) []byte { return c.Bytes() }

// readLeaves reads what a node tells as its tabs do: from the store what is told,
// and then what comes after that.
func readLeaves(t *testing.T, n *node.Node, req nodeapi.CatRequest, store inDatabase) (data []byte, inStore int) {
	t.Helper()
	req.Leaves = true
	from := req.Offset
	for {
		r, err := n.Cat(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		in, ok := r.(server.InDatabase)
		if !ok {
			rest, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			return append(data, rest...), inStore
		}
		told := in.Leaves()
		if item, err := messageport.Marshal(told); err != nil || len(item) > messageport.MaxItem {
			t.Fatalf("an item of %d bytes, %v; want %d at most", len(item), err, messageport.MaxItem)
		}
		if told.Database != "a database" || told.Store != "a store" {
			t.Fatalf("got %q, %q", told.Database, told.Store)
		}
		var part []byte
		for _, leaf := range told.Leaves {
			_, c, err := cid.CidFromBytes(leaf.Key)
			if err != nil {
				t.Fatal(err)
			}
			b, err := store.Get(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if len(b.RawData()) != int(leaf.Size) {
				t.Fatalf("a leaf of %d bytes; told were %d", len(b.RawData()), leaf.Size)
			}
			part = append(part, b.RawData()...)
		}
		part = part[told.Skip:][:told.Length]
		data = append(data, part...)
		inStore += len(part)
		if !told.More {
			return data, inStore
		}
		req.Offset = from + uint64(len(data))
		if req.Length != nil {
			req.Length = new(*req.Length - uint64(len(part)))
		}
	}
}

func TestLeaves(t *testing.T) {
	const kib, chunk = 1 << 10, 4 << 10
	defer node.SetLeavesFrom(64 * kib)()
	data := noise(2000*kib + 5)
	cfg := newConfig()
	store := inDatabase{cfg.Blockstore.(*blockstore.Blocks)}
	cfg.Blockstore = store
	n := newNode(t, cfg)
	for _, test := range []struct {
		name           string
		opts           nodeapi.AddOptions
		offset, length uint64
		inStore        int
	}{
		{"whole", nodeapi.AddOptions{Chunker: "size-8192"}, 0, 1 << 63, 2000*kib + 5},
		{"from the middle of a leaf to that of another", nodeapi.AddOptions{Chunker: "size-8192"}, 3*chunk - 7, 100*kib + 9, 100*kib + 9},
		{"leaves of two levels", nodeapi.AddOptions{Profile: "unixfs-v0-2015", RawLeaves: new(true), Chunker: "size-8192"}, 5, 1 << 63, 2000 * kib},
		{"so many that they are told by and by", nodeapi.AddOptions{Chunker: "size-4096"}, 0, 1 << 63, 2000*kib + 5},
		{"the rest is not worth it", nodeapi.AddOptions{Chunker: "size-4096"}, 0, 477*chunk + 64*kib, 477 * chunk},
		{"too few bytes", nodeapi.AddOptions{Chunker: "size-8192"}, 0, 64 * kib, 0},
		{"no raw leaves", nodeapi.AddOptions{Chunker: "size-8192", RawLeaves: new(false)}, 0, 1 << 63, 0},
		{"bytes in inner nodes", nodeapi.AddOptions{Chunker: "size-8192", Trickle: true, RawLeaves: new(false)}, 0, 1 << 63, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := addFile(t, n, test.opts, data)
			got, inStore := readLeaves(t, n, nodeapi.CatRequest{Path: c.String(), Offset: test.offset, Length: &test.length}, store)
			want := data[test.offset:]
			want = want[:min(test.length, uint64(len(want)))]
			if !bytes.Equal(got, want) {
				t.Errorf("got %d bytes; want %d", len(got), len(want))
			}
			if inStore != test.inStore {
				t.Errorf("%d bytes were in the store; want %d", inStore, test.inStore)
			}
		})
	}
}

// TestLeavesElsewhere asks nodes for leaves whose blocks no tab can read.
func TestLeavesElsewhere(t *testing.T) {
	defer node.SetLeavesFrom(64 << 10)()
	data := noise(200 << 10)
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: addFile(t, n, nodeapi.AddOptions{Chunker: "size-8192"}, data).String(), Leaves: true})
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("got %d bytes, %v; want %d", len(got), err, len(data))
		}
	})
}
