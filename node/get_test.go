package node_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	ipld "github.com/ipfs/go-ipld-format"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func tryGet(t testing.TB, n *node.Node, req nodeapi.GetRequest) ([]byte, error) {
	t.Helper()
	r, err := n.Get(t.Context(), req)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// untar returns the contents by name; a directory's name ends in "/".
func untar(t testing.TB, archive []byte) map[string]string {
	t.Helper()
	contents := map[string]string{}
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return contents
		}
		must(t, err)
		data, err := io.ReadAll(r)
		must(t, err)
		name := h.Name
		if h.Typeflag == tar.TypeSymlink {
			name += "@" + h.Linkname
		}
		if h.Typeflag == tar.TypeDir {
			name += "/"
		}
		contents[name] = string(data)
	}
}

func gunzip(t testing.TB, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	must(t, err)
	plain, err := io.ReadAll(r)
	must(t, err)
	return plain
}

// TestGet is beside the archives compared with Kubo's.
func TestGet(t *testing.T) {
	n := newNode(t, newConfig())
	big := noise(1<<20 + 5)
	added := add(t, n, nodeapi.AddOptions{}, file("d/a", []byte("a")), file("d/sub/big", big))
	root := added[len(added)-1].Cid.String()
	for name, test := range map[string]struct {
		req  nodeapi.GetRequest
		want map[string]string
	}{
		"tree":             {nodeapi.GetRequest{Path: root}, map[string]string{root + "/": "", root + "/a": "a", root + "/sub/": "", root + "/sub/big": string(big)}},
		"directory in it":  {nodeapi.GetRequest{Path: root + "/sub", Archive: true}, map[string]string{"sub/": "", "sub/big": string(big)}},
		"file":             {nodeapi.GetRequest{Path: root + "/a"}, map[string]string{"a": "a"}},
		"zipped archive":   {nodeapi.GetRequest{Path: root + "/a", Archive: true, Compress: true}, map[string]string{"a": "a"}},
		"zipped, level":    {nodeapi.GetRequest{Path: root + "/a", Archive: true, Compress: true, CompressionLevel: new(9)}, map[string]string{"a": "a"}},
		"file of one leaf": {nodeapi.GetRequest{Path: added[0].Cid.String()}, map[string]string{added[0].Cid.String(): "a"}},
	} {
		data, err := tryGet(t, n, test.req)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if test.req.Compress {
			data = gunzip(t, data)
		}
		got := untar(t, data)
		for path, content := range test.want {
			if c, has := got[path]; !has || c != content {
				t.Errorf("%s: %s is there: %v, with %d bytes; want %d", name, path, has, len(c), len(content))
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: got %d entries; want %d", name, len(got), len(test.want))
		}
	}
	data, err := tryGet(t, n, nodeapi.GetRequest{Path: root + "/sub/big", Compress: true})
	if err != nil || !bytes.Equal(gunzip(t, data), big) {
		t.Errorf("a file compressed without TAR: got %d bytes, %v", len(data), err)
	}
}

// directoryOf makes a directory of links as they are, valid or not.
func directoryOf(t testing.TB, n *node.Node, links ...*ipld.Link) string {
	t.Helper()
	nd := unixfs.EmptyDirNode()
	for _, l := range links {
		must(t, nd.AddRawLink(l.Name, l))
	}
	return putBlock(t, n, nd.RawData(), nodeapi.BlockPutOptions{Format: "dag-pb"}).String()
}

func TestGetSymlink(t *testing.T) {
	n := newNode(t, newConfig())
	data, err := unixfs.SymlinkData("a/b")
	must(t, err)
	c := putBlock(t, n, merkledag.NodeWithData(data).RawData(), nodeapi.BlockPutOptions{Format: "dag-pb"})
	root := directoryOf(t, n, &ipld.Link{Name: "l", Cid: c})
	archive, err := tryGet(t, n, nodeapi.GetRequest{Path: root})
	must(t, err)
	if got := untar(t, archive); len(got) != 2 {
		t.Errorf("got %v; want a symlink", got)
	} else if _, has := got[root+"/l@a/b"]; !has {
		t.Errorf("got %v; want a symlink to a/b", got)
	}
}

func TestGetErrors(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	added := add(t, n, nodeapi.AddOptions{}, file("d/a", []byte("a")))
	leaf, root := added[0].Cid, added[1].Cid.String()
	cbor := putDAG(t, n, `{}`, nodeapi.DAGPutOptions{})
	for name, test := range map[string]struct {
		req     nodeapi.GetRequest
		code    nodeapi.Code
		details []any
	}{
		"level 0":              {nodeapi.GetRequest{Path: root, Compress: true, CompressionLevel: new(0)}, nodeapi.CodeInvalidOption, []any{"option", "compressionLevel", "value", 0}},
		"level 10":             {nodeapi.GetRequest{Path: root, Compress: true, CompressionLevel: new(10)}, nodeapi.CodeInvalidOption, []any{"option", "compressionLevel", "value", 10}},
		"a directory zipped":   {nodeapi.GetRequest{Path: root, Compress: true}, nodeapi.CodeNotAFile, []any{"path", root}},
		"no link":              {nodeapi.GetRequest{Path: root + "/b"}, nodeapi.CodeNoLink, []any{"link", "b"}},
		"not UnixFS":           {nodeapi.GetRequest{Path: cbor.String()}, nodeapi.CodeNotAFile, nil},
		"not UnixFS in it":     {nodeapi.GetRequest{Path: directoryOf(t, n, &ipld.Link{Name: "x", Cid: cbor})}, nodeapi.CodeInvalidBlock, []any{"cid", cbor.String()}},
		"a name upwards":       {nodeapi.GetRequest{Path: directoryOf(t, n, &ipld.Link{Name: "..", Cid: leaf})}, nodeapi.CodeInvalidPath, nil},
		"a name of two":        {nodeapi.GetRequest{Path: directoryOf(t, n, &ipld.Link{Name: "../../x", Cid: leaf})}, nodeapi.CodeInvalidPath, nil},
		"a name of nothing":    {nodeapi.GetRequest{Path: directoryOf(t, n, &ipld.Link{Cid: leaf})}, nodeapi.CodeInvalidPath, nil},
		"a path that is none":  {nodeapi.GetRequest{Path: "x"}, nodeapi.CodeInvalidCID, []any{"value", "x"}},
		"a missing part of it": {nodeapi.GetRequest{Path: directoryOf(t, n, &ipld.Link{Name: "x", Cid: cidOf(t, []byte("?"), 0x55, 0x12)})}, nodeapi.CodeNotFound, nil},
	} {
		_, err := tryGet(t, n, test.req)
		wantCode(t, name, err, test.code, test.details...)
	}
}

// TestGetEnds wants an archive that nobody reads to end with its context.
func TestGetEnds(t *testing.T) {
	n, err := node.New(t.Context(), newConfig())
	must(t, err)
	c := addFile(t, n, nodeapi.AddOptions{}, noise(8<<20)).String()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := n.Get(ctx, nodeapi.GetRequest{Path: c})
	must(t, err)
	cancel()
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v; want that of the context", err)
	}
	closed, err := n.Get(t.Context(), nodeapi.GetRequest{Path: c})
	must(t, err)
	must(t, closed.Close())
	open, err := n.Get(t.Context(), nodeapi.GetRequest{Path: c})
	must(t, err)
	must(t, n.Close()) // though nobody reads
	_, err = io.Copy(io.Discard, open)
	wantCode(t, "after Close", err, nodeapi.CodeStorageClosed)
}
