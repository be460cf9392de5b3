package node_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestKuboFilesSharded fills a directory until it is sharded and empties it
// until it is not, here and there.
func TestKuboFilesSharded(t *testing.T) {
	kubo := startKuboFiles(t)
	n := newNode(t, newConfig())
	names := make([]string, 1150) // a few more than fit into one block
	for i := range names {
		names[i] = fmt.Sprintf("/%d-%s", i, strings.Repeat("x", 200))
	}
	check := func(i int) {
		t.Helper()
		if i%100 == 0 || i > len(names)-10 {
			compareFiles(t, n, kubo, "/", nil)
		}
	}
	for i, name := range names {
		_, err := kubo.call("files/mkdir", url.Values{"arg": {name}}, nil)
		must(t, err)
		mkdir(t, n, name)
		check(i)
	}
	sharded, flat := false, false
	for _, change := range []string{"shard", "rm"} {
		data := must1(n.BlockGet(t.Context(), statFile(t, n, "/").Cid))
		if change == "shard" {
			sharded = len(data) < 200_000
			compareTree(t, n, kubo, names[0], nil)
			continue
		}
		for i, name := range names[:len(names)/2] {
			_, err := kubo.call("files/rm", url.Values{"arg": {name}, "recursive": {"true"}}, nil)
			must(t, err)
			must(t, n.FilesRemove(t.Context(), nodeapi.FilesRemoveRequest{Paths: []string{name}, Recursive: true}))
			check(i)
		}
		compareFiles(t, n, kubo, "/", nil)
		flat = len(must1(n.BlockGet(t.Context(), statFile(t, n, "/").Cid))) > len(names)/2*200
	}
	if !sharded || !flat {
		t.Errorf("the directory was sharded: %v, and in one block again: %v; want both", sharded, flat)
	}
	if got := len(listFiles(t, n, "/")); got != len(names)-len(names)/2 {
		t.Errorf("%d entries are left", got)
	}
}

// TestKuboFilesModes sets modes and times here and there.
func TestKuboFilesModes(t *testing.T) {
	kubo := startKuboFiles(t)
	n := newNode(t, newConfig())
	for _, version := range []int{0, 1} {
		dir := fmt.Sprint("/", version)
		_, err := kubo.call("files/mkdir", url.Values{"arg": {dir}, "cid-version": {fmt.Sprint(version)}}, nil)
		must(t, err)
		must(t, n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: dir, CidVersion: &version}))
		for name, size := range map[string]int{"small": 10, "big": 600_000, "none": 0} {
			p := dir + "/" + name
			_, err := kubo.call("files/write", url.Values{"arg": {p}, "create": {"true"}}, noise(size))
			must(t, err)
			must(t, n.FilesWrite(t.Context(), bytes.NewReader(noise(size)), nodeapi.FilesWriteRequest{Path: p, Create: true}))
			compareFiles(t, n, kubo, p, []string{"write " + p})
		}
		for _, p := range []string{dir + "/small", dir + "/big", dir + "/none", dir, "/"} {
			_, err := kubo.call("files/chmod", url.Values{"arg": {"0640", p}}, nil)
			must(t, err)
			must(t, n.FilesChmod(t.Context(), nodeapi.FilesChmodRequest{Path: p, Mode: 0o640}))
			compareFiles(t, n, kubo, p, []string{"chmod " + p})
			compareFiles(t, n, kubo, "/", []string{"chmod " + p})
			_, err = kubo.call("files/touch", url.Values{"arg": {p}, "mtime": {"1700000000"}, "mtime-nsecs": {"7"}}, nil)
			must(t, err)
			must(t, n.FilesTouch(t.Context(), nodeapi.FilesTouchRequest{Path: p, Mtime: &nodeapi.Mtime{Secs: 1_700_000_000, Nsecs: 7}}))
			compareFiles(t, n, kubo, "/", []string{"touch " + p})
		}
	}
	compareTree(t, n, kubo, "/", nil)
}

// TestKuboFilesParts reads parts here and there.
func TestKuboFilesParts(t *testing.T) {
	kubo := startKuboFiles(t)
	n := newNode(t, newConfig())
	const size = 600_000
	_, err := kubo.call("files/write", url.Values{"arg": {"/f"}, "create": {"true"}}, noise(size))
	must(t, err)
	writeFile(t, n, "/f", noise(size))
	for _, offset := range []uint64{0, 1, 262_144, size - 1, size, size + 1} {
		for _, length := range []uint64{0, 1, 262_144, size, 1 << 40} {
			args := url.Values{"arg": {"/f"}, "offset": {fmt.Sprint(offset)}, "count": {fmt.Sprint(length)}}
			want, err := kubo.call("files/read", args, nil)
			got, ourErr := tryReadFile(t.Context(), n, nodeapi.FilesReadRequest{Path: "/f", Offset: offset, Length: &length})
			if !bytes.Equal(got, want) && err == nil || codeOf(ourErr) != kuboCode("files/read", err) {
				t.Errorf("%v: got %d bytes, %v; Kubo says %d, %v", args, len(got), ourErr, len(want), err)
			}
		}
	}
}
