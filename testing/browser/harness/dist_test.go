package harness

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestNewestSource(t *testing.T) {
	root := filepath.Join(t.TempDir(), ".module") // a hidden directory may hold the module itself
	old := time.Now().Add(-time.Hour)
	for name, changed := range map[string]time.Time{
		"node/node.go":            old.Add(time.Minute),
		"go.mod":                  old,
		"node/node_test.go":       old.Add(time.Hour),
		".cache/lean/module.mod":  old.Add(time.Hour),
		"node/testdata/x.go":      old.Add(time.Hour),
		"client/js/dist/index.ts": old.Add(time.Hour),
		"README.md":               old.Add(time.Hour),
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := newestSource(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "node", "node.go"); got != want {
		t.Errorf("got %s as the newest source; want %s", got, want)
	}
}
