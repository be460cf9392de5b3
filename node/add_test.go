package node_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func dir(path string) nodeapi.AddEntry {
	return nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: path, Dir: true}}
}

func paths(added []nodeapi.Added) []string {
	var names []string
	for _, a := range added {
		names = append(names, a.Path)
	}
	return names
}

func pinnedRoots(t testing.TB, n *node.Node) []string {
	t.Helper()
	var roots []string
	for p, err := range n.PinList(t.Context(), nodeapi.PinListRequest{Type: "recursive"}) {
		must(t, err)
		roots = append(roots, p.Cid.String())
	}
	slices.Sort(roots)
	return roots
}

// TestAddOrder wants files as they come, directories after what they hold, and
// roots last.
func TestAddOrder(t *testing.T) {
	entries := func() []nodeapi.AddEntry {
		return []nodeapi.AddEntry{file("d/sub/x", []byte("x")), file("root", []byte("r")), dir("d/empty"), file("/d/y/", []byte("y"))}
	}
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, entries()...)
	if got, want := paths(added), []string{"d/sub/x", "d/y", "d/empty", "d/sub"}; !slices.Equal(got[:4], want) {
		t.Errorf("got %q; want %q and then the roots", got, want)
	}
	if got := paths(added[4:]); len(got) != 2 || !slices.Contains(got, "d") || !slices.Contains(got, "root") {
		t.Errorf("got roots %q; want d and root", got)
	}
	var want []string
	for _, a := range added[4:] {
		want = append(want, a.Cid.String())
	}
	slices.Sort(want)
	if got := pinnedRoots(t, n); !slices.Equal(got, want) {
		t.Errorf("pinned %q; want the roots %q", got, want)
	}

	added = add(t, n, nodeapi.AddOptions{WrapWithDirectory: true}, entries()...)
	if got, want := paths(added), []string{"d/sub/x", "root", "d/y", "d/empty", "d/sub", "d", ""}; !slices.Equal(got, want) {
		t.Errorf("wrapped: got %q; want %q", got, want)
	}
	root := added[len(added)-1].Cid.String()
	for path, want := range map[string]string{"/d/sub/x": "x", "/root": "r", "/d/y": "y"} {
		if got := cat(t, n, root+path); string(got) != want {
			t.Errorf("%s holds %q; want %q", path, got, want)
		}
	}
}

func TestAddNameless(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, file("", []byte("a")), file("", []byte("b")), file("", []byte("a")))
	if len(added) != 3 || added[0].Path != added[0].Cid.String() || added[0].Cid != added[2].Cid {
		t.Errorf("got %+v", added)
	}
	if got := pinnedRoots(t, n); len(got) != 2 {
		t.Errorf("pinned %q; want both files", got)
	}
	added = add(t, n, nodeapi.AddOptions{WrapWithDirectory: true}, file("", []byte("a")), file("named", []byte("b")))
	root := added[len(added)-1].Cid.String()
	if got := cat(t, n, root+"/"+added[0].Cid.String()); string(got) != "a" {
		t.Errorf("got %q", got)
	}
}

func TestAddNothing(t *testing.T) {
	n := newNode(t, newConfig())
	if added := add(t, n, nodeapi.AddOptions{}); len(added) != 0 {
		t.Errorf("got %+v", added)
	}
	added := add(t, n, nodeapi.AddOptions{WrapWithDirectory: true})
	if len(added) != 1 || added[0].Path != "" {
		t.Errorf("wrapping nothing: got %+v; want an empty directory", added)
	}
	// A file announced without bytes is an empty one.
	empty := add(t, n, nodeapi.AddOptions{}, nodeapi.AddEntry{})
	if want := addFile(t, n, nodeapi.AddOptions{}, nil); empty[0].Cid != want {
		t.Errorf("got %s; want %s", empty[0].Cid, want)
	}
}

