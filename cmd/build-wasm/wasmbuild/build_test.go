package wasmbuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// quickly builds a package around a program that only starts.
func quickly(t *testing.T, out string) Info {
	t.Helper()
	var log strings.Builder
	info, err := Build(t.Context(), Config{
		Root:   repoRoot(t),
		Out:    out,
		Worker: "./cmd/build-wasm/wasmbuild/testdata/worker",
		Quick:  true,
		Log:    &log,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return info
}

func repoRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("runs npm and the compilers of Go and TypeScript")
	}
	out := filepath.Join(t.TempDir(), "dist")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(out, "stale.js")
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	info := quickly(t, out)

	files := map[string]File{}
	for _, f := range info.Files {
		files[f.Name] = f
	}
	for _, name := range []string{
		"index.js", "index.min.js", "index.d.ts", "types/index.d.ts", "room.js", "room.d.ts", "helia.js", "helia.d.ts", "rare.js", "leaves.js", "elected.js", "port-sw.js", "worker.js",
		"node.wasm", "node.wasm.br", "node.wasm.gz", "package.json", "README.md", "LICENSE",
	} {
		if files[name].Size == 0 {
			t.Errorf("%s is missing or empty", name)
		}
	}
	checkPacked(t, out, info)
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of the build before is still there (%v)", err)
	}
	checkWorker(t, filepath.Join(out, "worker.js"))

	again := filepath.Join(t.TempDir(), "dist")
	quickly(t, again)
	first, second := readInfo(t, out), readInfo(t, again)
	if first != second {
		t.Errorf("the same source gave other bytes:\n%s\n%s", first, second)
	}
}

// checkPacked asks that npm packs all that was built.
func checkPacked(t *testing.T, out string, info Info) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Files []string }
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	always := []string{"package.json", "README.md", "LICENSE"}
	for _, f := range info.Files {
		top, _, _ := strings.Cut(f.Name, "/")
		if !slices.Contains(manifest.Files, top) && !slices.Contains(always, top) {
			t.Errorf("%s is built and not packed: add it to package.json.tmpl", f.Name)
		}
	}
}

// checkWorker looks whether the worker's script has both its halves and is a
// classic script that an engine can read.
func checkWorker(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"gojs", "onconnect"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("worker.js does not contain %q", want)
		}
	}
	check := exec.CommandContext(t.Context(), "node", "--check", "--input-type=commonjs", "-")
	check.Stdin = strings.NewReader(string(data))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("worker.js is no classic script: %v\n%s", err, out)
	}
}

func readInfo(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, infoFile))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(data) {
		t.Errorf("%s is not JSON: %s", infoFile, data)
	}
	return string(data)
}

// TestBuildLeavesOut keeps what was there when a build fails.
func TestBuildLeavesOut(t *testing.T) {
	root := t.TempDir() // has nothing to build
	out := filepath.Join(root, "dist")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(out, "kept")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, Config{Root: root, Out: out}); err == nil {
		t.Fatal("got no error; want one")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("the package of the build before is gone: %v", err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 1 {
		t.Errorf("got %v left beside it, %v; want nothing", left, err)
	}
}

// TestOptimize runs wasm-opt over what the compiler makes today.
func TestOptimize(t *testing.T) {
	if _, err := exec.LookPath("wasm-opt"); err != nil {
		t.Skip("wasm-opt is not installed; the package is then built without")
	}
	if testing.Short() {
		t.Skip("compiles a program")
	}
	var log strings.Builder
	b := &build{Config: Config{
		Root: repoRoot(t), Worker: "./cmd/build-wasm/wasmbuild/testdata/worker", Log: &log,
	}, stage: t.TempDir()}
	if err := b.compileNode(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Root = t.TempDir() // for the cache to be empty
	if err := b.optimizeNode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.info.WasmOpt == "" {
		t.Errorf("wasm-opt did not take what Go compiled to:\n%s", log.String())
	}
	if _, err := os.Stat(b.path("optimized.wasm")); err == nil {
		t.Error("a half-way file is left in the package")
	}
}

func TestBuildScriptsOfAVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the client's dependencies")
	}
	const version = "9.8.7-rc.1"
	out := t.TempDir()
	if err := BuildScripts(t.Context(), Config{Root: repoRoot(t), Out: out, Version: version}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.js", "index.min.js", "worker.js"} {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), version) {
			t.Errorf("%s does not know its version", name)
		}
	}
}

// TestScriptSizes holds what every page loads to its limit, and asks that the
// script of rare calls has no class of the client's in it: its errors and CIDs
// would be others than those that a page can import.
func TestScriptSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the client's dependencies")
	}
	out := t.TempDir()
	if err := BuildScripts(t.Context(), Config{Root: repoRoot(t), Out: out}); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	const limit = 20_000
	small, err := brotliOf(read("index.min.js"), 11)
	if err != nil {
		t.Fatal(err)
	}
	if len(small) > limit {
		t.Errorf("index.min.js is %d bytes as brotli; want %d at most: few pages may need what was added", len(small), limit)
	}
	for _, own := range []string{"extends Error", "asCID"} {
		if bytes.Contains(read("rare.js"), []byte(own)) {
			t.Errorf("rare.js contains %q; want it to take that from the client", own)
		}
		if !bytes.Contains(read("index.js"), []byte(own)) {
			t.Errorf("index.js does not contain %q, by which rare.js was to be told from it", own)
		}
	}
}

func TestVersionsRefused(t *testing.T) {
	for _, version := range []string{"1", "1.2", "v1.2.3", "1.2.3-", "1.2.3 ", "latest"} {
		if _, err := Build(t.Context(), Config{Root: t.TempDir(), Version: version}); err == nil {
			t.Errorf("%q: got no error; want one", version)
		}
	}
}

func TestDependenciesInstalled(t *testing.T) {
	const lock = `{"packages": {
		"": {"dependencies": {}},
		"node_modules/a": {"integrity": "sha512-a"},
		"node_modules/elsewhere": {"integrity": "sha512-e", "optional": true}
	}}`
	for _, c := range []struct {
		name, installed string
		want            bool
	}{
		{"nothing", "", false},
		{"all", `{"packages": {"node_modules/a": {"integrity": "sha512-a"}}}`, true},
		{"another version", `{"packages": {"node_modules/a": {"integrity": "sha512-b"}}}`, false},
		{"not all", `{"packages": {}}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &build{Config: Config{Root: t.TempDir()}}
			modules := filepath.Join(b.Root, clientDir, "node_modules")
			if err := os.MkdirAll(modules, 0o755); err != nil {
				t.Fatal(err)
			}
			files := map[string]string{filepath.Join(b.Root, clientDir, "package-lock.json"): lock}
			if c.installed != "" {
				files[filepath.Join(modules, ".package-lock.json")] = c.installed
			}
			for name, text := range files {
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := b.dependenciesInstalled(); got != c.want {
				t.Errorf("got %v; want %v", got, c.want)
			}
		})
	}
}
