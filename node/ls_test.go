package node_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func list(t testing.TB, n *node.Node, path string) []nodeapi.Entry {
	t.Helper()
	var entries []nodeapi.Entry
	for e, err := range n.List(t.Context(), path) {
		if err != nil {
			t.Fatalf("List %s: %v", path, err)
		}
		entries = append(entries, e)
	}
	return entries
}

func TestList(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		for _, opts := range []nodeapi.AddOptions{{}, {Profile: "unixfs-v0-2015"}} {
			added := add(t, n, opts, file("d/small", []byte("hi")), file("d/big", noise(3<<20)), file("d/empty", nil), file("d/sub/x", nil))
			byPath := map[string]cid.Cid{}
			for _, a := range added {
				byPath[a.Path] = a.Cid
			}
			root := byPath["d"].String()
			want := []nodeapi.Entry{
				{Type: "file", Name: "big", Size: 3 << 20},
				{Type: "file", Name: "empty"},
				{Type: "file", Name: "small", Size: 2},
				{Type: "dir", Name: "sub"},
			}
			for i := range want {
				want[i].Path = root + "/" + want[i].Name
				want[i].Cid = byPath["d/"+want[i].Name]
			}
			for _, path := range []string{root, "/ipfs/" + root, root + "/"} {
				if got := list(t, n, path); !slices.Equal(got, want) {
					t.Errorf("%s:\ngot  %+v\nwant %+v", path, got, want)
				}
			}
			if got := list(t, n, root+"/sub"); len(got) != 1 || got[0].Path != root+"/sub/x" {
				t.Errorf("the directory in it: got %+v", got)
			}
			wantFile := nodeapi.Entry{Type: "file", Name: "small", Path: root + "/small", Cid: byPath["d/small"], Size: 2}
			if got := list(t, n, root+"/small"); len(got) != 1 || got[0] != wantFile {
				t.Errorf("a file: got %+v; want %+v", got, wantFile)
			}
		}
	})
}

func TestListSharded(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, many5000()...)
	root := added[len(added)-1].Cid.String()
	names := map[string]bool{}
	for _, e := range list(t, n, root+"/hamt") {
		names[e.Name] = true
	}
	for i := range 5200 {
		if name := fmt.Sprintf("file-%d.txt", i); !names[name] {
			t.Fatalf("%s is missing among %d names", name, len(names))
		}
	}
	if len(names) != 5200 {
		t.Errorf("got %d names; want 5200", len(names))
	}
	for range n.List(t.Context(), root+"/hamt") {
		break // stopping early must not hang or leak
	}
}

func TestListErrors(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	cbor := putDAG(t, n, `{}`, nodeapi.DAGPutOptions{}).String()
	added := add(t, n, nodeapi.AddOptions{RawLeaves: new(false)}, file("d/a", []byte("a")), file("d/b", []byte("b")))
	root, gone := added[2].Cid.String(), added[1].Cid
	must(t, cfg.Blockstore.DeleteBlock(t.Context(), gone))
	for _, test := range []struct {
		path    string
		code    nodeapi.Code
		details []any
	}{
		{cbor, nodeapi.CodeNotADirectory, []any{"path", cbor}},
		{root + "/x", nodeapi.CodeNoLink, []any{"link", "x"}},
		{root, nodeapi.CodeNotFound, []any{"cid", gone.String()}},
		{"x", nodeapi.CodeInvalidCID, []any{"value", "x"}},
	} {
		var last error
		for _, err := range n.List(t.Context(), test.path) {
			last = err
		}
		wantCode(t, "List "+test.path, last, test.code, test.details...)
	}
}
