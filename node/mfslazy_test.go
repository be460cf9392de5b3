//go:build !js

// The hosts here talk over TCP.

package node_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestFilesAreLazy links a directory of another node into the tree, and wants of
// it what is asked for and no more, by whatever asks.
func TestFilesAreLazy(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	big := noise(3 << 20)
	added := add(t, a.Node, nodeapi.AddOptions{Chunker: "size-262144"},
		file("d/one/f", big), file("d/two/g", []byte("g")), file("d/three/h", big[1:]))
	root := "/ipfs/" + added[len(added)-1].Cid.String()
	ctx := soon(t)

	offline := nodeapi.WithOffline(ctx)
	err := b.FilesCopy(offline, nodeapi.FilesCopyRequest{From: []string{root}, To: "/d"})
	wantCode(t, "a copy of what is not here, offline", err, nodeapi.CodeNotFound)
	must(t, b.FilesCopy(ctx, nodeapi.FilesCopyRequest{From: []string{root}, To: "/d"}))
	local, err := b.FilesStat(ctx, nodeapi.FilesStatRequest{Path: "/d", WithLocal: true})
	if err != nil || local.Local || local.SizeLocal == 0 || local.SizeLocal > 1000 {
		t.Errorf("of the copy is here %+v, %v; want its first block alone", local, err)
	}
	gc(t, b.Node) // has it stay so

	must(t, b.FilesWrite(ctx, strings.NewReader("new"), nodeapi.FilesWriteRequest{Path: "/d/two/n", Create: true}))
	must(t, b.FilesMove(ctx, nodeapi.FilesMoveRequest{From: []string{"/d/two/g"}, To: "/g"}))
	must(t, b.FilesWrite(ctx, strings.NewReader("changed"), nodeapi.FilesWriteRequest{Path: "/d/three/h", Offset: 1 << 20}))
	local, err = b.FilesStat(ctx, nodeapi.FilesStatRequest{Path: "/d", WithLocal: true})
	if err != nil || local.Local || local.SizeLocal > 1<<20 {
		t.Errorf("after changes below it is here %+v, %v; want the blocks changed alone", local, err)
	}
	if got := readFile(t, b.Node, "/d/one/f"); !bytes.Equal(got, big) {
		t.Error("the file that was copied reads otherwise")
	}
	want := bytes.Clone(big[1:])
	copy(want[1<<20:], "changed")
	if got := readFile(t, b.Node, "/d/three/h"); !bytes.Equal(got, want) {
		t.Error("the file that was changed reads otherwise")
	}
	if got := strings.Join(listFiles(t, b.Node, "/d/two"), " "); got != "n" {
		t.Errorf("the directory has %q; want n", got)
	}
}

// TestFilesNotToBeFound waits for blocks that nobody has, and wants other changes
// to go on meanwhile.
func TestFilesNotToBeFound(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	added := add(t, a.Node, nodeapi.AddOptions{}, file("d/one/f", []byte("f")))
	must(t, b.FilesCopy(soon(t), nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + added[len(added)-1].Cid.String()}, To: "/d"}))
	must(t, a.host.Close())
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- b.FilesMkdir(ctx, nodeapi.FilesMkdirRequest{Path: "/d/one/x"}) }()
	for _, p := range []string{"/x", "/d/x", "/y"} {
		must(t, b.FilesMkdir(soon(t), nodeapi.FilesMkdirRequest{Path: p}))
	}
	gc(t, b.Node)
	must(t, b.FilesRemove(soon(t), nodeapi.FilesRemoveRequest{Paths: []string{"/d"}, Recursive: true}))
	cancel()
	// Either it was still waiting, or it looked again, and found nothing.
	if err := <-result; !errors.Is(err, context.Canceled) && nodeapi.CodeOf(err) != nodeapi.CodeNoLink {
		t.Errorf("got %v", err)
	}
}
