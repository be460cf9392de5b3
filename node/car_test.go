package node_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/node/car"
)

// carOf makes a CAR of blocks that need not be what their CIDs say.
func carOf(t testing.TB, roots []cid.Cid, blocks map[cid.Cid]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := car.NewWriter(&out, roots...)
	must(t, err)
	for c, data := range blocks {
		must(t, w.Put(c, []byte(data)))
	}
	return out.Bytes()
}

// rawBlock returns the CID of a raw block.
func rawBlock(t testing.TB, data string) cid.Cid {
	t.Helper()
	c, err := cid.NewPrefixV1(cid.Raw, multihash.SHA2_256).Sum([]byte(data))
	must(t, err)
	return c
}

func TestDAGExportAndImport(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		from := newNode(t, newConfig())
		var roots []nodeapi.ImportedRoot
		var cars [][]byte
		for _, size := range []int{0, 11, 3<<20 + 1} {
			root := addFile(t, from, nodeapi.AddOptions{Chunker: "size-65536"}, noise(size))
			roots = append(roots, nodeapi.ImportedRoot{Cid: root})
			cars = append(cars, export(t, from, root.String()))
		}
		to := newNode(t, cfg)
		got, imported, err := tryImport(t, to, nodeapi.DAGImportOptions{}, cars...)
		if err != nil || !slices.Equal(got, roots) || imported != (nodeapi.DAGImported{BlockCount: 1 + 1 + 50, BlockBytesCount: imported.BlockBytesCount}) {
			t.Fatalf("got %v, %+v, %v; want %v and 52 blocks", got, imported, err, roots)
		}
		wantAfterGC(t, to, 52)
		for i, size := range []int{0, 11, 3<<20 + 1} {
			if !bytes.Equal(cat(t, to, roots[i].Cid.String()), noise(size)) {
				t.Errorf("the file of %d bytes is another one", size)
			}
			if !bytes.Equal(export(t, to, roots[i].Cid.String()), cars[i]) {
				t.Errorf("the CAR of the file of %d bytes is another one", size)
			}
		}
	})
}

// Of version 2 a CAR may have padding, and an index after its data, which is
// passed over.
func TestDAGImportVersion2(t *testing.T) {
	from, n := newNode(t, newConfig()), newNode(t, newConfig())
	var cars [][]byte
	for _, size := range []int{100, 200} {
		v1 := export(t, from, addFile(t, from, nodeapi.AddOptions{}, noise(size)).String())
		v2 := append([]byte("\x0a\xa1\x67version\x02"), make([]byte, 16)...)
		for _, number := range []int{51 + 7, len(v1), 51 + 7 + len(v1)} {
			v2 = binary.LittleEndian.AppendUint64(v2, uint64(number))
		}
		v2 = append(append(v2, make([]byte, 7)...), v1...)
		cars = append(cars, append(v2, "an index that nobody reads"...))
	}
	roots, imported, err := tryImport(t, n, nodeapi.DAGImportOptions{}, cars...)
	if err != nil || len(roots) != 2 || roots[0].PinErrorMsg+roots[1].PinErrorMsg != "" || imported.BlockBytesCount != 300 {
		t.Errorf("got %+v, %+v, %v", roots, imported, err)
	}
}

func TestDAGImportWithoutPins(t *testing.T) {
	from, to := newNode(t, newConfig()), newNode(t, newConfig())
	archive := export(t, from, addFile(t, from, nodeapi.AddOptions{}, noise(2<<20)).String())
	roots, imported, err := tryImport(t, to, nodeapi.DAGImportOptions{PinRoots: new(false)}, archive)
	if err != nil || len(roots) > 0 || imported.BlockCount != 3 {
		t.Errorf("got %v, %+v, %v; want no roots and 3 blocks", roots, imported, err)
	}
	wantAfterGC(t, to, 0)
}

// A root need not be in the CAR, and what is under it neither: it is pinned if
// the repo has it all.
func TestDAGImportRoots(t *testing.T) {
	n := newNode(t, newConfig())
	here := addFile(t, n, nodeapi.AddOptions{PinName: "mine"}, noise(100))
	gone := rawBlock(t, "gone")
	parent := putDAG(t, n, `{"gone":{"/":"`+gone.String()+`"}}`, nodeapi.DAGPutOptions{})
	inline := identity(t, "inline")
	unknown := cid.NewCidV1(0x9999, gone.Hash())
	weak, err := multihash.Sum([]byte("weak"), multihash.SHA1, 4)
	must(t, err)
	all := []cid.Cid{here, gone, parent, inline, unknown, cid.NewCidV1(cid.Raw, weak)}
	roots, _, err := tryImport(t, n, nodeapi.DAGImportOptions{}, carOf(t, slices.Concat(all, all), nil))
	if err != nil || len(roots) != len(all) {
		t.Fatalf("got %v, %v; want %d roots", roots, err, len(all))
	}
	for i, want := range []nodeapi.Code{
		"", nodeapi.CodeNotFound, nodeapi.CodeNotFound, "", nodeapi.CodeUnknownCodec, nodeapi.CodeUnknownHash,
	} {
		if roots[i].Cid != all[i] || roots[i].Code != want || (want == "") != (roots[i].PinErrorMsg == "") {
			t.Errorf("root %d: got %+v; want %s with code %q", i, roots[i], all[i], want)
		}
	}
	names := map[cid.Cid]string{}
	for p, err := range n.PinList(t.Context(), nodeapi.PinListRequest{Type: "recursive"}) {
		must(t, err)
		names[p.Cid] = p.Name
	}
	if len(names) != 2 || names[here] != "mine" {
		t.Errorf("pinned: %v; want the file, under the name that it had, and the identity", names)
	}
}

