package quickstart

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestVite packs the package, installs it in a fresh project, and looks at the
// project as it is developed and as it is deployed.
func TestVite(t *testing.T) {
	dist := dist(t)
	project := t.TempDir()
	if err := os.CopyFS(project, os.DirFS("testdata/vite")); err != nil {
		t.Fatal(err)
	}
	main := snippet(t, "With a bundler", "js")
	if err := os.WriteFile(filepath.Join(project, "main.js"), []byte(main), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, project, "npm", "ci", "--no-audit", "--no-fund")
	packed := run(t, project, "npm", "pack", "--silent", dist)
	run(t, project, "npm", "install", "--no-audit", "--no-fund", "./"+lastLine(packed))

	t.Run("dev", func(t *testing.T) {
		awaitText(t, openURL(t, serveVite(t, project)), helloCID+": hello world")
	})
	t.Run("build", func(t *testing.T) {
		run(t, project, "npm", "run", "build")
		tab := open(t, os.DirFS(filepath.Join(project, "dist")), dist)
		awaitText(t, tab, helloCID+": hello world")
	})
}

// serveVite runs Vite's own server and returns its URL.
func serveVite(t *testing.T, project string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	// Not by npm, which would not pass on that it is to end.
	vite := exec.CommandContext(ctx, "node", "node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0")
	vite.Dir = project
	vite.Env = append(os.Environ(), "NO_COLOR=1")
	stdout, err := vite.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := vite.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = vite.Wait() // it was killed
	})
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if found := url.FindString(lines.Text()); found != "" {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return found
		}
	}
	t.Fatal("vite ended without an address")
	return ""
}

// run runs a command in a directory and returns what it prints.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
