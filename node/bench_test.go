package node_test

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func BenchmarkAdd64MiB(b *testing.B) {
	data := noise(64 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		b.StopTimer()
		n := newNode(b, newConfig())
		b.StartTimer()
		addFile(b, n, nodeapi.AddOptions{}, data)
	}
}

func BenchmarkCat64MiB(b *testing.B) {
	data := noise(64 << 20)
	n := newNode(b, newConfig())
	path := addFile(b, n, nodeapi.AddOptions{}, data).String()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r, err := n.Cat(b.Context(), nodeapi.CatRequest{Path: path})
		must(b, err)
		_, err = io.Copy(io.Discard, r)
		must(b, err)
		must(b, r.Close())
	}
}

// BenchmarkAdd1KiB adds and pins small files, each by itself.
func BenchmarkAdd1KiB(b *testing.B) {
	for _, together := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d at a time", together), func(b *testing.B) {
			n := newNode(b, newConfig())
			data := noise(1 << 10)
			var next atomic.Int64
			var all sync.WaitGroup
			for range together {
				all.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						content := io.MultiReader(bytes.NewReader(fmt.Append(nil, i)), bytes.NewReader(data))
						if _, err := tryAdd(b.Context(), n, nodeapi.AddOptions{}, source(nodeapi.AddEntry{Content: content})); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
		})
	}
}

func BenchmarkCat1KiB(b *testing.B) {
	n := newNode(b, newConfig())
	path := addFile(b, n, nodeapi.AddOptions{}, noise(1<<10)).String()
	for b.Loop() {
		cat(b, n, path)
	}
}

func BenchmarkDAGPut(b *testing.B) {
	n := newNode(b, newConfig())
	for i := 0; b.Loop(); i++ {
		putDAG(b, n, fmt.Sprintf(`{"hello":"world","n":%d}`, i), nodeapi.DAGPutOptions{})
	}
}

func BenchmarkDAGGet(b *testing.B) {
	n := newNode(b, newConfig())
	path := putDAG(b, n, `{"a":{"b":1}}`, nodeapi.DAGPutOptions{}).String() + "/a/b"
	for b.Loop() {
		resolved, err := n.DAGResolve(b.Context(), path)
		must(b, err)
		_, err = n.BlockGet(b.Context(), resolved.Cid)
		must(b, err)
	}
}

func BenchmarkGC(b *testing.B) {
	n := newNode(b, newConfig())
	addFile(b, n, nodeapi.AddOptions{Chunker: "size-1024"}, noise(16<<20))
	for b.Loop() {
		for _, err := range n.RepoGC(b.Context()) {
			must(b, err)
		}
	}
}
