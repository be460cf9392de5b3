package wasmbuild

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBudget(t *testing.T) {
	built := func(brotli, code, data int) Info {
		return Info{
			Files:    []File{{Name: "node.wasm", Brotli: brotli}, {Name: "index.d.ts", Size: 1 << 30}},
			Contents: &Contents{Code: code, Data: data, Packages: map[string]int{"same": 10, "grown": code - 10}},
		}
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, filepath.Dir(budgetFile)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := built(1000, 2000, 3000).WriteBudget(root); err != nil {
		t.Fatal(err)
	}
	budget, err := ReadBudget(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		info Info
		want string // in the error; none if empty
	}{
		{"the same", built(1000, 2000, 3000), ""},
		{"less", built(500, 1000, 1500), ""},
		{"a little more", built(1020, 2040, 3060), ""},
		{"too much to download", built(1021, 2000, 3000), "node.wasm as brotli: 1021"},
		{"too much code", built(1000, 2041, 3000), "+41  grown"},
		{"too much data", built(1000, 2000, 3061), "the node's data: 3061"},
		{"a new file", Info{Files: []File{{Name: "new.js", Brotli: 1}}, Contents: &budget.Contents}, "new.js"},
		{"no contents", Info{}, "does not tell"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := budget.Check(test.info)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %q in it", err, test.want)
			} else if strings.Contains(err.Error(), "same") {
				t.Errorf("a package is named that is as it was: %v", err)
			}
		})
	}
	hurried := built(5000, 2000, 3000)
	hurried.Quick = true
	if err := budget.Check(hurried); err != nil {
		t.Errorf("of a package built in a hurry: %v", err)
	}
	if err := hurried.WriteBudget(root); err == nil {
		t.Error("a package built in a hurry became the budget; want an error")
	}
}

func TestContents(t *testing.T) {
	bodies := func(sizes ...int) []byte {
		code := binary.AppendUvarint(nil, uint64(len(sizes)))
		for _, size := range sizes {
			code = append(binary.AppendUvarint(code, uint64(size)), make([]byte, size)...)
		}
		return code
	}
	module := func(code []byte, segments ...segment) []byte {
		m := []byte(wasmHeader)
		for id, body := range map[byte][]byte{wasmCode: code, wasmData: appendSegments(nil, segments)} {
			m = append(binary.AppendUvarint(append(m, id), uint64(len(body))), body...)
		}
		return m
	}
	names := []string{"a/b.F", "a/b.(*T).m", "runtime_asm"}
	m := module(bodies(10, 200, 3000), segment{5, []byte("data")}, segment{4 << 20, []byte("more")})
	got, err := contentsOf(m, names)
	if err != nil {
		t.Fatal(err)
	}
	if got.Code != 3210 || got.Packages["a/b"] != 210 || got.Packages["runtime"] != 3000 || got.Data != 8 {
		t.Errorf("got %+v", got)
	}
	if _, err := contentsOf(m, names[1:]); err == nil {
		t.Error("names of fewer functions than there are: got no error")
	}
}

func TestPackageOf(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                             "main",
		"runtime.mallocgc":                      "runtime",
		"github.com/a/b%2ec.(*T).m.func1":       "github.com/a/b.c",
		"slices.SortFunc[go.shape.struct{a/b}]": "slices",
		"a/b.F[...]":                            "a/b",
		"type:.eq.a/b.T":                        "(made by the compiler)",
		"memeqbody":                             "runtime",
	} {
		if got := packageOf(function); got != want {
			t.Errorf("%s: got %s; want %s", function, got, want)
		}
	}
}
