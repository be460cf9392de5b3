package wasmbuild

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild/functab"
)

// inNode returns a build of a program of testdata for Node.js, with our edits of
// the standard library or without.
func inNode(t *testing.T, program string, ownStd bool) *build {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles a program")
	}
	var log strings.Builder
	b := &build{Config: Config{
		Root: repoRoot(t), Worker: "./cmd/build-wasm/wasmbuild/testdata/" + program, Log: &log,
	}, stage: t.TempDir()}
	compile := b.compileNode
	if !ownStd {
		compile = func(ctx context.Context) error {
			cmd := b.command(ctx, ".", "go", "build", "-o", b.path(nodeFile), b.Worker)
			cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
			return cmd.Run()
		}
	}
	if err := compile(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if b.ownStd != ownStd {
		t.Fatalf("the edits of the standard library: got %v; want %v", b.ownStd, ownStd)
	}
	return b
}

// run runs the program in Node.js as the worker does, and returns what it prints and
// how it ends.
func (b *build) run(t *testing.T, input string) (output string, code int) {
	t.Helper()
	runner, err := b.workerScript(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testdata := filepath.Join(b.Root, "cmd", "build-wasm", "wasmbuild", "testdata")
	runner.Stdin.Contents = strings.Replace(runner.Stdin.Contents, "./src/worker.ts", testdata+"/run.mjs", 1)
	runner.Alias = map[string]string{"client": "./src"}
	runner.Outfile, runner.Format, runner.Platform = b.path("run.mjs"), api.FormatESModule, api.PlatformNode
	if err := bundle(runner); err != nil {
		t.Fatal(err)
	}
	// Go's frames in a deep recursion are the engine's, too.
	cmd := exec.CommandContext(t.Context(), "node", "--stack-size=8192", runner.Outfile, b.path(nodeFile))
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// runToPanic runs the program functions.
func (b *build) runToPanic(t *testing.T) string {
	t.Helper()
	out, code := b.run(t, "")
	if code != 2 || !strings.Contains(out, "panic: the end 3") {
		t.Fatalf("got exit code %d; want one of a panic\n%s", code, out)
	}
	return out
}

var (
	places    = regexp.MustCompile(`(?m)^\t.*:\d+( \+0x[0-9a-f]+)?$`)
	arguments = regexp.MustCompile(`(?m)^([a-z].*)\(.*\)$`)
)

// withoutPlaces takes files, lines and arguments out of tracebacks.
func withoutPlaces(text string) string {
	return arguments.ReplaceAllString(places.ReplaceAllString(text, "\tsomewhere$1"), "$1()")
}

// TestShrinkTable has a program that strains the runtime's table of functions do
// the same with all of it and with what is left.
func TestShrinkTable(t *testing.T) {
	for _, test := range []struct {
		name   string
		ownStd bool
	}{{"our runtime", true}, {"Go's runtime", false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := inNode(t, "functions", test.ownStd)
			want := b.runToPanic(t)
			if err := b.mergeSegments(t.Context()); err != nil {
				t.Fatal(err)
			}
			whole := size(t, b.path(nodeFile))
			if err := b.shrinkTable(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := b.runToPanic(t)
			if withoutPlaces(got) != withoutPlaces(want) {
				t.Errorf("with less of the table: got\n%s\nwant, but for places\n%s", got, want)
			}
			if strings.Contains(got, ".go:") || !strings.Contains(want, ".go:") {
				t.Errorf("files and lines are in\n%s\nor not in\n%s", got, want)
			}
			if now := size(t, b.path(nodeFile)); now > whole*95/100 || test.ownStd && now > whole*8/10 {
				t.Errorf("got %d bytes of %d", now, whole)
			}
			if len(b.functions) == 0 || !slices.Contains(b.functions, "main.deep") {
				t.Errorf("got %d names without main.deep", len(b.functions))
			}
			if err := b.shrinkTable(t.Context()); !errors.Is(err, functab.ErrLayout) {
				t.Errorf("what is left, once more: got %v; want %v", err, functab.ErrLayout)
			}
		})
	}
}

func size(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestShrinkTableRefuses spoils the table of a program, here and there.
func TestShrinkTableRefuses(t *testing.T) {
	t.Parallel()
	b := inNode(t, "functions", false)
	var whole []byte
	err := b.editMemory(func(memory []byte) error {
		whole = bytes.Clone(memory)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(whole, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8})
	word := func(memory []byte, n int) int { return int(binary.LittleEndian.Uint64(memory[header+8*n:])) }
	records := header + word(whole, 8)
	for name, spoil := range map[string]func(memory []byte){
		"another magic number":      func(m []byte) { m[header]++ },
		"two headers":               func(m []byte) { copy(m[len(m)-8:], m[header:]) },
		"another count":             func(m []byte) { m[header+8]++ },
		"names elsewhere":           func(m []byte) { m[header+8*4]++ },
		"values elsewhere":          func(m []byte) { m[header+8*7]++ },
		"records elsewhere":         func(m []byte) { m[header+8*8] += 8 },
		"numbers with a gap":        func(m []byte) { m[records+8]++ },
		"a record elsewhere":        func(m []byte) { m[records+12] += 8 },
		"a record cut off":          func(m []byte) { clear(m[records+8*word(m, 1)+4:][:40]) },
		"a table that does not end": func(m []byte) { m[header+word(m, 7)+1] |= 0x80 },
		"a name that does not end":  func(m []byte) { m[header+word(m, 5)-1] = 'x' },
		"nothing":                   func(m []byte) { clear(m) },
	} {
		memory := bytes.Clone(whole)
		spoil(memory)
		before := bytes.Clone(memory)
		if _, err := functab.Shrink(memory, true); !errors.Is(err, functab.ErrLayout) {
			t.Errorf("%s: got %v; want %v", name, err, functab.ErrLayout)
		}
		if !bytes.Equal(memory, before) {
			t.Errorf("%s: it is refused, but the memory is another", name)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 { // it may be taken for good, but must not panic
		memory := bytes.Clone(whole)
		for range 3 {
			memory[records+random.IntN(len(memory)-records)] = byte(random.Uint32())
		}
		if _, err := functab.Shrink(memory, true); err != nil && !errors.Is(err, functab.ErrLayout) {
			t.Errorf("got %v; want %v", err, functab.ErrLayout)
		}
	}
}
