package wasmbuild

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOverlay: the edits of the standard library are for this toolchain's, and
// all that lies beside them is compiled.
func TestOverlay(t *testing.T) {
	root := repoRoot(t)
	b := &build{Config: Config{Root: root, Log: t.Output()}}
	name, err := b.overlay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if name == "" {
		t.Fatalf("the edits in %s.json are for another Go: compare what has changed in it, and mend them", stdDir)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	if err := json.Unmarshal(text, &overlay); err != nil {
		t.Fatal(err)
	}
	var used []string
	for from, to := range overlay.Replace {
		if _, err := os.Stat(to); err != nil {
			t.Error(err)
		}
		used = append(used, to)
		if _, err := os.Stat(from); (err == nil) == strings.HasPrefix(to, filepath.Join(root, stdDir)) {
			t.Errorf("%s: want it there if it is edited, and not if it is added: %v", from, err)
		}
	}
	err = filepath.WalkDir(filepath.Join(root, stdDir), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(used, path) {
			t.Errorf("%s belongs to nothing in std.json", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
