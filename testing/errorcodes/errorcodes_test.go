package errorcodes

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// TestEveryCodeIsReached looks at what ran when the other tests did: for each code
// some place that makes an error of it. "make reached" runs them for it, and names what
// they leave: SHAREDNODE_COVER the profile of the Go tests, SHAREDNODE_SCRIPTS the
// directory of what the client's tests were bundled to, with what node tells of them.
func TestEveryCodeIsReached(t *testing.T) {
	profile, dir := os.Getenv("SHAREDNODE_COVER"), os.Getenv("SHAREDNODE_SCRIPTS")
	if profile == "" || dir == "" {
		t.Skip("make reached runs it, after the tests of which it reads what ran")
	}
	ran := coverage{}
	if err := ran.readProfile(profile); err != nil {
		t.Fatal(err)
	}
	if err := ran.readLCOV(dir + "/js.lcov"); err != nil {
		t.Fatal(err)
	}
	_, codes, err := table(root)
	if err != nil {
		t.Fatal(err)
	}
	inGo, err := goPlaces(root)
	if err != nil {
		t.Fatal(err)
	}
	inScripts, err := scripts(dir, codes)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codes {
		at := append(inGo[c.goes], inScripts[c.name]...)
		switch reached := slices.ContainsFunc(at, ran.ran); {
		case reached && inBrowsers[c.name] != "":
			t.Errorf("%s is reached without a browser; inBrowsers need not tell of it", c.name)
		case !reached && inBrowsers[c.name] == "":
			t.Errorf("no test reaches %s: none of %v has run", c.name, at)
		}
	}
}

// inBrowsers are the codes that only a browser comes to, each with the file of a test
// there that asks for it.
var inBrowsers = map[string]string{
	"cors-refused":  "testing/browser/http_test.go",
	"not-persisted": "testing/browser/storage_test.go",
	"script-failed": "testing/reference/reference_test.go",
}

// TestInBrowsers looks whether those tests are there, and ask for the codes.
func TestInBrowsers(t *testing.T) {
	for name, file := range inBrowsers {
		text, err := os.ReadFile(root + "/" + file)
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), name) {
			t.Errorf("%s does not name %s", file, name)
		}
	}
}

// TestEveryCodeIsTested looks for each code in the tests, by its name in Go or by
// its text: that of an error is to be looked at by one, beside being reached.
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
