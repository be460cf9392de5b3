package node_test

import (
	"slices"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func refs(t testing.TB, n *node.Node, req nodeapi.RefsRequest) []nodeapi.Ref {
	t.Helper()
	var refs []nodeapi.Ref
	for ref, err := range n.Refs(t.Context(), req) {
		if err != nil {
			t.Fatalf("Refs: %v", err)
		}
		refs = append(refs, ref)
	}
	return refs
}

// What is wrong under one path does not keep the others from being told.
func TestRefsOfWhatIsNotThere(t *testing.T) {
	n := newNode(t, newConfig())
	here, gone := putDAG(t, n, `"here"`, nodeapi.DAGPutOptions{}), rawBlock(t, "gone")
	parent := putDAG(t, n, `[`+link(here)+`,`+link(gone)+`,`+link(here)+`]`, nodeapi.DAGPutOptions{})
	whole := putDAG(t, n, `[`+link(here)+`]`, nodeapi.DAGPutOptions{})
	garbled, err := n.BlockPut(t.Context(), []byte("no CBOR"), nodeapi.BlockPutOptions{Format: "dag-cbor"})
	must(t, err)
	got := refs(t, n, nodeapi.RefsRequest{Paths: []string{parent.String(), gone.String(), garbled.Cid.String(), whole.String()}})
	want := []nodeapi.Ref{
		{Ref: here.String()},
		{Err: "block " + gone.String() + " is not in the repo", Code: nodeapi.CodeNotFound},
		{Err: "block " + gone.String() + " is not in the repo", Code: nodeapi.CodeNotFound},
		{Code: nodeapi.CodeInvalidBlock},
		{Ref: here.String()},
	}
	for i := range got {
		if got[i].Code == nodeapi.CodeInvalidBlock {
			got[i].Err = ""
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v; want %+v", got, want)
	}
}

func TestRefsBadRequests(t *testing.T) {
	n := newNode(t, newConfig())
	here := putDAG(t, n, `"here"`, nodeapi.DAGPutOptions{})
	for _, test := range []struct {
		req  nodeapi.RefsRequest
		want nodeapi.Code
	}{
		{nodeapi.RefsRequest{Paths: []string{here.String(), ""}}, nodeapi.CodeInvalidPath},
		{nodeapi.RefsRequest{Paths: []string{here.String(), "hello"}}, nodeapi.CodeInvalidCID},
		{nodeapi.RefsRequest{Paths: []string{here.String() + "/x"}}, nodeapi.CodeNoLink},
		{nodeapi.RefsRequest{Paths: []string{here.String()}, Edges: true, Format: "<src>"}, nodeapi.CodeInvalidOption},
	} {
		told := 0
		for ref, err := range n.Refs(t.Context(), test.req) {
			if err == nil {
				t.Errorf("%+v: got %+v", test.req, ref)
			} else {
				wantCode(t, "Refs", err, test.want)
			}
			told++
		}
		if told != 1 {
			t.Errorf("%+v: told %d times", test.req, told)
		}
	}
}

// An iteration that is stopped stops the walk.
func TestRefsStopped(t *testing.T) {
	n := newNode(t, newConfig())
	root := addFile(t, n, nodeapi.AddOptions{Chunker: "size-16"}, noise(16*2000))
	told := 0
	for _, err := range n.Refs(t.Context(), nodeapi.RefsRequest{Paths: []string{root.String()}, Recursive: true}) {
		must(t, err)
		if told++; told == 10 {
			break
		}
	}
	for _, err := range n.RefsLocal(t.Context()) {
		must(t, err)
		break
	}
}

func TestRefsLocal(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		addFile(t, n, nodeapi.AddOptions{Chunker: "size-16"}, noise(16*100))
		seen := cid.NewSet()
		for c, err := range n.RefsLocal(t.Context()) {
			must(t, err)
			if c.Type() != cid.Raw || c.Version() != 1 || !seen.Visit(c) {
				t.Errorf("%s is told of twice, or not as a raw block", c)
			}
			if has, err := n.BlockStat(t.Context(), c); err != nil || has.Cid != c {
				t.Errorf("%s: %v", c, err)
			}
		}
		if uint64(seen.Len()) != repoStat(t, n).NumObjects {
			t.Errorf("%d blocks were told of; there are %d", seen.Len(), repoStat(t, n).NumObjects)
		}
	})
}

