package wasmbuild

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestCompression(t *testing.T) {
	data := bytes.Repeat([]byte("the same again, "), 10_000)
	for _, test := range []struct {
		name       string
		compress   func([]byte) ([]byte, error)
		decompress func(io.Reader) (io.Reader, error)
	}{
		{"gzip", gzipOf, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{
			"brotli",
			func(b []byte) ([]byte, error) { return brotliOf(b, 11) },
			func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			small, err := test.compress(data)
			if err != nil {
				t.Fatal(err)
			}
			if len(small) > len(data)/10 {
				t.Errorf("got %d bytes of %d; want far fewer", len(small), len(data))
			}
			r, err := test.decompress(bytes.NewReader(small))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
				t.Errorf("got back %d bytes, %v; want the %d that went in", len(got), err, len(data))
			}
			again, err := test.compress(data)
			if err != nil || !bytes.Equal(again, small) {
				t.Errorf("a second run gave other bytes (%v)", err)
			}
		})
	}
}
