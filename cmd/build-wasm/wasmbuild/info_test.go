package wasmbuild

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

func TestListFiles(t *testing.T) {
	dir := fstest.MapFS{
		"index.js":         {Data: bytes.Repeat([]byte("a"), 1000)},
		"node.wasm":        {Data: []byte("12345")},
		"node.wasm.br":     {Data: []byte("12")},
		"node.wasm.gz":     {Data: []byte("123")},
		"types/index.d.ts": {Data: []byte("")},
	}
	files, err := listFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]File{}
	for _, f := range files {
		got[f.Name] = f
	}
	if len(got) != len(dir) {
		t.Errorf("got %d files; want %d", len(got), len(dir))
	}
	node := got["node.wasm"]
	if node.Size != 5 || node.Gzip != 3 || node.Brotli != 2 {
		t.Errorf("node.wasm: got %+v; want 5 bytes, 3 as gzip, 2 as brotli", node)
	}
	// From sha256sum.
	if want := "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"; node.SHA256 != want {
		t.Errorf("node.wasm: got sha256 %s; want %s", node.SHA256, want)
	}
	if js := got["index.js"]; js.Size != 1000 || js.Gzip == 0 || js.Gzip > 100 || js.Brotli == 0 || js.Brotli > 100 {
		t.Errorf("index.js: got %+v; want small gzip and brotli sizes", js)
	}

	table := Info{Files: files}.Table()
	for _, want := range []string{"node.wasm", "index.js", "1000"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not tell %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, ".d.ts") {
		t.Errorf("the table tells of what no page downloads:\n%s", table)
	}
}
