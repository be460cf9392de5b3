package node_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func writeFile(t testing.TB, n *node.Node, p string, data []byte) {
	t.Helper()
	must(t, n.FilesWrite(t.Context(), bytes.NewReader(data), nodeapi.FilesWriteRequest{Path: p, Create: true, Parents: true, Truncate: true}))
}

func readFile(t testing.TB, n *node.Node, p string) []byte {
	t.Helper()
	data, err := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: p})
	if err != nil {
		t.Fatalf("FilesRead %s: %v", p, err)
	}
	return data
}

func tryReadFile(ctx context.Context, n *node.Node, req nodeapi.FilesReadRequest) ([]byte, error) {
	r, err := n.FilesRead(ctx, req)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func listFiles(t testing.TB, n *node.Node, p string) []string {
	t.Helper()
	var names []string
	for e, err := range n.FilesList(t.Context(), nodeapi.FilesListRequest{Path: p}) {
		if err != nil {
			t.Fatalf("FilesList %s: %v", p, err)
		}
		names = append(names, e.Name)
	}
	return names
}

func statFile(t testing.TB, n *node.Node, p string) nodeapi.FilesStat {
	t.Helper()
	st, err := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: p})
	if err != nil {
		t.Fatalf("FilesStat %s: %v", p, err)
	}
	return st
}

func mkdir(t testing.TB, n *node.Node, p string) {
	t.Helper()
	must(t, n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: p, Parents: true}))
}

// emptyRoot is the CID of a tree in which nothing is.
const emptyRoot = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"

func TestFiles(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		if st := statFile(t, n, "/"); st.Cid.String() != emptyRoot || st.Type != "directory" {
			t.Errorf("a new tree is %+v", st)
		}
		data := noise(700_000)
		writeFile(t, n, "/a/b/f", data)
		if got := readFile(t, n, "/a/b/f"); !bytes.Equal(got, data) {
			t.Errorf("read %d bytes; want the %d written", len(got), len(data))
		}
		part, err := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: "/a/b/f", Offset: 300_000, Length: new(uint64(10))})
		if err != nil || !bytes.Equal(part, data[300_000:300_010]) {
			t.Errorf("a part: got %x, %v", part, err)
		}
		must(t, n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/a/b/f"}, To: "/a/"}))
		must(t, n.FilesMove(t.Context(), nodeapi.FilesMoveRequest{From: []string{"/a/b"}, To: "/c"}))
		if got := strings.Join(append(listFiles(t, n, "/"), listFiles(t, n, "/a")...), " "); got != "a c f" {
			t.Errorf("got %q; want a, c, and f in a", got)
		}
		root, err := n.FilesFlush(t.Context(), "/")
		must(t, err)
		if root != statFile(t, n, "/").Cid {
			t.Errorf("flush gave %s; the root is %s", root, statFile(t, n, "/").Cid)
		}
		if got := cat(t, n, root.String()+"/c/f"); !bytes.Equal(got, data) {
			t.Error("what was moved reads otherwise")
		}
		must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/a", "/c"}, Recursive: true}))
		if got := statFile(t, n, "/").Cid.String(); got != emptyRoot {
			t.Errorf("an emptied tree is %s", got)
		}
	})
}

// TestFilesOfContent works on what is under a CID.
func TestFilesOfContent(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, file("d/f", []byte("text")), file("d/g", noise(3<<20)))
	root := "/ipfs/" + added[len(added)-1].Cid.String()
	if got := readFile(t, n, root+"/f"); string(got) != "text" {
		t.Errorf("read %q", got)
	}
	if got := strings.Join(listFiles(t, n, root), " "); got != "f g" {
		t.Errorf("listed %q", got)
	}
	must(t, n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{root, root + "/f"}, To: "/x/y", Parents: true}))
	if got := statFile(t, n, "/x/y/"+strings.TrimPrefix(root, "/ipfs/")); got != statFile(t, n, root) {
		t.Errorf("the copy is %+v; want %+v", got, statFile(t, n, root))
	}
	if got := readFile(t, n, "/x/y/f"); string(got) != "text" {
		t.Errorf("read %q of the copy", got)
	}
	local, err := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: "/x", WithLocal: true})
	if err != nil || !local.Local || local.SizeLocal != local.CumulativeSize {
		t.Errorf("got %+v, %v; want all of it to be local", local, err)
	}
	cbor := putDAG(t, n, `{"a":1}`, nodeapi.DAGPutOptions{})
	err = n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + cbor.String()}, To: "/z"})
	wantCode(t, "a copy of what is no file", err, nodeapi.CodeNotAFile)
}