func TestAddPinOptions(t *testing.T) {
	n := newNode(t, newConfig())
	addFile(t, n, nodeapi.AddOptions{Pin: new(false)}, []byte("unpinned"))
	if got := pinnedRoots(t, n); len(got) != 0 {
		t.Errorf("pinned %q in spite of pin: false", got)
	}
	addFile(t, n, nodeapi.AddOptions{PinName: "mine"}, []byte("named"))
	for p, err := range n.PinList(t.Context(), nodeapi.PinListRequest{}) {
		must(t, err)
		if p.Name != "mine" {
			t.Errorf("got pin %+v; want the name mine", p)
		}
	}
}

func TestAddOnlyHash(t *testing.T) {
	n := newNode(t, newConfig())
	data := noise(3 << 20)
	c := addFile(t, n, nodeapi.AddOptions{OnlyHash: true}, data)
	if st := repoStat(t, n); st.NumObjects != 0 {
		t.Errorf("onlyHash stored %d blocks", st.NumObjects)
	}
	if got := pinnedRoots(t, n); len(got) != 0 {
		t.Errorf("onlyHash pinned %q", got)
	}
	if want := addFile(t, n, nodeapi.AddOptions{}, data); c != want {
		t.Errorf("got %s; add gives %s", c, want)
	}
}

// TestAddProgress wants progress for each chunk, of each file by itself, up to
// the file's size.
func TestAddProgress(t *testing.T) {
	n := newNode(t, newConfig())
	src := source(file("a", noise(100)), file("b", noise(40)))
	var got []string
	for event, err := range n.Add(t.Context(), src, nodeapi.AddOptions{Chunker: "size-40", Progress: true}) {
		must(t, err)
		if p := event.Progress; p != nil {
			got = append(got, fmt.Sprintf("%s %d", p.Path, p.Bytes))
		}
	}
	if want := []string{"a 40", "a 80", "a 100", "b 40"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestAddModeAndMtime(t *testing.T) {
	n := newNode(t, newConfig())
	h := nodeapi.FileHeader{Path: "f", Mode: new(uint32(0o4750)), Mtime: &nodeapi.Mtime{Secs: -5, Nsecs: 7}}
	for _, data := range [][]byte{nil, []byte("small"), noise(3 << 20)} {
		added := add(t, n, nodeapi.AddOptions{WrapWithDirectory: true}, nodeapi.AddEntry{FileHeader: h, Content: bytes.NewReader(data)})
		if a := added[0]; a.Mode == nil || *a.Mode != *h.Mode || a.Mtime == nil || *a.Mtime != *h.Mtime {
			t.Errorf("%d bytes: Add told %+v", len(data), a)
		}
		for e, err := range n.List(t.Context(), added[1].Cid.String()) {
			must(t, err)
			if e.Mode == nil || *e.Mode != *h.Mode || e.Mtime == nil || *e.Mtime != *h.Mtime || e.Size != uint64(len(data)) {
				t.Errorf("%d bytes: List told %+v", len(data), e)
			}
		}
		if got := cat(t, n, added[0].Cid.String()); !bytes.Equal(got, data) {
			t.Errorf("%d bytes: cat gave %d others", len(data), len(got))
		}
	}
}

// TestAddFailuresLeaveNothing has an add fail in each way that it can, and wants
// nothing pinned, nothing told of as a root, and all blocks to be garbage.
func TestAddFailuresLeaveNothing(t *testing.T) {
	broken := errors.New("the source broke")
	failing := func(err error) io.Reader {
		return io.MultiReader(bytes.NewReader(noise(3<<20)), iotest.ErrReader(err))
	}
	failAfter := func(err error, entries ...nodeapi.AddEntry) iter.Seq2[nodeapi.AddEntry, error] {
		return func(yield func(nodeapi.AddEntry, error) bool) {
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			yield(nodeapi.AddEntry{}, err)
		}
	}
	reader := func(r io.Reader) nodeapi.AddEntry {
		return nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: "d/f"}, Content: r}
	}
	for name, test := range map[string]struct {
		src     iter.Seq2[nodeapi.AddEntry, error]
		opts    nodeapi.AddOptions
		wantErr error
		code    nodeapi.Code
	}{
		"source at once":       {src: failAfter(broken), wantErr: broken},
		"source after a file":  {src: failAfter(broken, file("d/a", noise(2<<20))), wantErr: broken},
		"reader in mid-file":   {src: source(file("d/a", []byte("a")), reader(failing(broken))), wantErr: broken},
		"reader ends too soon": {src: source(reader(failing(io.ErrUnexpectedEOF))), wantErr: io.ErrUnexpectedEOF},
		"the same with rabin":  {src: source(reader(failing(io.ErrUnexpectedEOF))), opts: nodeapi.AddOptions{Chunker: "rabin"}, wantErr: io.ErrUnexpectedEOF},
		"the same, buzhash":    {src: source(reader(failing(io.ErrUnexpectedEOF))), opts: nodeapi.AddOptions{Chunker: "buzhash"}, wantErr: io.ErrUnexpectedEOF},
		"reader wraps EOF":     {src: source(reader(failing(fmt.Errorf("gone: %w", io.EOF)))), wantErr: io.EOF},
		"a path twice":         {src: source(file("a", noise(9)), file("a", noise(9))), code: nodeapi.CodeInvalidPath},
		"a file as directory":  {src: source(file("a", noise(9)), file("a/b", noise(9))), code: nodeapi.CodeInvalidPath},
		"a directory as file":  {src: source(file("a/b", noise(9)), file("a", noise(9))), code: nodeapi.CodeInvalidPath},
		"a path upwards":       {src: source(file("a/../b", noise(9))), code: nodeapi.CodeInvalidPath},
		"a path of nothing":    {src: source(file("a//b", noise(9))), code: nodeapi.CodeInvalidPath},
		"a slash alone":        {src: source(file("/", noise(9))), code: nodeapi.CodeInvalidPath},
		"a nameless directory": {src: source(dir("")), code: nodeapi.CodeInvalidPath},
		"a path too deep":      {src: source(file(strings.Repeat("a/", 2000), noise(9))), code: nodeapi.CodeInvalidPath},
		"too many nanoseconds": {
			src:  source(nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Mtime: &nodeapi.Mtime{Nsecs: 1e9}}}),
			code: nodeapi.CodeInvalidOption,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, newConfig())
			added, err := tryAdd(t.Context(), n, test.opts, test.src)
			if test.wantErr != nil && !errors.Is(err, test.wantErr) {
				t.Errorf("got error %v; want %v", err, test.wantErr)
			}
			if test.code != "" {
				wantCode(t, name, err, test.code)
			}
			for _, a := range added {
				if !strings.Contains(a.Path, "/") {
					t.Errorf("told of the root %q", a.Path)
				}
			}
			if got := pinnedRoots(t, n); len(got) != 0 {
				t.Errorf("pinned %q", got)
			}
			wantAfterGC(t, n, 0)
		})
	}
}

