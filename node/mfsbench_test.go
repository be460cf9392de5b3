package node_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// BenchmarkFilesMkdir makes a directory among many others with long names.
func BenchmarkFilesMkdir(b *testing.B) {
	for _, others := range []int{0, 100, 1000} {
		b.Run(fmt.Sprint(others), func(b *testing.B) {
			n := newNode(b, newConfig())
			long := strings.Repeat("x", 200)
			for i := range others {
				mkdir(b, n, fmt.Sprint("/", i, long))
			}
			for b.Loop() {
				mkdir(b, n, "/x")
				must(b, n.FilesRemove(b.Context(), nodeapi.FilesRemoveRequest{Paths: []string{"/x"}, Recursive: true}))
			}
		})
	}
}

// BenchmarkFilesWrite writes files anew.
func BenchmarkFilesWrite(b *testing.B) {
	for _, size := range []int{100, 256 << 10, 16 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			n := newNode(b, newConfig())
			data := noise(size)
			b.SetBytes(int64(size))
			for b.Loop() {
				data[0]++
				must(b, n.FilesWrite(b.Context(), bytes.NewReader(data), nodeapi.FilesWriteRequest{Path: "/f", Create: true, Truncate: true}))
			}
		})
	}
}