func TestFilesModeAndTime(t *testing.T) {
	n := newNode(t, newConfig())
	when := &nodeapi.Mtime{Secs: 1_700_000_000, Nsecs: 5}
	must(t, n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: "/d", Mode: new(uint32(0o1750)), Mtime: when}))
	must(t, n.FilesWrite(t.Context(), strings.NewReader("x"), nodeapi.FilesWriteRequest{
		Path: "/d/f", Create: true, Mode: new(uint32(0o640)), Mtime: when, CidVersion: new(1),
	}))
	for p, mode := range map[string]uint32{"/d": 0o1750, "/d/f": 0o640} {
		st := statFile(t, n, p)
		if st.Mode == nil || *st.Mode != mode || st.Mtime == nil || *st.Mtime != *when {
			t.Errorf("%s has %+v; want mode %o and %+v", p, st, mode, when)
		}
		must(t, n.FilesChmod(t.Context(), nodeapi.FilesChmodRequest{Path: p, Mode: 0o777}))
		before := time.Now()
		must(t, n.FilesTouch(t.Context(), nodeapi.FilesTouchRequest{Path: p}))
		st = statFile(t, n, p)
		if *st.Mode != 0o777 || st.Mtime.Secs < before.Unix() {
			t.Errorf("%s has mode %o and %+v", p, *st.Mode, st.Mtime)
		}
	}
	if got := readFile(t, n, "/d/f"); string(got) != "x" {
		t.Errorf("read %q", got)
	}
	must(t, n.FilesTouch(t.Context(), nodeapi.FilesTouchRequest{Path: "/", Mtime: when}))
	for e, err := range n.FilesList(t.Context(), nodeapi.FilesListRequest{Path: "/"}) {
		if err != nil || e.Type != "directory" || *e.Mode != 0o777 {
			t.Errorf("got %+v, %v", e, err)
		}
	}
	for e, err := range n.FilesList(t.Context(), nodeapi.FilesListRequest{Path: "/d/f", Long: new(false)}) {
		if err != nil || e != (nodeapi.MFSEntry{Name: "f", Cid: statFile(t, n, "/d/f").Cid}) {
			t.Errorf("got %+v, %v; want a name and a CID", e, err)
		}
	}
}

