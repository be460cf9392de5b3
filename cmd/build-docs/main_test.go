package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// TestPages asks that the pages are what the sources say, and that these leave
// nothing out.
func TestPages(t *testing.T) {
	files, problems, err := pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
	out := filepath.Join(root, outDir)
	there := map[string]bool{}
	err = fs.WalkDir(os.DirFS(out), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			there[name] = true
			if _, ok := files[name]; !ok {
				t.Errorf("%s/%s is of nothing any more", outDir, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(out, name))
		if !there[name] || err != nil || string(got) != want {
			t.Errorf("%s/%s is not what the sources say; write it with go run ./cmd/build-docs", outDir, name)
		}
	}
}

// TestCalls counts what was found: a reader that finds less has nothing to tell.
func TestCalls(t *testing.T) {
	files, _, err := pages(root)
	if err != nil {
		t.Fatal(err)
	}
	index := files["README.md"]
	if n := strings.Count(index, "\n| [`"); n < 115 {
		t.Errorf("the index has %d lines; want all calls and packages", n)
	}
	for _, call := range []string{"connect", "files.cp", "dag.export", "pin.remote.service.ls", "refs.local", "stats.bitswap", "Room", "SharednodeBlockstore"} {
		if !strings.Contains(index, "`"+call) {
			t.Errorf("%s is not in the index", call)
		}
	}
	for page, lines := range map[string][]string{
		"files.md": {
			"| `parents` | `boolean` | `false` | Makes missing directories above it. |", // of a base of the options
			"| `hashAlg` | `string` | `sha2-256` |",
			"| `mtime?` | [`Mtime`](types.md#type-mtime) |",
			"[`is-a-directory`](../errors.md#is-a-directory)",
			"// → hello world",
		},
		"dag.md":       {"| `dagStats[].size` | `number` |", "Returns at the end [`DAGImportSummary`](#type-dagimportsummary):"},
		"node.md":      {"| `peerId` | `string` |", "### type SharednodeEvents"},
		"go/client.md": {"### Files.Copy", "[`nodeapi.AddOptions`](nodeapi.md#addoptions)", "## DialOptions"},
	} {
		for _, line := range lines {
			if !strings.Contains(files[page], line) {
				t.Errorf("%s has no %q", page, line)
			}
		}
	}
}

var (
	fence    = regexp.MustCompile("(?ms)^```.*?^```$")
	codeSpan = regexp.MustCompile("`[^`\n]*`")
	linkTo   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchorID = regexp.MustCompile(`<a id="([^"]+)">`)
)

// TestLinks follows the links between the pages, and out of them into the
// repository.
func TestLinks(t *testing.T) {
	files, _, err := pages(root)
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]map[string]bool{} // by file
	of := func(file string) map[string]bool {
		if anchors[file] == nil {
			anchors[file] = anchorsIn(t, file, files)
		}
		return anchors[file]
	}
	followed := 0
	for name, text := range files {
		text = fence.ReplaceAllString(text, "")
		for _, match := range linkTo.FindAllStringSubmatch(text, -1) {
			to, at, _ := strings.Cut(match[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			file := path.Join(outDir, name)
			if to != "" {
				file = path.Join(outDir, path.Dir(name), to)
			}
			if at != "" && !of(file)[at] {
				t.Errorf("%s: %s leads nowhere", name, match[1])
			} else if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			followed++
		}
	}
	if followed < 500 {
		t.Errorf("followed %d links; want all of them", followed)
	}
}

// anchorsIn returns where one can be led to in a page, and wants that each is
// there once.
func anchorsIn(t *testing.T, file string, files map[string]string) map[string]bool {
	text, ours := files[strings.TrimPrefix(file, outDir+"/")]
	if !ours {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
		}
		text = string(data)
	}
	found := map[string]bool{}
	text = fence.ReplaceAllString(text, "")
	note := func(id string) {
		if found[id] && ours {
			t.Errorf("%s has %s twice", file, id)
		}
		found[id] = true
	}
	for _, match := range anchorID.FindAllStringSubmatch(text, -1) {
		note(match[1])
	}
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		id := strings.ToLower(codeSpan.ReplaceAllStringFunc(match[1], func(s string) string { return strings.Trim(s, "`") }))
		note(strings.ReplaceAll(regexp.MustCompile(`[^\w\s-]`).ReplaceAllString(id, ""), " ", "-"))
	}
	return found
}
