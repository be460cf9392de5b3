package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func TestCatRanges(t *testing.T) {
	const chunk, size = 1000, 10_500
	data := noise(size)
	offsets := []uint64{0, 1, chunk - 1, chunk, chunk + 1, 5 * chunk, size - 1, size, size + 1, 1 << 63, 1<<64 - 1}
	lengths := []uint64{0, 1, chunk, chunk + 1, 3 * chunk, size, 1<<64 - 1}
	for name, opts := range map[string]nodeapi.AddOptions{
		"raw leaves":    {Chunker: "size-1000"},
		"dag-pb leaves": {Chunker: "size-1000", RawLeaves: new(false)},
		"trickle":       {Chunker: "size-1000", Trickle: true},
		"one block":     {},
		"deep":          {Chunker: "size-16", Profile: "unixfs-v0-2015"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, newConfig())
			path := addFile(t, n, opts, data).String()
			for _, offset := range offsets {
				from := min(offset, size)
				rest := data[from:]
				got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: path, Offset: offset})
				if err != nil || !bytes.Equal(got, rest) {
					t.Errorf("from %d: got %d bytes, %v; want %d", offset, len(got), err, len(rest))
				}
				for _, length := range lengths {
					want := rest[:min(length, uint64(len(rest)))]
					got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: path, Offset: offset, Length: &length})
					if err != nil || !bytes.Equal(got, want) {
						t.Errorf("%d bytes from %d: got %d bytes, %v; want %d", length, offset, len(got), err, len(want))
					}
				}
			}
		})
	}
}

// TestCatReadsWhatItNeeds counts the blocks read for a range.
func TestCatReadsWhatItNeeds(t *testing.T) {
	cfg := plainConfig()
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	n := newNode(t, cfg)
	c := addFile(t, n, nodeapi.AddOptions{Profile: "unixfs-v0-2015", Chunker: "size-65536"}, noise(400*65536)).String()
	for _, test := range []struct {
		offset, length uint64
		want           int
	}{
		{0, 1, 3},             // root, inner node, leaf
		{200 * 65536, 1, 3},   // the same further on
		{200*65536 - 1, 2, 4}, // two leaves
		{174*65536 - 1, 2, 5}, // two leaves under two inner nodes
		{1 << 40, 1, 1},       // past the end
		{5, 0, 1},             // nothing
	} {
		w.got()
		_, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: c, Offset: test.offset, Length: &test.length})
		must(t, err)
		if got := w.got(); got != test.want {
			t.Errorf("%d bytes from %d: read %d blocks; want %d", test.length, test.offset, got, test.want)
		}
	}
}

// TestCatReadsAhead wants several blocks to be loaded at a time for who reads, and
// few ahead of who does not.
func TestCatReadsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := plainConfig()
		w := watch(cfg.Blockstore)
		cfg.Blockstore = w
		cfg.Hasher = slowHasher{} // a browser's answers from outside of the bubble
		n := newNode(t, cfg)
		data := noise(32 << 20)
		c := addFile(t, n, nodeapi.AddOptions{}, data).String()
		w.got()
		w.getTime = 5 * time.Millisecond
		r, err := n.Cat(t.Context(), nodeapi.CatRequest{Path: c})
		must(t, err)
		defer r.Close()
		time.Sleep(time.Second)
		if got := w.got(); got < 2 || got > 3 {
			t.Errorf("read %d blocks of 1 MiB ahead, with the root; want some, within 2 MiB", got)
		}
		_, err = io.ReadFull(r, make([]byte, 10<<20))
		must(t, err)
		time.Sleep(time.Second)
		if got := w.got(); got < 13 || got > 18 {
			t.Errorf("read %d blocks in all for who has read 10 MiB; want some ahead, within 6 MiB", got)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data[10<<20:]) {
			t.Errorf("read %d other bytes, %v", len(got), err)
		}
		if got := w.mostGetting.Load(); got < 3 {
			t.Errorf("loaded %d blocks at a time; want several", got)
		}
	})
}