// TestFilesRefuse wants what cannot be done refused, and nothing changed.
func TestFilesRefuse(t *testing.T) {
	n := newNode(t, newConfig())
	writeFile(t, n, "/f", []byte("text"))
	writeFile(t, n, "/d/f", []byte("text"))
	mkdir(t, n, "/d/e")
	before := statFile(t, n, "/").Cid
	mkdirAt := func(p string) error { return n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: p}) }
	writeAt := func(req nodeapi.FilesWriteRequest) error {
		return n.FilesWrite(t.Context(), strings.NewReader("x"), req)
	}
	cp := func(to string, from ...string) error {
		return n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: from, To: to})
	}
	mv := func(to string, from ...string) error {
		return n.FilesMove(t.Context(), nodeapi.FilesMoveRequest{From: from, To: to})
	}
	rm := func(paths ...string) error {
		return n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: paths})
	}
	_, statErr := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: "/none"})
	_, belowFile := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: "/f/x"})
	_, flushErr := n.FilesFlush(t.Context(), "/none")
	_, readDir := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: "/d"})
	_, readPast := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: "/f", Offset: 5})
	for _, c := range []struct {
		what string
		err  error
		want nodeapi.Code
	}{
		{"no slash first", mkdirAt("a"), nodeapi.CodeInvalidPath},
		{"nothing", mkdirAt(""), nodeapi.CodeInvalidPath},
		{"a zero byte", mkdirAt("/a\x00b"), nodeapi.CodeInvalidPath},
		{"not UTF-8", mkdirAt("/a\xff"), nodeapi.CodeInvalidPath},
		{"too long", mkdirAt("/" + strings.Repeat("x", 9000)), nodeapi.CodeInvalidPath},
		{"too deep", mkdirAt(strings.Repeat("/x", 2000)), nodeapi.CodeInvalidPath},
		{"there already", mkdirAt("/d"), nodeapi.CodeAlreadyExists},
		{"the root", mkdirAt("/"), nodeapi.CodeAlreadyExists},
		{"no parent", mkdirAt("/x/y"), nodeapi.CodeNoLink},
		{"a file above", mkdirAt("/f/y"), nodeapi.CodeNotADirectory},
		{"CID version 2", n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: "/x", CidVersion: new(2)}), nodeapi.CodeInvalidOption},
		{"an unsafe hash", n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: "/x", HashAlg: "md5"}), nodeapi.CodeUnknownHash},
		{"write without create", writeAt(nodeapi.FilesWriteRequest{Path: "/x"}), nodeapi.CodeNoLink},
		{"write without parents", writeAt(nodeapi.FilesWriteRequest{Path: "/x/y", Create: true}), nodeapi.CodeNoLink},
		{"write to a directory", writeAt(nodeapi.FilesWriteRequest{Path: "/d", Create: true}), nodeapi.CodeNotAFile},
		{"write to the root", writeAt(nodeapi.FilesWriteRequest{Path: "/", Create: true}), nodeapi.CodeNotAFile},
		{"write below a file", writeAt(nodeapi.FilesWriteRequest{Path: "/f/x", Create: true, Parents: true}), nodeapi.CodeNotADirectory},
		{"a huge offset", writeAt(nodeapi.FilesWriteRequest{Path: "/f", Offset: 1 << 63}), nodeapi.CodeInvalidOption},
		{"cp to what is there", cp("/d/e", "/f"), nodeapi.CodeAlreadyExists},
		{"cp of nothing", cp("/x"), nodeapi.CodeInvalidPath},
		{"cp of what is not there", cp("/x", "/none"), nodeapi.CodeNoLink},
		{"cp without parents", cp("/x/y", "/f"), nodeapi.CodeNoLink},
		{"cp of several, one there", cp("/d", "/d/e", "/f"), nodeapi.CodeAlreadyExists},
		{"cp of no CID", cp("/x", "/ipfs/none"), nodeapi.CodeInvalidCID},
		{"cp -f over a directory", n.FilesCopy(t.Context(), nodeapi.FilesCopyRequest{From: []string{"/f"}, To: "/d", Force: true}), nodeapi.CodeIsADirectory},
		{"mv of what is not there", mv("/x", "/none"), nodeapi.CodeNoLink},
		{"mv into itself", mv("/d/e/x", "/d"), nodeapi.CodeInvalidPath},
		{"mv onto itself", mv("/d", "/d"), nodeapi.CodeInvalidPath},
		{"mv of the root", mv("/d/x", "/"), nodeapi.CodeInvalidPath},
		{"mv over one of its name", mv("/d", "/f"), nodeapi.CodeAlreadyExists},
		{"mv of several into a file", mv("/f", "/d", "/d/e"), nodeapi.CodeNotADirectory},
		{"rm of a directory", rm("/d"), nodeapi.CodeIsADirectory},
		{"rm of the root", rm("/"), nodeapi.CodeInvalidPath},
		{"rm of what is not there", rm("/none"), nodeapi.CodeNoLink},
		{"stat of what is not there", statErr, nodeapi.CodeNoLink},
		{"stat below a file", belowFile, nodeapi.CodeNotADirectory},
		{"flush of what is not there", flushErr, nodeapi.CodeNoLink},
		{"read of a directory", readDir, nodeapi.CodeNotAFile},
		{"read past the end", readPast, nodeapi.CodeInvalidOption},
		{"touch of what is not there", n.FilesTouch(t.Context(), nodeapi.FilesTouchRequest{Path: "/none"}), nodeapi.CodeNoLink},
		{"nanoseconds", n.FilesTouch(t.Context(), nodeapi.FilesTouchRequest{Path: "/f", Mtime: &nodeapi.Mtime{Nsecs: 1e9}}), nodeapi.CodeInvalidOption},
		{"a mode of too many bits", n.FilesChmod(t.Context(), nodeapi.FilesChmodRequest{Path: "/f", Mode: 0o10000}), nodeapi.CodeInvalidOption},
	} {
		wantCode(t, c.what, c.err, c.want)
	}
	if after := statFile(t, n, "/").Cid; after != before {
		t.Errorf("the tree was %s and is %s", before, after)
	}
	if err := rm("/none", "/f"); nodeapi.CodeOf(err) != nodeapi.CodeNoLink || strings.Join(listFiles(t, n, "/"), " ") != "d" {
		t.Errorf("rm of two: got %v and %q", err, listFiles(t, n, "/"))
	}
}

// TestFilesWriteOfABrokenSource wants nothing changed by it.
func TestFilesWriteOfABrokenSource(t *testing.T) {
	n := newNode(t, newConfig())
	writeFile(t, n, "/f", []byte("text"))
	before := statFile(t, n, "/").Cid
	broken := errors.New("the source is broken")
	r := io.MultiReader(bytes.NewReader(noise(3<<20)), readerFunc(func([]byte) (int, error) { return 0, broken }))
	err := n.FilesWrite(t.Context(), r, nodeapi.FilesWriteRequest{Path: "/f", Truncate: true})
	if !errors.Is(err, broken) || statFile(t, n, "/").Cid != before {
		t.Errorf("got %v, and the root was %s and is %s", err, before, statFile(t, n, "/").Cid)
	}
	if removed := gc(t, n); len(removed) == 0 {
		t.Error("what it wrote is not garbage")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
