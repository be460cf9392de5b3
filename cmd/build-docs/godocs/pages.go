package godocs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

const module = "github.com/sharednode/sharednode/"

// A Package is one that there is a page of.
type Package struct {
	Path  string // below the module
	Brief bool   // tells in one line of what it exports
	// Examples asks that each method has an example, or is called in one.
	Examples bool
}

// Name is that of the package, and of its page.
func (p Package) Name() string { return path.Base(p.Path) }

// Render returns the pages of packages, by the names of their files, what the
// first sentence of each says, and what they lack.
func Render(root, header string, packages []Package) (files, synopses map[string]string, problems []string, err error) {
	files, synopses = map[string]string{}, map[string]string{}
	for _, p := range packages {
		r := renderer{packages: packages, fset: token.NewFileSet()}
		if r.pkg, r.examples, err = read(r.fset, filepath.Join(root, p.Path), module+p.Path); err != nil {
			return nil, nil, nil, err
		}
		r.w.WriteString(header)
		r.page(p)
		files[p.Name()+".md"] = strings.TrimRight(r.w.String(), "\n") + "\n"
		synopses[p.Name()] = r.pkg.Synopsis(r.pkg.Doc)
		if p.Examples {
			problems = append(problems, r.lacking()...)
		}
	}
	return files, synopses, problems, nil
}

// read reads a package, and the text of all its examples.
func read(fset *token.FileSet, dir, importPath string) (*doc.Package, string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, "", err
	}
	var files []*ast.File
	var examples bytes.Buffer
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_notjs.go") || strings.HasSuffix(name, "_js_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, "", err
		}
		files = append(files, file)
		for _, e := range doc.Examples(file) {
			examples.WriteString(code(fset, e.Code))
		}
	}
	pkg, err := doc.NewFromFiles(fset, files, importPath)
	return pkg, examples.String(), err
}

type renderer struct {
	packages []Package
	fset     *token.FileSet
	pkg      *doc.Package
	examples string
	w        strings.Builder
}

func (r *renderer) page(p Package) {
	fmt.Fprintf(&r.w, "# package %s\n\n[All calls](../README.md) · [Error codes](../../errors.md) · [Sharednode](../../../README.md)\n\n", r.pkg.Name)
	fmt.Fprintf(&r.w, "```go\nimport %q\n```\n\n", module+p.Path)
	r.text(r.pkg.Doc)
	r.exampleList(r.pkg.Examples)
	if p.Brief {
		r.brief()
		return
	}
	r.contents()
	for _, f := range r.pkg.Funcs {
		r.function("## "+f.Name, f)
	}
	for _, t := range r.pkg.Types {
		r.typ(t)
	}
	r.values("## Constants and variables\n\n", append(r.pkg.Consts, r.pkg.Vars...))
}

// text writes a comment.
func (r *renderer) text(text string) {
	p := r.pkg.Printer()
	p.HeadingLevel = 3
	p.HeadingID = func(*comment.Heading) string { return "" }
	p.DocLinkURL = r.linkURL
	// Headings of comments are none of the page's, which are those of what there is.
	r.w.Write(commentHeading.ReplaceAll(p.Markdown(r.pkg.Parser().Parse(text)), []byte("**$1**")))
	r.w.WriteString("\n")
}

// linkURL leads to another page, where there is one.
func (r *renderer) linkURL(link *comment.DocLink) string {
	to := "#" + anchor(strings.Trim(link.Recv+"."+link.Name, "."))
	if link.ImportPath == "" || link.ImportPath == r.pkg.ImportPath {
		return to
	}
	for _, p := range r.packages {
		if module+p.Path == link.ImportPath && !p.Brief {
			return p.Name() + ".md" + strings.TrimSuffix(to, "#")
		} else if module+p.Path == link.ImportPath {
			return p.Name() + ".md"
		}
	}
	return link.DefaultURL("https://pkg.go.dev/")
}

func anchor(heading string) string {
	return strings.ToLower(strings.NewReplacer(".", "", " ", "-").Replace(heading))
}

// contents lists what there is, each in one line.
func (r *renderer) contents() {
	for _, f := range r.pkg.Funcs {
		r.line(f.Name, f.Doc)
	}
	for _, t := range r.pkg.Types {
		r.line(t.Name, t.Doc)
	}
	r.w.WriteString("\n")
}

func (r *renderer) line(name, text string) {
	fmt.Fprintf(&r.w, "- [`%s`](#%s)%s\n", name, anchor(name), r.after(text))
}

