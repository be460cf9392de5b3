package quickstart

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// goPage is what a page needs to run a Go program, and shows what it prints.
const goPage = `<!doctype html>
<title>Go</title>
<link rel="icon" href="data:," />
<body>
<script src="wasm_exec.js"></script>
<script type="module">
  const decoder = new TextDecoder();
  fs.writeSync = (fd, bytes) => {
    document.body.append(decoder.decode(bytes));
    return bytes.length;
  };
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch('main.wasm'), go.importObject);
  await go.run(instance);
</script>`

func TestGo(t *testing.T) {
	dist := dist(t)
	main := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(main, []byte(snippet(t, "A Go app in WebAssembly", "go")), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "main.wasm")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, main)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}

	goroot := strings.TrimSpace(run(t, ".", "go", "env", "GOROOT"))
	tab := open(t, fstest.MapFS{
		"index.html":   {Data: []byte(goPage)},
		"main.wasm":    {Data: readFile(t, program)},
		"wasm_exec.js": {Data: readFile(t, filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))},
	}, dist)
	awaitText(t, tab, helloCID+": hello world")
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