// TestAddStopped stops taking events half-way.
func TestAddStopped(t *testing.T) {
	n := newNode(t, newConfig())
	for range n.Add(t.Context(), source(file("", noise(4<<20))), nodeapi.AddOptions{Progress: true}) {
		break
	}
	if got := pinnedRoots(t, n); len(got) != 0 {
		t.Errorf("pinned %q", got)
	}
	wantAfterGC(t, n, 0)
}

func TestAddOptionErrors(t *testing.T) {
	n := newNode(t, newConfig())
	long := strings.Repeat("x", 256)
	for name, test := range map[string]struct {
		opts    nodeapi.AddOptions
		code    nodeapi.Code
		details []any
	}{
		"profile":                   {nodeapi.AddOptions{Profile: "p"}, nodeapi.CodeInvalidOption, []any{"option", "profile", "value", "p"}},
		"CID version 2":             {nodeapi.AddOptions{CidVersion: new(2)}, nodeapi.CodeInvalidOption, []any{"option", "cidVersion", "value", 2}},
		"CID version -1":            {nodeapi.AddOptions{CidVersion: new(-1)}, nodeapi.CodeInvalidOption, []any{"option", "cidVersion", "value", -1}},
		"version 0, other hash":     {nodeapi.AddOptions{CidVersion: new(0), HashAlg: "sha2-512"}, nodeapi.CodeInvalidOption, []any{"option", "cidVersion", "value", 0}},
		"hash":                      {nodeapi.AddOptions{HashAlg: "md5"}, nodeapi.CodeUnknownHash, []any{"value", "md5"}},
		"name of no pin":            {nodeapi.AddOptions{Pin: new(false), PinName: "x"}, nodeapi.CodeInvalidOption, []any{"option", "pinName"}},
		"long name":                 {nodeapi.AddOptions{PinName: long}, nodeapi.CodeInvalidOption, []any{"option", "pinName", "value", long}},
		"identity hash of too much": {nodeapi.AddOptions{HashAlg: "identity"}, nodeapi.CodeBlockTooLarge, nil},
	} {
		_, err := tryAdd(t.Context(), n, test.opts, source(file("", noise(1000))))
		wantCode(t, name, err, test.code, test.details...)
	}
	for _, chunker := range []string{
		"size", "size-", "size-0", "size--1", "size-x", "size-2096897", "size-1-1", "size-1e3",
		"rabin-", "rabin-x", "rabin-0", "rabin--5", "rabin-47", "rabin-1-2-3", "rabin-16-8-4", "rabin-16-32-9999999", "rabin-9999999", "rabin-16-32",
		"buzhash-1", "buz", "default", "-", "no-such",
	} {
		_, err := tryAdd(t.Context(), n, nodeapi.AddOptions{Chunker: chunker}, source(file("", noise(1000))))
		wantCode(t, "chunker "+chunker, err, nodeapi.CodeInvalidChunker, "value", chunker)
	}
	wantAfterGC(t, n, 0)
}