// after is what a line says of something after its name.
func (r *renderer) after(text string) string {
	if text = r.pkg.Synopsis(text); text != "" {
		return ": " + text
	}
	return ""
}

// brief lists what there is and tells no more of it.
func (r *renderer) brief() {
	for _, f := range r.pkg.Funcs {
		fmt.Fprintf(&r.w, "- `%s`%s\n", code(r.fset, f.Decl), r.after(f.Doc))
	}
	for _, t := range r.pkg.Types {
		fmt.Fprintf(&r.w, "- `type %s`%s\n", t.Name, r.after(t.Doc))
		for _, f := range append(t.Funcs, t.Methods...) {
			fmt.Fprintf(&r.w, "  - `%s`%s\n", code(r.fset, f.Decl), r.after(f.Doc))
		}
	}
}

func (r *renderer) typ(t *doc.Type) {
	fmt.Fprintf(&r.w, "## %s\n\n```go\n%s\n```\n\n", t.Name, code(r.fset, t.Decl))
	r.text(t.Doc)
	r.exampleList(t.Examples)
	r.values("", append(t.Consts, t.Vars...))
	for _, f := range t.Funcs {
		r.function("### "+f.Name, f)
	}
	for _, f := range t.Methods {
		r.function("### "+t.Name+"."+f.Name, f)
	}
}

func (r *renderer) function(heading string, f *doc.Func) {
	decl := *f.Decl
	decl.Body, decl.Doc = nil, nil
	fmt.Fprintf(&r.w, "%s\n\n```go\n%s\n```\n\n", heading, code(r.fset, &decl))
	r.text(f.Doc)
	r.mentions(&decl)
	r.exampleList(f.Examples)
}

// mentions leads to the types of other packages in a signature.
func (r *renderer) mentions(decl *ast.FuncDecl) {
	var links []string
	seen := map[string]bool{}
	ast.Inspect(decl.Type, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		name := fmt.Sprint(sel.X) + "." + sel.Sel.Name
		for _, p := range r.packages {
			if p.Name() == fmt.Sprint(sel.X) && !p.Brief && !seen[name] {
				links = append(links, fmt.Sprintf("[`%s`](%s.md#%s)", name, p.Name(), anchor(sel.Sel.Name)))
				seen[name] = true
			}
		}
		return true
	})
	if len(links) > 0 {
		r.w.WriteString("See " + strings.Join(links, ", ") + ".\n\n")
	}
}

func (r *renderer) values(heading string, values []*doc.Value) {
	for i, v := range values {
		if i == 0 {
			r.w.WriteString(heading)
		}
		r.text(v.Doc)
		fmt.Fprintf(&r.w, "```go\n%s\n```\n\n", code(r.fset, v.Decl))
	}
}

func (r *renderer) exampleList(examples []*doc.Example) {
	for _, e := range examples {
		title := "Example"
		if e.Suffix != "" {
			title += " (" + strings.ReplaceAll(e.Suffix, "_", " ") + ")"
		}
		fmt.Fprintf(&r.w, "%s:\n\n```go\n%s\n```\n\n", title, body(r.fset, e))
		if e.Output != "" {
			fmt.Fprintf(&r.w, "prints\n\n```text\n%s```\n\n", e.Output)
		}
	}
}

var commentHeading = regexp.MustCompile(`(?m)^### (.*)$`)

var outputComment = regexp.MustCompile(`(?is)\n*[ \t]*// (unordered )?output:.*`)

// body is the code of an example, without the braces and what it prints.
func body(fset *token.FileSet, e *doc.Example) string {
	text := code(fset, &printer.CommentedNode{Node: e.Code, Comments: e.Comments})
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	text = outputComment.ReplaceAllString(text, "")
	return strings.Trim(strings.ReplaceAll("\n"+text, "\n\t", "\n"), "\n")
}

func code(fset *token.FileSet, node any) string {
	var w bytes.Buffer
	config := printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 8}
	if err := config.Fprint(&w, fset, node); err != nil {
		return err.Error()
	}
	return w.String()
}

// lacking returns the exported methods that no example calls.
func (r *renderer) lacking() []string {
	var problems []string
	note := func(name string, f *doc.Func) {
		if len(f.Examples) == 0 && !regexp.MustCompile(`\.`+f.Name+`\(`).MatchString(r.examples) {
			problems = append(problems, fmt.Sprintf("%s: no example calls %s", r.pkg.ImportPath, name))
		}
	}
	for _, t := range r.pkg.Types {
		for _, f := range t.Methods {
			note(t.Name+"."+f.Name, f)
		}
	}
	return problems
}
