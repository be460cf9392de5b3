package wasmbuild

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/andybalholm/brotli"
)

// brotliWindow is the largest that browsers take, 2^24 bytes.
const brotliWindow = 24

// compressNode writes the twins of the node that servers hand out instead of it.
func (b *build) compressNode(context.Context) error {
	node, err := os.ReadFile(b.path(nodeFile))
	if err != nil {
		return err
	}
	// Quality 11 takes a minute and a quarter for 18 MB and gives 2.8 MB; 5
	// takes two seconds and gives 3.4.
	quality := 11
	if b.Quick {
		quality = 5
	}
	recipe := fmt.Sprintf("brotli %d %d", quality, brotliWindow)
	small, err := b.cached(recipe, node, func() ([]byte, error) {
		return brotliOf(node, quality)
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(b.path(nodeFile+".br"), small, 0o644); err != nil {
		return err
	}
	small, err = gzipOf(node)
	if err != nil {
		return err
	}
	return os.WriteFile(b.path(nodeFile+".gz"), small, 0o644)
}

func brotliOf(data []byte, quality int) ([]byte, error) {
	var buf bytes.Buffer
	w := brotli.NewWriterOptions(&buf, brotli.WriterOptions{Quality: quality, LGWin: brotliWindow})
	return compressed(&buf, w, data)
}

func gzipOf(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	return compressed(&buf, w, data)
}

// compressed writes data through w, and returns what came into buf.
func compressed(buf *bytes.Buffer, w io.WriteCloser, data []byte) ([]byte, error) {
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
