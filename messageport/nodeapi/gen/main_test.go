package main

import (
	"bytes"
	"os"
	"testing"
)

const written = "../../../client/js/src/nodeapi.gen.ts"

func TestWrittenFileIsUpToDate(t *testing.T) {
	src, err := readSource("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(src.methods) == 0 || len(src.codes) == 0 || len(src.structs) == 0 {
		t.Fatalf("got %d methods, %d codes, %d types; want some of each",
			len(src.methods), len(src.codes), len(src.structs))
	}
	want, err := render(src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what package nodeapi gives; run go generate ./messageport/nodeapi", written)
	}
}