func TestDAGImportOfWhatIsNone(t *testing.T) {
	good, other := rawBlock(t, "good"), rawBlock(t, "other")
	whole := carOf(t, []cid.Cid{good}, map[cid.Cid]string{good: "good"})
	large := string(make([]byte, 2<<20+1))
	weak, err := multihash.Sum([]byte("weak"), multihash.SHA1, 4)
	must(t, err)
	weakCID := cid.NewCidV1(cid.Raw, weak)
	for name, test := range map[string]struct {
		car  []byte
		want nodeapi.Code
	}{
		"nothing":              {nil, nodeapi.CodeInvalidCAR},
		"text":                 {[]byte("hello"), nodeapi.CodeInvalidCAR},
		"cut short":            {whole[:len(whole)-1], nodeapi.CodeInvalidCAR},
		"an endless length":    {bytes.Repeat([]byte{0xff}, 100), nodeapi.CodeInvalidCAR},
		"an absurd length":     {append(bytes.Clone(whole), binary.AppendUvarint(nil, 1<<62)...), nodeapi.CodeInvalidCAR},
		"other bytes":          {carOf(t, nil, map[cid.Cid]string{other: "good"}), nodeapi.CodeInvalidBlock},
		"other identity":       {carOf(t, nil, map[cid.Cid]string{identity(t, "a"): "b"}), nodeapi.CodeInvalidBlock},
		"a block too large":    {carOf(t, nil, map[cid.Cid]string{rawBlock(t, large): large}), nodeapi.CodeBlockTooLarge},
		"a hash that is weak":  {carOf(t, nil, map[cid.Cid]string{weakCID: "weak"}), nodeapi.CodeUnknownHash},
		"more roots than most": {carOf(t, slices.Repeat([]cid.Cid{good}, 1<<20/41+1), nil), nodeapi.CodeInvalidCAR},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t, newConfig())
			roots, _, err := tryImport(t, n, nodeapi.DAGImportOptions{}, whole, test.car)
			wantCode(t, "DAGImport", err, test.want)
			if test.want == nodeapi.CodeInvalidCAR {
				wantCode(t, "DAGImport", err, test.want, "name", "1.car")
			}
			if len(roots) > 0 {
				t.Errorf("roots %v were told of", roots)
			}
			wantAfterGC(t, n, 0) // the good one neither
		})
	}
}

// The number of roots is bounded over all CARs of an import.
func TestDAGImportManyRoots(t *testing.T) {
	n := newNode(t, newConfig())
	var cars [][]byte
	for i := range 4 {
		var roots []cid.Cid
		for j := range 20_000 {
			roots = append(roots, rawBlock(t, string(binary.BigEndian.AppendUint32(nil, uint32(i<<16+j)))))
		}
		cars = append(cars, carOf(t, roots, nil))
	}
	_, _, err := tryImport(t, n, nodeapi.DAGImportOptions{PinRoots: new(false)}, cars...)
	wantCode(t, "DAGImport", err, nodeapi.CodeInvalidCAR, "name", "3.car")
}

