package arch

import (
	"errors"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestOnlyLeavesTouchJavaScript keeps everything else testable natively.
func TestOnlyLeavesTouchJavaScript(t *testing.T) {
	for _, f := range goFiles(t) {
		if isLeaf(f.path) {
			continue
		}
		for _, spec := range f.Imports {
			switch name := strings.Trim(spec.Path.Value, `"`); name {
			case "syscall/js", "github.com/hack-pad/safejs":
				t.Errorf("%s imports %s: only *_js.go may touch JavaScript", f.path, name)
			}
		}
	}
}

// TestTagsMatchNames wants the name of a file to tell for what it is built:
// x_js.go in a browser alone, and by its name alone; x_notjs.go everywhere else.
// A test that no browser can run may leave it at the tag: nothing pairs with it.
func TestTagsMatchNames(t *testing.T) {
	for _, f := range goFiles(t) {
		tag := buildTag(t, f)
		stem := strings.TrimSuffix(strings.TrimSuffix(f.path, ".go"), "_test")
		switch {
		case isLeaf(f.path) && tag != "":
			t.Errorf("%s: build tag %q; its name says all", f.path, tag)
		case strings.HasSuffix(stem, "_notjs") && tag != "!js":
			t.Errorf("%s: got build tag %q; want \"!js\"", f.path, tag)
		case strings.HasSuffix(f.path, "_test.go") && tag == "!js":
		case !strings.HasSuffix(stem, "_notjs") && strings.Contains(tag, "js"):
			t.Errorf("%s: build tag %q; name it *_js.go or *_notjs.go", f.path, tag)
		}
	}
}

// TestOnePackageDoc wants one comment for each package, in its doc.go: "Package
// x …", or "Command x …" for a program, which may keep it in main.go. What stands
// in for parts of other modules is laid out as those are.
func TestOnePackageDoc(t *testing.T) {
	documented := map[string]int{} // by directory
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f.path, "_test.go") || strings.HasPrefix(f.path, "cmd/build-wasm/lean/") {
			continue
		}
		dir, base := path.Split(f.path)
		if f.Doc == nil {
			documented[dir] += 0
			continue
		}
		documented[dir]++
		opening := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" {
			opening = "Command "
		} else if base != "doc.go" {
			t.Errorf("%s: the package's comment belongs in doc.go", f.path)
		}
		if text := f.Doc.Text(); !strings.HasPrefix(text, opening) {
			t.Errorf("%s: got a package comment that opens %.20q; want %q", f.path, text, opening)
		}
	}
	for dir, n := range documented {
		if n != 1 {
			t.Errorf("%s: got %d package comments; want one", dir, n)
		}
	}
}

// TestWords refuses what must not stand in the project: work left over, and
// paths of one machine.
func TestWords(t *testing.T) {
	words := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:", "not " + "implemented", "/ro" + "ot/", "/ho" + "me/"}
	for _, name := range sourceFiles(t) {
		switch path.Base(name) {
		case "go.sum", "package-lock.json":
			continue
		}
		switch path.Ext(name) {
		case ".test", ".prof", ".wasm": // built, and left lying about
			continue
		}
		text, err := os.ReadFile(root + name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, word := range words {
				if strings.Contains(line, word) {
					t.Errorf("%s:%d: has %q", name, i+1, word)
				}
			}
		}
	}
}

const root = "../../"

// sourceFiles returns the paths of all files of the project below its root,
// without what was built or installed.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed by someone else since it was listed
		}
		if err != nil {
			return err
		}
		if entry.IsDir() {
			skip := []string{".git", ".cache", "node_modules", "dist", "testdata"}
			if slices.Contains(skip, entry.Name()) || strings.HasPrefix(entry.Name(), ".building-") {
				return fs.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() {
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("found only %d files below %s", len(found), root)
	}
	return found
}

// A goFile is a parsed file and its path below the root.
type goFile struct {
	*ast.File
	path string
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var parsed []goFile
	for _, name := range sourceFiles(t) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), root+name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, goFile{f, name})
	}
	return parsed
}

func isLeaf(name string) bool {
	return strings.HasSuffix(name, "_js.go") || strings.HasSuffix(name, "_js_test.go")
}

// buildTag returns the expression of f's go:build line, or "".
func buildTag(t *testing.T, f goFile) string {
	t.Helper()
	for _, group := range f.Comments {
		for _, comment := range group.List {
			if comment.Pos() > f.Package || !constraint.IsGoBuild(comment.Text) {
				continue
			}
			expr, err := constraint.Parse(comment.Text)
			if err != nil {
				t.Fatalf("%s: %v", f.path, err)
			}
			return expr.String()
		}
	}
	return ""
}
