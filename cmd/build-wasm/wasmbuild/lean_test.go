package wasmbuild

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestLeanVersions compares the versions that the other forms were made for with
// those that the module requires.
func TestLeanVersions(t *testing.T) {
	root := repoRoot(t)
	modules, err := readLean(root)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, leanDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	b := &build{Config: Config{Root: root}}
	for _, m := range modules {
		version, err := b.goOutput(t.Context(), "list", "-m", "-f", "{{.Version}}", m.Path)
		if err != nil {
			t.Fatal(err)
		}
		if version != m.Version {
			t.Errorf("%s is required at %s; what is compiled in its place was made for %s: see %s/README.md",
				m.Path, version, m.Version, leanDir)
		}
		if !strings.Contains(string(readme), "`"+m.Path) {
			t.Errorf("%s/README.md gives no reason for %s", leanDir, m.Path)
		}
		_, err = os.Stat(filepath.Join(root, m.dir(), "go.mod"))
		if whole := err == nil; whole != m.whole() {
			t.Errorf("%s: a go.mod of its own: %v; want it if nothing of the module's is left", m.Path, whole)
		}
	}
}

// TestLeanFiles looks for other forms that nothing is compiled from.
func TestLeanFiles(t *testing.T) {
	root := repoRoot(t)
	modules, err := readLean(root)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, leanDir), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" || strings.HasPrefix(name, filepath.Join(root, stdDir)) {
			return err
		}
		for _, m := range modules {
			below, err := filepath.Rel(filepath.Join(root, m.dir()), name)
			if err != nil || !filepath.IsLocal(below) {
				continue
			}
			below = filepath.ToSlash(below)
			_, file := m.Files[below]
			if m.whole() || file || slices.Contains(m.Added, below) ||
				slices.Contains(m.Packages, filepath.ToSlash(filepath.Dir(below))) {
				return nil
			}
		}
		t.Errorf("%s belongs to nothing in lean.json", name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLeanCopy(t *testing.T) {
	source := fstest.MapFS{}
	for name, text := range map[string]string{
		"go.mod":              "module m\n",
		"kept.go":             "package m\n",
		"kept_test.go":        "package m\n",
		"file.go":             "package m // old\n",
		"gone.go":             "package m\n",
		"edited.go":           "package m // some words\n",
		"pkg/old.go":          "package pkg\n",
		"pkg/below/kept.go":   "package below\n",
		"testdata/ignored.go": "package main\n",
	} {
		source[name] = &fstest.MapFile{Data: []byte(text)}
	}
	others := fstest.MapFS{
		"file.go":    {Data: []byte("package m // new\n")},
		"pkg/new.go": {Data: []byte("package pkg\n")},
	}
	good := func() leanModule {
		return leanModule{
			Packages: []string{"pkg"},
			Files:    map[string]string{"file.go": sumOf(source["file.go"].Data), "gone.go": sumOf(source["gone.go"].Data)},
			Edits:    []leanEdit{{"edited.go", "some", "other"}},
		}
	}
	out := t.TempDir()
	if err := good().copy(source, others, out); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err := eachFile(os.DirFS(out), func(name string, data []byte) error {
		got[name] = string(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"go.mod":            "module m\n",
		"kept.go":           "package m\n",
		"file.go":           "package m // new\n",
		"edited.go":         "package m // other words\n",
		"pkg/new.go":        "package pkg\n",
		"pkg/below/kept.go": "package below\n",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}

	for name, spoil := range map[string]func(*leanModule){
		"another sum":             func(m *leanModule) { m.Files["file.go"] = sumOf(nil) },
		"an edit of nothing":      func(m *leanModule) { m.Edits[0].Old = "many" },
		"an edit of two places":   func(m *leanModule) { m.Edits[0].Old = "m" },
		"a file that is in there": func(m *leanModule) { delete(m.Files, "file.go") },
	} {
		m := good()
		spoil(&m)
		if err := m.copy(source, others, t.TempDir()); err == nil {
			t.Errorf("%s: got no error; want one", name)
		}
	}
}

// TestLeanMessages has a program read, merge and write messages with the Protocol
// Buffers that the node has and with those that it would have, and compares what
// comes of it.
func TestLeanMessages(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program twice")
	}
	b := &build{Config: Config{Root: repoRoot(t)}}
	modFile, err := b.leanModFile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	input := randomMessages(3000)
	var outputs [2][]string
	for i, flag := range []string{"-modfile=", "-modfile=" + modFile} {
		program := filepath.Join(t.TempDir(), "messages")
		compile := exec.CommandContext(t.Context(), "go", "build", flag, "-o", program, "./cmd/build-wasm/wasmbuild/testdata/messages")
		compile.Dir = b.Root
		if out, err := compile.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		run := exec.CommandContext(t.Context(), program)
		run.Stdin = strings.NewReader(input)
		out, err := run.Output()
		if err != nil {
			t.Fatal(err)
		}
		outputs[i] = strings.Split(string(out), "\n")
	}
	read := 0
	for i, want := range outputs[0] {
		if i >= len(outputs[1]) || outputs[1][i] != want {
			t.Fatalf("line %d: got  %s\nwant %s", i, outputs[1][min(i, len(outputs[1])-1)], want)
		}
		if strings.HasSuffix(want, " true") {
			read++
		}
	}
	if n := strings.Count(input, "\n"); read < n/4 || read > n*3/4 {
		t.Errorf("%d of %d messages could be read; want about half of them", read, n)
	}
}

// randomMessages returns n messages of each type, as testdata/messages takes them,
// good ones and bad ones, from a fixed seed.
func randomMessages(n int) string {
	names := []string{
		"bitswap", "node", "unixfs", "rpc", "trace", "key", "peer", "envelope", "hop", "voucher", "identify", "noise",
	}
	var text strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		for _, name := range names {
			fmt.Fprintf(&text, "%s %x\n", name, randomMessage(random, 3))
		}
	}
	return text.String()
}

func randomMessage(random *rand.Rand, depth int) (b []byte) {
	for range random.IntN(6) {
		number := protowire.Number(1 + random.IntN(11))
		switch random.IntN(60) {
		case 0:
			number = 6492434
		case 1:
			number = 0
		case 2:
			number = protowire.MaxValidNumber + 1
		}
		switch random.IntN(14) {
		default:
			b = protowire.AppendTag(b, number, protowire.BytesType)
			b = protowire.AppendBytes(b, randomMessage(random, depth-1)[:])
			if depth == 0 {
				return b
			}
		case 0, 1, 2, 3:
			b = protowire.AppendTag(b, number, protowire.VarintType)
			b = protowire.AppendVarint(b, random.Uint64()>>random.IntN(64))
		case 4:
			b = protowire.AppendTag(b, number, protowire.Fixed32Type)
			b = protowire.AppendFixed32(b, random.Uint32())
		case 5:
			b = protowire.AppendTag(b, number, protowire.Fixed64Type)
			b = protowire.AppendFixed64(b, random.Uint64())
		case 6, 7:
			b = protowire.AppendTag(b, number, protowire.BytesType)
			b = protowire.AppendBytes(b, bytes.Repeat([]byte{byte(random.Uint32() >> random.IntN(32))}, random.IntN(4)))
		case 8:
			b = protowire.AppendTag(b, number, protowire.StartGroupType)
			b = append(b, randomMessage(random, depth-1)...)
			b = protowire.AppendTag(b, number, protowire.EndGroupType)
		case 9:
			if random.IntN(8) == 0 {
				b = append(b, byte(random.Uint32()))
			}
		}
		if depth < 0 {
			return b
		}
	}
	return b
}
