package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// tree is a file system and what an add of it tells, in order.
var tree = fstest.MapFS{
	"a.txt":     {Data: []byte("a")},
	"d/b.txt":   {Data: []byte("b")},
	"d/e/c.txt": {Data: pattern(200 << 10)},
	"empty":     {Data: nil},
}

func TestAddFSAndList(t *testing.T) {
	run(t, func(f *fixture) {
		var paths []string
		var root nodeapi.Added
		for event, err := range f.AddFS(f.Context(), tree, nodeapi.AddOptions{WrapWithDirectory: true}) {
			if err != nil {
				f.Fatal(err)
			}
			root = *event.Added
			paths = append(paths, root.Path)
		}
		slices.Sort(paths[:len(paths)-1])
		if want := []string{"a.txt", "d", "d/b.txt", "d/e", "d/e/c.txt", "empty", ""}; !slices.Equal(paths, want) {
			f.Errorf("added %q; want %q", paths, want)
		}

		var names []string
		for entry, err := range f.List(f.Context(), root.Cid.String()+"/d") {
			if err != nil {
				f.Fatal(err)
			}
			names = append(names, entry.Type+" "+entry.Name)
		}
		if want := []string{"file b.txt", "dir e"}; !slices.Equal(names, want) {
			f.Errorf("listed %q; want %q", names, want)
		}
		f.catBothWays(root.Cid.String()+"/d/e/c.txt", tree["d/e/c.txt"].Data)

		for _, err := range f.List(f.Context(), root.Cid.String()+"/a.txt") {
			f.wantCode(err, nodeapi.CodeNotADirectory)
		}
	})
}

func TestListStopped(t *testing.T) {
	run(t, func(f *fixture) {
		var root nodeapi.Added
		for event, err := range f.AddFS(f.Context(), tree, nodeapi.AddOptions{WrapWithDirectory: true}) {
			if err != nil {
				f.Fatal(err)
			}
			root = *event.Added
		}
		asked := 0
		f.hook(nodeapi.MethodList, func(ctx context.Context) error {
			if asked++; asked == 3 { // once at the start, then for each entry
				<-ctx.Done()
			}
			return ctx.Err()
		})
		for _, err := range f.List(f.Context(), root.Cid.String()) {
			if err != nil {
				f.Fatal(err)
			}
			break // run sees to it that the backend's iterator ends
		}
	})
}

func TestAddFSRefusesWhatIsNoFile(t *testing.T) {
	run(t, func(f *fixture) {
		odd := fstest.MapFS{"a": {Data: []byte("a")}, "pipe": {Mode: fs.ModeNamedPipe}}
		var failure error
		for _, err := range f.AddFS(f.Context(), odd, nodeapi.AddOptions{}) {
			failure = err
		}
		if failure == nil || !strings.Contains(failure.Error(), "pipe") {
			f.Errorf("got %v; want an error that names the pipe", failure)
		}
		if n := f.backend.Blocks(); n != 0 {
			f.Errorf("%d blocks were stored", n)
		}
	})
}

func TestAddProgress(t *testing.T) {
	run(t, func(f *fixture) {
		src := entries(nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: "a"}, Content: bytes.NewReader(pattern(300 << 10))})
		var last uint64
		for event, err := range f.AddAll(f.Context(), src, nodeapi.AddOptions{Progress: true}) {
			if err != nil {
				f.Fatal(err)
			}
			if p := event.Progress; p != nil {
				if p.Path != "a" || p.Bytes < last {
					f.Errorf("progress went from %d to %+v", last, *p)
				}
				last = p.Bytes
			}
		}
		if last != 300<<10 {
			f.Errorf("progress ended at %d bytes", last)
		}
	})
}

func entries(list ...nodeapi.AddEntry) iter.Seq2[nodeapi.AddEntry, error] {
	return func(yield func(nodeapi.AddEntry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestAddFails(t *testing.T) {
	broken := errors.New("the source is broken")
	file := func(path string, r io.Reader) nodeapi.AddEntry {
		return nodeapi.AddEntry{FileHeader: nodeapi.FileHeader{Path: path}, Content: r}
	}
	short := file("a", strings.NewReader("xy"))
	short.Size = new(uint64(3))
	for _, tc := range []struct {
		name string
		src  iter.Seq2[nodeapi.AddEntry, error]
		is   error
	}{
		{"a reader", entries(file("a", io.MultiReader(bytes.NewReader(pattern(1<<20)), iotest.ErrReader(broken)))), broken},
		{"the sequence", func(yield func(nodeapi.AddEntry, error) bool) {
			if yield(file("a", strings.NewReader("x")), nil) {
				yield(nodeapi.AddEntry{}, broken)
			}
		}, broken},
		{"a size", entries(short), &nodeapi.Error{Code: nodeapi.CodeSourceChanged}},
		{"a path that does not fit an item", entries(file(strings.Repeat("x", 64<<10), nil)), &nodeapi.Error{Code: "frame-too-large"}},
		{"a file as a directory", entries(file("a", nil), file("a/b", nil)), &nodeapi.Error{Code: nodeapi.CodeNotADirectory}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(f *fixture) {
				var failure error
				for _, err := range f.AddAll(f.Context(), tc.src, nodeapi.AddOptions{}) {
					failure = err
				}
				if !errors.Is(failure, tc.is) {
					f.Errorf("got %v; want %v", failure, tc.is)
				}
				if n := f.backend.Blocks(); n != 0 {
					f.Errorf("%d blocks were stored", n)
				}
			})
		})
	}
}

func TestAddStopped(t *testing.T) {
	run(t, func(f *fixture) {
		yielded := 0
		endless := func(yield func(nodeapi.AddEntry, error) bool) {
			for yield(nodeapi.AddEntry{Content: bytes.NewReader(pattern(100 << 10))}, nil) {
				yielded++
			}
		}
		for range f.AddAll(f.Context(), endless, nodeapi.AddOptions{}) {
			break
		}
		if yielded == 0 {
			f.Error("the source was not asked")
		}

		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		var failure error
		for _, err := range f.AddAll(ctx, endless, nodeapi.AddOptions{}) {
			cancel()
			failure = err
		}
		if !errors.Is(failure, context.Canceled) {
			f.Errorf("got %v; want the context's error", failure)
		}
		synctest.Wait()
		if n := f.backend.Blocks(); n != 0 {
			f.Errorf("%d blocks were stored", n)
		}
	})
}