func TestCatWriterTo(t *testing.T) {
	n := newNode(t, newConfig())
	data := noise(5 << 20)
	r, err := n.Cat(t.Context(), nodeapi.CatRequest{Path: addFile(t, n, nodeapi.AddOptions{}, data).String(), Offset: 3})
	must(t, err)
	defer r.Close()
	var head [4]byte
	_, err = io.ReadFull(r, head[:])
	must(t, err)
	var rest bytes.Buffer
	written, err := r.(io.WriterTo).WriteTo(&rest)
	if err != nil || written != int64(rest.Len()) || !bytes.Equal(append(head[:], rest.Bytes()...), data[3:]) {
		t.Errorf("got %d bytes and then %d, %v", len(head), rest.Len(), err)
	}
	full := errors.New("full")
	r, err = n.Cat(t.Context(), nodeapi.CatRequest{Path: addFile(t, n, nodeapi.AddOptions{}, data).String()})
	must(t, err)
	defer r.Close()
	if _, err := r.(io.WriterTo).WriteTo(failingWriter{full}); !errors.Is(err, full) {
		t.Errorf("got error %v; want the writer's", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestCatErrors(t *testing.T) {
	n := newNode(t, newConfig())
	added := add(t, n, nodeapi.AddOptions{}, file("d/f", []byte("f")))
	root := added[len(added)-1].Cid
	cbor, err := n.DAGPut(t.Context(), []byte(`{"a":1}`), nodeapi.DAGPutOptions{InputCodec: "dag-json"})
	must(t, err)
	plain := putBlock(t, n, []byte{0x0a, 0x01, 0xff}, nodeapi.BlockPutOptions{Format: "dag-pb"}) // data, but not UnixFS
	broken := putBlock(t, n, []byte("no protobuf"), nodeapi.BlockPutOptions{Format: "dag-pb"})
	missing := cidOf(t, []byte("missing"), cid.Raw, 0x12)
	for _, test := range []struct {
		path    string
		code    nodeapi.Code
		details []any
	}{
		{"", nodeapi.CodeInvalidPath, []any{"value", ""}},
		{"/", nodeapi.CodeInvalidPath, []any{"value", "/"}},
		{"/ipfs/", nodeapi.CodeInvalidPath, []any{"value", "/ipfs/"}},
		{"/ipns/x", nodeapi.CodeInvalidName, []any{"value", "x"}},
		{"nonsense", nodeapi.CodeInvalidCID, []any{"value", "nonsense"}},
		{"/ipfs/nonsense/a", nodeapi.CodeInvalidCID, []any{"value", "nonsense"}},
		{missing.String(), nodeapi.CodeNotFound, []any{"cid", missing.String()}},
		{missing.String() + "/a", nodeapi.CodeNotADirectory, nil},
		{root.String(), nodeapi.CodeNotAFile, []any{"path", root.String()}},
		{root.String() + "/g", nodeapi.CodeNoLink, []any{"path", root.String() + "/g", "cid", root.String(), "link", "g"}},
		{root.String() + "/f/g", nodeapi.CodeNotADirectory, []any{"path", root.String() + "/f/g"}},
		{cbor.String(), nodeapi.CodeNotAFile, []any{"path", cbor.String()}},
		{cbor.String() + "/a", nodeapi.CodeNotAFile, []any{"path", cbor.String() + "/a"}},
		{plain.String(), nodeapi.CodeNotAFile, nil},
		{broken.String(), nodeapi.CodeInvalidBlock, []any{"cid", broken.String()}},
	} {
		_, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: test.path})
		wantCode(t, fmt.Sprintf("cat %q", test.path), err, test.code, test.details...)
	}
}

// TestCatMissingLeaf gives the bytes up to a block that is missing, and then the
// error that names it.
func TestCatMissingLeaf(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	data := noise(5 << 20)
	c := addFile(t, n, nodeapi.AddOptions{}, data)
	leaf := cidOf(t, data[3<<20:4<<20], cid.Raw, 0x12)
	must(t, cfg.Blockstore.DeleteBlock(t.Context(), leaf))
	got, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: c.String()})
	wantCode(t, "cat", err, nodeapi.CodeNotFound, "cid", leaf.String())
	if !bytes.Equal(got, data[:3<<20]) {
		t.Errorf("got %d bytes before the error; want 3 MiB", len(got))
	}
}

// TestCatEnds wants a reader to stop when it is closed, its context ends or the
// node is closed.
func TestCatEnds(t *testing.T) {
	n, err := node.New(t.Context(), newConfig())
	must(t, err)
	c := addFile(t, n, nodeapi.AddOptions{}, noise(32<<20)).String()

	r, err := n.Cat(t.Context(), nodeapi.CatRequest{Path: c})
	must(t, err)
	must(t, r.Close())
	if _, err := r.Read(make([]byte, 1)); err == nil {
		t.Error("reading from a closed reader gave no error")
	}

	r, err = n.Cat(t.Context(), nodeapi.CatRequest{Path: c})
	must(t, err)
	go func() { _ = r.Close() }() // while it is being read
	_, _ = io.Copy(io.Discard, r) // ends, one way or the other

	ctx, cancel := context.WithCancel(t.Context())
	r, err = n.Cat(ctx, nodeapi.CatRequest{Path: c})
	must(t, err)
	cancel()
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context ended: got %v", err)
	}

	r, err = n.Cat(t.Context(), nodeapi.CatRequest{Path: c})
	must(t, err)
	must(t, n.Close()) // returns though the reader is open
	_, err = io.Copy(io.Discard, r)
	wantCode(t, "after Close", err, nodeapi.CodeStorageClosed)
}
