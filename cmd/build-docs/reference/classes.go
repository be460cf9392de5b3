package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/tsdoc"
)

// renderClass tells of a class that applications make.
func (a *API) renderClass(w *strings.Builder, p *page, t *typ) {
	d := t.decl
	fmt.Fprintf(w, "## %s\n\n", t.name)
	if d.Doc.Text == "" {
		a.problem("%s: %s has no comment", d.File, t.name)
	}
	w.WriteString(a.prose(p, d.File, d.Doc.Text) + "\n\n")
	for _, m := range d.Members {
		if m.Name == "constructor" {
			c := &call{name: t.name, file: d.File, doc: m.Doc, sigs: []tsdoc.Call{*m.Call}}
			c.sigs[0].Result = t.name
			fmt.Fprintf(w, "```ts\n%s\n```\n\n", signature("new "+t.name, c.sigs[0]))
			if m.Doc.Text != "" {
				w.WriteString(a.prose(p, d.File, m.Doc.Text) + "\n\n")
			}
			a.renderParams(w, p, c)
			a.renderOptions(w, p, c)
		}
	}
	a.renderMembers(w, p, d)
	a.renderClassExamples(w, t)
}

// renderMembers lists the fields and the methods of a class.
func (a *API) renderMembers(w *strings.Builder, p *page, d *tsdoc.Declaration) {
	w.WriteString("| member | what it is |\n| --- | --- |\n")
	for _, f := range a.fields(d) {
		if f.Doc.Text == "" {
			a.problem("%s: %s of %s has no comment", f.file, f.Name, d.Name)
		}
		shown := f.Name + ": " + plain(f.Type)
		if f.Call != nil {
			shown = inLine(f.Name, *f.Call)
		}
		fmt.Fprintf(w, "| `%s` | %s |\n", strings.ReplaceAll(shown, "|", `\|`), cell(a.prose(p, f.file, f.Doc.Text)))
	}
	w.WriteString("\n")
}

// renderClassExamples shows the examples of a class, which are under its name, and
// asks that its methods are called in them.
func (a *API) renderClassExamples(w *strings.Builder, t *typ) {
	code := ""
	for _, name := range a.exampleNames() {
		if of, _, _ := strings.Cut(name, "."); of == t.name {
			code += a.examples[name].Code
			writeExample(w, a.examples[name].Code)
		}
	}
	if code == "" {
		a.problem("%s has no example", t.name)
	}
	for _, m := range t.decl.Members {
		if m.Call != nil && m.Name != "constructor" && !regexp.MustCompile(`\.`+m.Name+`\(`).MatchString(code) {
			a.problem("no example of %s calls %s", t.name, m.Name)
		}
	}
}

func (a *API) exampleNames() []string {
	var names []string
	for name := range a.examples {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkExamples looks for examples of what there is not.
func (a *API) checkExamples() {
	have := map[string]bool{}
	for _, p := range a.pages {
		for _, c := range p.calls {
			have[c.name] = true
		}
		for _, t := range p.classes {
			have[t.name] = true
		}
	}
	for _, name := range a.exampleNames() {
		class, _, _ := strings.Cut(name, ".")
		if !have[name] && !have[class] {
			a.problem("there is an example of %s, which there is not", name)
		}
	}
}

// renderTypes tells of the types that the page is the home of and has not told of
// where a call gives them.
func (a *API) renderTypes(w *strings.Builder, p *page) {
	var types []*typ
	seen := map[string]bool{}
	walker := walk{api: a, page: p, seen: seen, only: true}
	for _, c := range p.calls {
		walker.call(c)
	}
	for _, t := range p.classes {
		walker.typ(t)
	}
	for _, t := range append(walker.found, p.types...) {
		_, told := p.inlined[t.key()]
		class := slices.ContainsFunc(p.classes, func(c *typ) bool { return c.decl == t.decl })
		if a.homes[t.key()] == p && !told && !class && !slices.Contains(types, t) && !a.standsFor(t) {
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return
	}
	w.WriteString("## Types\n\n")
	slices.SortFunc(types, func(x, y *typ) int { return strings.Compare(x.name, y.name) })
	types = slices.CompactFunc(types, func(x, y *typ) bool { return x.key() == y.key() })
	for _, t := range types {
		a.renderType(w, p, t)
	}
}

// standsFor reports whether a type only gives its fields to another, or is the
// options of calls, which are told of where they are.
func (a *API) standsFor(t *typ) bool {
	return !t.decl.Exported || strings.HasSuffix(t.name, "Options") && t.name != callOptions
}

func (a *API) renderType(w *strings.Builder, p *page, t *typ) {
	d, _ := a.target(t.decl)
	fmt.Fprintf(w, "### type %s\n\n", t.name)
	text := t.decl.Doc.Text
	if text == "" {
		text = d.Doc.Text
	}
	if text != "" {
		w.WriteString(a.prose(p, t.decl.File, text) + "\n\n")
	}
	switch {
	case strings.HasSuffix(t.name, "ErrorCode"):
		w.WriteString("See [the table of codes](../errors.md).\n\n")
	case d.Kind == tsdoc.Class:
		a.renderMembers(w, p, d)
	case d.Kind == tsdoc.Interface:
		w.WriteString(a.fieldTable(p, t) + "\n")
	default:
		fmt.Fprintf(w, "```ts\n%s\n```\n\n", strings.TrimPrefix(t.decl.Source, "export "))
	}
}

// renderShared writes the page of the types that several pages speak of.
func (a *API) renderShared() string {
	var w strings.Builder
	w.WriteString(Header + "# Types\n\nThose that several groups share.\n\n")
	w.WriteString("[All calls](README.md) · [Error codes](../errors.md) · [Sharednode](../../README.md)\n\n")
	var types []*typ
	walker := walk{api: a, page: a.shared, seen: map[string]bool{}, only: true}
	for _, p := range a.pages {
		for _, c := range p.calls {
			walker.call(c)
		}
		for _, t := range p.classes {
			walker.typ(t)
		}
	}
	for _, t := range walker.found {
		if a.homes[t.key()] == a.shared && !a.standsFor(t) {
			types = append(types, t)
		}
	}
	slices.SortFunc(types, func(x, y *typ) int { return strings.Compare(x.name, y.name) })
	for _, t := range types {
		a.renderType(&w, a.shared, t)
	}
	return strings.TrimRight(w.String(), "\n") + "\n"
}