func TestDAGStatOfSeveral(t *testing.T) {
	n := newNode(t, newConfig())
	a, b := putDAG(t, n, `"a"`, nodeapi.DAGPutOptions{}), putDAG(t, n, `"bb"`, nodeapi.DAGPutOptions{})
	both := putDAG(t, n, `[`+link(a)+`,`+link(b)+`,`+link(a)+`]`, nodeapi.DAGPutOptions{})
	stat, err := n.DAGStat(t.Context(), []string{both.String(), b.String()})
	must(t, err)
	size := func(c cid.Cid) uint64 {
		block, err := n.BlockStat(t.Context(), c)
		must(t, err)
		return block.Size
	}
	all := size(a) + size(b) + size(both)
	if stat.UniqueBlocks != 3 || stat.TotalSize != all || stat.SharedSize != size(b) || !slices.Equal(stat.DAGStats, []nodeapi.DAGRootStat{
		{Cid: both, Size: all, NumBlocks: 3}, {Cid: b, Size: size(b), NumBlocks: 1},
	}) {
		t.Errorf("got %+v", stat)
	}
	gone := rawBlock(t, "gone")
	parent := putDAG(t, n, `[`+link(gone)+`]`, nodeapi.DAGPutOptions{})
	_, err = n.DAGStat(t.Context(), []string{a.String(), parent.String()})
	wantCode(t, "DAGStat", err, nodeapi.CodeNotFound, "cid", gone.String())
}

func TestResolve(t *testing.T) {
	n := newNode(t, newConfig())
	leaf := putDAG(t, n, `{"x":{"y":1}}`, nodeapi.DAGPutOptions{})
	root := putDAG(t, n, `{"a":`+link(leaf)+`}`, nodeapi.DAGPutOptions{})
	old := addFile(t, n, nodeapi.AddOptions{Profile: "unixfs-v0-2015"}, noise(1))
	asV1 := cid.NewCidV1(cid.DagProtobuf, old.Hash())
	base36, err := leaf.StringOfBase('k')
	must(t, err)
	rootBase36, err := root.StringOfBase('k')
	must(t, err)
	for _, test := range []struct{ name, base, want string }{
		{root.String(), "", "/ipfs/" + root.String()},
		{"/ipfs/" + root.String() + "/a/x/y", "", "/ipfs/" + leaf.String() + "/x/y"},
		{"/ipld/" + root.String() + "/a//x/", "", "/ipld/" + leaf.String() + "/x"},
		{"/ipfs/" + rootBase36 + "/a", "", "/ipfs/" + base36},
		{root.String() + "/a", "base36", "/ipfs/" + base36},
		{old.String(), "", "/ipfs/" + old.String()},
		{old.String(), "base58btc", "/ipfs/" + old.String()},
		{old.String(), "base32", "/ipfs/" + asV1.String()},
	} {
		got, err := n.Resolve(t.Context(), nodeapi.ResolveRequest{Name: test.name, CidBase: test.base})
		if err != nil || got != test.want {
			t.Errorf("%s in %q: got %s, %v; want %s", test.name, test.base, got, err, test.want)
		}
	}
	for _, test := range []struct {
		req  nodeapi.ResolveRequest
		want nodeapi.Code
	}{
		{nodeapi.ResolveRequest{Name: "/else/x"}, nodeapi.CodeInvalidPath},
		{nodeapi.ResolveRequest{Name: root.String() + "/b"}, nodeapi.CodeNoLink},
		{nodeapi.ResolveRequest{Name: root.String(), CidBase: "base33"}, nodeapi.CodeInvalidOption},
	} {
		_, err := n.Resolve(t.Context(), test.req)
		wantCode(t, test.req.Name, err, test.want)
	}
}

func TestPinUpdate(t *testing.T) {
	n := newNode(t, newConfig())
	one := add(t, n, nodeapi.AddOptions{PinName: "latest"}, file("", noise(1000)))[0].Cid
	two := add(t, n, nodeapi.AddOptions{Pin: new(false)}, file("", noise(2000)))[0].Cid
	update := func(from, to cid.Cid, unpin *bool) error {
		_, err := n.PinUpdate(t.Context(), nodeapi.PinUpdateRequest{From: from.String(), To: to.String(), Unpin: unpin})
		return err
	}
	wantCode(t, "from what is not pinned", update(two, one, nil), nodeapi.CodeNotPinned)
	wantCode(t, "to what is not there", update(one, rawBlock(t, "gone"), nil), nodeapi.CodeNotFound)
	must(t, update(one, one, nil))
	must(t, update(one, two, new(false)))
	pins := func() map[cid.Cid]string {
		names := map[cid.Cid]string{}
		for p, err := range n.PinList(t.Context(), nodeapi.PinListRequest{}) {
			must(t, err)
			names[p.Cid] = p.Name
		}
		return names
	}
	if got := pins(); len(got) != 2 || got[one] != "latest" || got[two] != "latest" {
		t.Errorf("with the old pin kept: got %v", got)
	}
	wantCode(t, "to what is pinned", update(one, two, nil), nodeapi.CodePinned)
	_, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: two.String()})
	must(t, err)
	must(t, update(one, two, nil))
	if got := pins(); len(got) != 1 || got[two] != "latest" {
		t.Errorf("got %v", got)
	}
	wantAfterGC(t, n, 1)
}