// TestAddRepetitive adds a file whose chunks are all the same.
func TestAddRepetitive(t *testing.T) {
	n := newNode(t, newConfig())
	data := make([]byte, 10<<20)
	c := addFile(t, n, nodeapi.AddOptions{}, data)
	if st := repoStat(t, n); st.NumObjects != 2 {
		t.Errorf("got %d blocks; want the chunk and the root", st.NumObjects)
	}
	if got := cat(t, n, c.String()); !bytes.Equal(got, data) {
		t.Error("cat gave other bytes")
	}
}

// TestAddOneByteAtATime reads from a source that gives little at a time, and
// sometimes nothing.
func TestAddOneByteAtATime(t *testing.T) {
	n := newNode(t, newConfig())
	data := noise(5000)
	want := addFile(t, n, nodeapi.AddOptions{Chunker: "size-1024"}, data)
	slow := &hesitant{r: iotest.OneByteReader(bytes.NewReader(data))}
	added := add(t, n, nodeapi.AddOptions{Chunker: "size-1024"}, nodeapi.AddEntry{Content: slow})
	if added[0].Cid != want {
		t.Errorf("got %s; want %s", added[0].Cid, want)
	}
}

// hesitant answers every other read with no bytes.
type hesitant struct {
	r     io.Reader
	again bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	h.again = !h.again
	if h.again {
		return 0, nil
	}
	return h.r.Read(p)
}

// TestAddSize wants the size of the whole DAG, as directories say it of their
// entries.
func TestAddSize(t *testing.T) {
	n := newNode(t, newConfig())
	for _, size := range []int{0, 5, 3 << 20} {
		added := add(t, n, nodeapi.AddOptions{}, file("", noise(size)))
		var want uint64
		seen := cid.NewSet()
		for _, c := range dagOf(t, n, added[0].Cid) {
			if seen.Visit(c) {
				st, err := n.BlockStat(t.Context(), c)
				must(t, err)
				want += st.Size
			}
		}
		if added[0].Size != want {
			t.Errorf("%d bytes: got size %d; want %d", size, added[0].Size, want)
		}
	}
}

// dagOf returns the CIDs of a DAG.
func dagOf(t testing.TB, n *node.Node, root cid.Cid) []cid.Cid {
	t.Helper()
	all := []cid.Cid{root}
	for p, err := range n.PinList(t.Context(), nodeapi.PinListRequest{Type: "indirect"}) {
		must(t, err)
		if *p.Via == root {
			all = append(all, p.Cid)
		}
	}
	return all
}
