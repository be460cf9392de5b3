package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

const vectors = "../testdata/types.json"

const written = "../../../client/js/src/nodeapi.gen.ts"

func TestWrittenFileIsUpToDate(t *testing.T) {
	src, err := readSource("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(src.methods) == 0 || len(src.codes) == 0 || len(src.transport) == 0 || len(src.structs) == 0 {
		t.Fatalf("got %d methods, %d codes, %d of the transport, %d types; want some of each",
			len(src.methods), len(src.codes), len(src.transport), len(src.structs))
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

func TestEveryTypeHasAVector(t *testing.T) {
	src, err := readSource("..")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(vectors)
	if err != nil {
		t.Fatal(err)
	}
	var have []struct{ Type string }
	if err := json.Unmarshal(data, &have); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, v := range have {
		seen[v.Type] = true
	}
	for _, st := range src.structs {
		if !seen[st.name] {
			t.Errorf("%s has no vector of %s; add a sample to vectors_test.go", vectors, st.name)
		}
	}
}
