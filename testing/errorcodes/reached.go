package errorcodes

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A place is where code makes an error of a code, or gives it on.
type place struct {
	file      string // below the repository
	line, col int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// A block is code that was counted. One of a line has no columns.
type block struct {
	from, to [2]int // line and column
	ran      bool
}

// A coverage is the blocks of files, by their paths below the repository.
type coverage map[string][]block

var goBlock = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) \d+ (\d+)$`)

const module = "github.com/sharednode/sharednode/"

// readProfile adds what the go command writes by -coverprofile.
func (c coverage) readProfile(file string) error {
	return lines(file, func(line string) {
		m := goBlock.FindStringSubmatch(line)
		if m == nil {
			return
		}
		name := strings.TrimPrefix(m[1], module)
		c[name] = append(c[name], block{[2]int{number(m[2]), number(m[3])}, [2]int{number(m[4]), number(m[5])}, m[6] != "0"})
	})
}

// readLCOV adds what node writes by --test-reporter=lcov of files, by their names
// alone.
func (c coverage) readLCOV(file string) error {
	var name string
	return lines(file, func(line string) {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "SF":
			name = filepath.Base(value)
		case "DA":
			at, count, _ := strings.Cut(value, ",")
			n := number(at)
			c[name] = append(c[name], block{[2]int{n, 0}, [2]int{n + 1, 0}, count != "0"})
		}
	})
}

func lines(file string, take func(line string)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		take(s.Text())
	}
	return s.Err()
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// ran reports whether code at a place has run.
func (c coverage) ran(p place) bool {
	return slices.ContainsFunc(c[p.file], func(b block) bool {
		at := [2]int{p.line, p.col}
		return b.ran && slices.Compare(b.from[:], at[:]) <= 0 && slices.Compare(at[:], b.to[:]) < 0
	})
}

// goPlaces returns where Go code makes errors, by the constants' names with those of
// their packages. What only asks an error for its code is no such place.
func goPlaces(root string) (map[string][]place, error) {
	found := map[string][]place{}
	dirs := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "dist" || name == "testing" || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			dirs[filepath.Dir(path)] = append(dirs[filepath.Dir(path)], path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, files := range dirs {
		p := search{root: root, fset: token.NewFileSet(), found: found, vars: map[string]string{}}
		for _, file := range files {
			parsed, err := parser.ParseFile(p.fset, file, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			p.files = append(p.files, parsed)
		}
		p.run()
	}
	return found, nil
}

// A search looks through a package.
type search struct {
	root  string
	fset  *token.FileSet
	files []*ast.File
	vars  map[string]string // the codes of errors that variables hold
	found map[string][]place
}

func (s *search) run() {
	for _, file := range s.files {
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				s.variables(file.Name.Name, d)
			}
		}
	}
	for _, file := range s.files {
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Body != nil {
				s.function(file.Name.Name, d.Body)
			}
		}
	}
}

// variables notes errors that are made as the program starts: each use of one
// stands for it.
func (s *search) variables(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for i, value := range v.Values {
			ast.Inspect(value, func(n ast.Node) bool {
				if code := codeOf(pkg, n); code != "" && i < len(v.Names) {
					s.vars[v.Names[i].Name] = code
				}
				return true
			})
		}
	}
}

func (s *search) function(pkg string, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				return false
			}
		case *ast.CaseClause:
			for _, stmt := range n.Body {
				s.function(pkg, &ast.BlockStmt{List: []ast.Stmt{stmt}})
			}
			return false
		case *ast.CallExpr:
			if name := fmt.Sprint(n.Fun); strings.Contains(name, "Is") && strings.Contains(name, "errors") {
				return false
			}
		case *ast.Ident:
			if code, ok := s.vars[n.Name]; ok {
				s.note(code, n)
			}
		}
		if code := codeOf(pkg, n); code != "" {
			s.note(code, n)
			return false
		}
		return true
	})
}

func (s *search) note(code string, n ast.Node) {
	at := s.fset.Position(n.Pos())
	file, err := filepath.Rel(s.root, at.Filename)
	if err == nil {
		s.found[code] = append(s.found[code], place{filepath.ToSlash(file), at.Line, at.Column})
	}
}

var constant = regexp.MustCompile(`^Code[A-Z]\w*$`)

// codeOf returns which constant an expression names, with its package.
func codeOf(pkg string, n ast.Node) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && constant.MatchString(n.Sel.Name) && (x.Name == "nodeapi" || x.Name == "messageport") {
			return x.Name + "." + n.Sel.Name
		}
	case *ast.Ident:
		if (pkg == "nodeapi" || pkg == "messageport") && constant.MatchString(n.Name) {
			return pkg + "." + n.Name
		}
	}
	return ""
}

// scripts returns where TypeScript makes errors, by their codes: wherever the text of
// a code stands in what was bundled of the client, and is not compared with. A bundle
// names each source above what it has of it.
func scripts(dir string, codes []code) (map[string][]place, error) {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = regexp.QuoteMeta(c.name)
	}
	made := regexp.MustCompile(`((?:[=!]==|case) )?"(` + strings.Join(names, "|") + `)"`)
	found := map[string][]place{}
	bundles, err := filepath.Glob(filepath.Join(dir, "*.test.js"))
	if err != nil {
		return nil, err
	}
	for _, bundle := range bundles {
		n, source := 0, ""
		err := lines(bundle, func(line string) {
			n++
			if strings.HasPrefix(line, "// ") {
				source = line[len("// "):]
			}
			if !strings.HasPrefix(source, "src/") || strings.HasSuffix(source, ".gen.ts") {
				return
			}
			for _, m := range made.FindAllStringSubmatch(line, -1) {
				if m[1] == "" {
					found[m[2]] = append(found[m[2]], place{filepath.Base(bundle), n, 1})
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
