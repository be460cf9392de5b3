package client_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// site adds a directory "a" and gives its root, and the CIDs of what it holds.
func (f *fixture) site() (root cid.Cid, below []cid.Cid) {
	f.Helper()
	files := fstest.MapFS{"b": {Data: []byte("bb")}, "c/d": {Data: []byte("dd")}, "c/e": {Data: []byte("bb")}}
	for event, err := range f.AddFS(f.Context(), files, nodeapi.AddOptions{WrapWithDirectory: true}) {
		if err != nil {
			f.Fatal(err)
		}
		root = event.Added.Cid
	}
	for ref, err := range f.Refs(f.Context(), []string{root.String()}, refsBelow) {
		if err != nil || ref.Err != "" {
			f.Fatalf("Refs: got %+v, %v", ref, err)
		}
		below = append(below, cid.MustParse(ref.Ref))
	}
	return root, below
}

func TestDAGExportAndImport(t *testing.T) {
	var root cid.Cid
	var below []cid.Cid
	var car []byte
	run(t, func(f *fixture) {
		root, below = f.site()
		r, err := f.DAG().Export(f.Context(), root.String())
		if err != nil {
			f.Fatal(err)
		}
		defer r.Close()
		if car, err = io.ReadAll(r); err != nil {
			f.Fatal(err)
		}
	})
	run(t, func(f *fixture) {
		roots, imported, err := f.DAG().Import(f.Context(), bytes.NewReader(car), nodeapi.DAGImportOptions{})
		want := []nodeapi.ImportedRoot{{Cid: root}}
		if err != nil || !reflect.DeepEqual(roots, want) || imported.BlockCount != 4 {
			f.Errorf("Import: got %+v, %+v, %v; want %+v and 4 blocks", roots, imported, err, want)
		}
		if _, err := f.Block().Get(f.Context(), below[0]); err != nil {
			f.Errorf("a block of the CAR: %v", err)
		}
		roots, _, err = f.DAG().Import(f.Context(), bytes.NewReader(car), nodeapi.DAGImportOptions{PinRoots: new(false)})
		if err != nil || len(roots) > 0 {
			f.Errorf("Import without pins: got %+v, %v; want no roots", roots, err)
		}
		_, _, err = f.DAG().Import(f.Context(), bytes.NewReader(car[:len(car)-1]), nodeapi.DAGImportOptions{})
		f.wantCode(err, nodeapi.CodeInvalidCAR)
	})
}

func TestDAGImportAll(t *testing.T) {
	run(t, func(f *fixture) {
		var cars [][]byte
		var want []nodeapi.ImportedRoot
		for _, text := range []string{"a", "b"} {
			stat, err := f.Block().Put(f.Context(), []byte(text), nodeapi.BlockPutOptions{})
			if err != nil {
				f.Fatal(err)
			}
			r, err := f.DAG().Export(f.Context(), stat.Cid.String())
			if err != nil {
				f.Fatal(err)
			}
			car, err := io.ReadAll(r)
			_ = r.Close()
			if err != nil {
				f.Fatal(err)
			}
			cars = append(cars, car)
			want = append(want, nodeapi.ImportedRoot{Cid: stat.Cid})
		}
		enough := errors.New("the source failed")
		for _, fails := range []bool{false, true} {
			source := func(yield func(nodeapi.CAR, error) bool) {
				for _, car := range cars {
					if !yield(nodeapi.CAR{CARHeader: nodeapi.CARHeader{Name: "x.car"}, Content: bytes.NewReader(car)}, nil) {
						return
					}
				}
				if fails {
					yield(nodeapi.CAR{}, enough)
				}
			}
			roots, imported, err := f.DAG().ImportAll(f.Context(), source, nodeapi.DAGImportOptions{})
			if fails {
				if !errors.Is(err, enough) {
					f.Errorf("got %v; want the source's own error", err)
				}
				continue
			}
			if err != nil || !reflect.DeepEqual(roots, want) || imported.BlockCount != 2 || imported.BlockBytesCount != 2 {
				f.Errorf("got %+v, %+v, %v; want %+v", roots, imported, err, want)
			}
		}
	})
}

func TestDAGStat(t *testing.T) {
	run(t, func(f *fixture) {
		root, below := f.site()
		stat, err := f.DAG().Stat(f.Context(), root.String(), below[0].String())
		if err != nil || stat.UniqueBlocks != 4 || len(stat.DAGStats) != 2 || stat.SharedSize != 2 || stat.Ratio() <= 1 ||
			stat.DAGStats[1] != (nodeapi.DAGRootStat{Cid: below[0], Size: 2, NumBlocks: 1}) {
			f.Errorf("got %+v, %v", stat, err)
		}
		_, err = f.DAG().Stat(f.Context())
		f.wantCode(err, nodeapi.CodeInvalidPath)
	})
}