// An error of the source ends the import as it is, and so does one of who is told.
func TestDAGImportEnds(t *testing.T) {
	from, n := newNode(t, newConfig()), newNode(t, newConfig())
	archive := export(t, from, addFile(t, from, nodeapi.AddOptions{}, noise(100)).String())
	failed := errors.New("the source failed")
	fails := func(yield func(nodeapi.CAR, error) bool) {
		if yield(nodeapi.CAR{Content: bytes.NewReader(archive)}, nil) {
			yield(nodeapi.CAR{}, failed)
		}
	}
	ignore := func(nodeapi.ImportedRoot) error { return nil }
	if _, err := n.DAGImport(t.Context(), fails, nodeapi.DAGImportOptions{}, ignore); !errors.Is(err, failed) {
		t.Errorf("got %v; want the source's error", err)
	}
	broken := func(yield func(nodeapi.CAR, error) bool) {
		yield(nodeapi.CAR{Content: io.MultiReader(bytes.NewReader(archive[:70]), brokenReader{failed})}, nil)
	}
	if _, err := n.DAGImport(t.Context(), broken, nodeapi.DAGImportOptions{}, ignore); !errors.Is(err, failed) {
		t.Errorf("got %v; want the reader's error", err)
	}
	wantAfterGC(t, n, 0)
	whole := func(yield func(nodeapi.CAR, error) bool) {
		yield(nodeapi.CAR{Content: bytes.NewReader(archive)}, nil)
	}
	_, err := n.DAGImport(t.Context(), whole, nodeapi.DAGImportOptions{}, func(nodeapi.ImportedRoot) error { return failed })
	if !errors.Is(err, failed) {
		t.Errorf("got %v; want the error of who is told", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := n.DAGImport(ctx, whole, nodeapi.DAGImportOptions{}, ignore); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want the end of the context", err)
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// What an import has taken in is held until it is pinned, whenever garbage is
// collected meanwhile.
func TestDAGImportAndGC(t *testing.T) {
	from, n := newNode(t, newConfig()), newNode(t, newConfig())
	root := addFile(t, from, nodeapi.AddOptions{Chunker: "size-4096"}, noise(4<<20))
	archive := export(t, from, root.String())
	collecting := &collectingReader{t: t, node: n, data: archive}
	_, err := n.DAGImport(t.Context(), func(yield func(nodeapi.CAR, error) bool) {
		yield(nodeapi.CAR{Content: collecting}, nil)
	}, nodeapi.DAGImportOptions{}, func(told nodeapi.ImportedRoot) error {
		if told.PinErrorMsg != "" {
			t.Errorf("the root is not pinned: %s", told.PinErrorMsg)
		}
		return nil
	})
	must(t, err)
	wantAfterGC(t, n, 1024+1)
	if collecting.times < 5 {
		t.Errorf("garbage was collected %d times; the test wants more", collecting.times)
	}
}

// collectingReader collects garbage each time that it is read from.
type collectingReader struct {
	t     *testing.T
	node  *node.Node
	data  []byte
	times int
}

func (r *collectingReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	for _, err := range r.node.RepoGC(r.t.Context()) {
		if err != nil {
			return 0, err
		}
	}
	r.times++
	k := copy(p[:min(len(p), 1<<19)], r.data)
	r.data = r.data[k:]
	return k, nil
}

func TestDAGExportOfWhatIsNotThere(t *testing.T) {
	n := newNode(t, newConfig())
	gone := rawBlock(t, "gone")
	parent := putDAG(t, n, `{"gone":{"/":"`+gone.String()+`"}}`, nodeapi.DAGPutOptions{})
	for _, test := range []struct {
		path string
		want nodeapi.Code
	}{
		{"", nodeapi.CodeInvalidPath},
		{"hello", nodeapi.CodeInvalidCID},
		{gone.String(), nodeapi.CodeNotFound},
		{parent.String() + "/none", nodeapi.CodeNoLink},
	} {
		_, err := n.DAGExport(t.Context(), test.path)
		wantCode(t, "DAGExport "+test.path, err, test.want)
	}
	r, err := n.DAGExport(t.Context(), parent.String())
	must(t, err)
	defer r.Close()
	_, err = io.ReadAll(r)
	wantCode(t, "what is under it", err, nodeapi.CodeNotFound, "cid", gone.String())
}

// TestCARsTakeLittleMemory moves as CARs what is much larger than what may be in
// memory, from one node to another.
func TestCARsTakeLittleMemory(t *testing.T) {
	const size, most = 256 << 20, 128 << 20
	hollowNode := func() *node.Node {
		cfg := plainConfig()
		cfg.Blockstore = &hollow{Blockstore: cfg.Blockstore, numbers: map[string]uint64{}}
		return newNode(t, cfg)
	}
	from, to := hollowNode(), hollowNode()
	added := add(t, from, nodeapi.AddOptions{}, nodeapi.AddEntry{Content: &numbered{size: size}})
	grew := peakHeap(func() {
		r, err := from.DAGExport(t.Context(), added[0].Cid.String())
		must(t, err)
		defer r.Close()
		imported, err := to.DAGImport(t.Context(), func(yield func(nodeapi.CAR, error) bool) {
			yield(nodeapi.CAR{Content: r}, nil)
		}, nodeapi.DAGImportOptions{}, func(told nodeapi.ImportedRoot) error {
			if told.PinErrorMsg != "" {
				t.Errorf("the root is not pinned: %s", told.PinErrorMsg)
			}
			return nil
		})
		if err != nil || imported.BlockCount != size/memoryChunk+1 {
			t.Errorf("got %+v, %v; want %d blocks", imported, err, size/memoryChunk+1)
		}
	})
	t.Logf("%d MiB: the heap grew by %d MiB", size>>20, grew>>20)
	if grew > most {
		t.Errorf("want no more than %d MiB", most>>20)
	}
}
