package errorcodes

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	root = "../.."
	page = root + "/docs/errors.md"
)

var update = flag.Bool("update", false, "write docs/errors.md anew")

func TestTable(t *testing.T) {
	want, codes, err := table(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 80 {
		t.Fatalf("found %d codes; want all of them", len(codes))
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/errors.md is not what the sources declare (%v); write it with -update", err)
	}
}

// TestEveryCodeIsTested looks for each code in the tests, by its name in Go or by
// its text. That it stands in a test is less than that the test reaches it, but a
// code that is in none is surely not reached.
func TestEveryCodeIsTested(t *testing.T) {
	_, codes, err := table(root)
	if err != nil {
		t.Fatal(err)
	}
	tests := allTests(t)
	for _, c := range codes {
		names := `['"]` + regexp.QuoteMeta(c.name) + `['"]`
		if c.goes != "" {
			_, constant, _ := strings.Cut(c.goes, ".")
			names += `|\b` + constant + `\b`
		}
		if !regexp.MustCompile(names).MatchString(tests) {
			t.Errorf("no test names %s", c.name)
		}
	}
}

// allTests returns the text of all test files, but for tables of values that no
// call comes to.
func allTests(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == "node_modules" || name == "dist" || strings.HasPrefix(name, ".") && name != ".." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".test.ts") || strings.HasSuffix(path, "vectors_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		text.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}
