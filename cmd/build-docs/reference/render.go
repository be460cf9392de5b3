package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/tsdoc"
)

// Header is the first line of what is written.
const Header = "<!-- Written by \"go run ./cmd/build-docs\" from the sources. -->\n\n"

const lineLength = 80

// Render returns the pages by the names of their files, and what they lack.
func (a *API) Render() (pages map[string]string, problems []string) {
	pages = map[string]string{}
	for _, p := range a.pages {
		pages[p.name+".md"] = a.renderPage(p)
	}
	pages[typesPage+".md"] = a.renderShared()
	a.checkExamples()
	return pages, a.problems
}

func (a *API) problem(format string, args ...any) {
	a.problems = append(a.problems, fmt.Sprintf(format, args...))
}

func (a *API) renderPage(p *page) string {
	var w strings.Builder
	w.WriteString(Header)
	fmt.Fprintf(&w, "# %s\n\n", p.title)
	w.WriteString("[All calls](README.md) · [Types](types.md) · [Error codes](../errors.md) · [Sharednode](../../README.md)\n\n")
	if len(p.classes) > 0 {
		fmt.Fprintf(&w, "A module of its own: `sharednode/%s`.\n\n", p.name)
	}
	for _, doc := range p.doc {
		if doc != "" {
			w.WriteString(a.prose(p, indexFile, doc) + "\n\n")
		}
	}
	if len(p.calls)+len(p.classes) > 1 {
		w.WriteString(contents(p) + "\n\n")
	}
	if len(p.props) > 0 {
		w.WriteString("| property | type | what it is |\n| --- | --- | --- |\n" + a.fieldRows(p, p.props) + "\n")
	}
	for _, t := range p.classes {
		a.renderClass(&w, p, t)
	}
	for _, c := range p.calls {
		a.renderCall(&w, p, c)
	}
	a.renderTypes(&w, p)
	return strings.TrimRight(w.String(), "\n") + "\n"
}

// contents leads to each call of a page.
func contents(p *page) string {
	var links []string
	for _, t := range p.classes {
		links = append(links, fmt.Sprintf("[`%s`](#%s)", t.name, anchor(t.name)))
	}
	for _, c := range p.calls {
		links = append(links, fmt.Sprintf("[`%s`](#%s)", c.name, anchor(c.name)))
	}
	return strings.Join(links, " · ")
}

func (a *API) renderCall(w *strings.Builder, p *page, c *call) {
	fmt.Fprintf(w, "## %s\n\n", c.name)
	if c.doc.Text == "" {
		a.problem("%s: %s has no comment", c.file, c.name)
	}
	w.WriteString(a.prose(p, c.file, c.doc.Text) + "\n\n```ts\n")
	for _, sig := range c.sigs {
		w.WriteString(signature(a.receiver(c)+c.name, sig) + "\n")
	}
	w.WriteString("```\n\n")
	a.renderParams(w, p, c)
	a.renderOptions(w, p, c)
	for _, sig := range c.sigs[:1] {
		a.renderResult(w, p, c, sig.Result)
	}
	a.renderThrows(w, c)
	a.renderExample(w, c)
}

// receiver is what a call is called on.
func (a *API) receiver(c *call) string {
	if d := a.source.Find(c.file, c.name); d != nil && d.Kind == tsdoc.Function {
		return ""
	}
	return "node."
}

// signature is a call as one writes it, broken as Prettier does.
func signature(name string, sig tsdoc.Call) string {
	var params []string
	for _, param := range sig.Params {
		mark := ""
		if param.Optional {
			mark = "?"
		}
		params = append(params, param.Name+mark+": "+plain(param.Type))
	}
	head := name + sig.TypeParams
	result := plain(sig.Result)
	line := fmt.Sprintf("%s(%s): %s", head, strings.Join(params, ", "), result)
	if len(line) <= lineLength {
		return line
	}
	return fmt.Sprintf("%s(\n  %s,\n): %s", head, strings.Join(params, ",\n  "), result)
}

// inLine is a signature on one line, however long.
func inLine(name string, sig tsdoc.Call) string {
	text := oneLine(signature(name, sig))
	return strings.ReplaceAll(strings.ReplaceAll(text, "( ", "("), ", ):", "):")
}

// renderParams tells of parameters that have something to tell: what the comment
// says, or where their type is told of.
func (a *API) renderParams(w *strings.Builder, p *page, c *call) {
	told := false
	for _, param := range c.sigs[0].Params {
		if a.isOptions(c.file, param) != nil || param.Name == "options" {
			continue
		}
		says := a.prose(p, c.file, c.doc.Params[param.Name])
		types := a.typeCell(p, c.file, param.Type)
		if says == "" && !strings.Contains(types, "](") {
			continue
		}
		if says != "" {
			says = ", " + says
		}
		fmt.Fprintf(w, "- `%s`: %s%s\n", param.Name, types, says)
		told = true
	}
	if told {
		w.WriteString("\n")
	}
}

func (a *API) renderOptions(w *strings.Builder, p *page, c *call) {
	for _, param := range c.sigs[0].Params {
		t := a.isOptions(c.file, param)
		if t == nil {
			continue
		}
		if at, told := p.inlined[t.key()]; told {
			fmt.Fprintf(w, "Options: those of [`%s`](#%s).\n\n", at, anchor(at))
			return
		}
		p.inlined[t.key()] = c.name
		w.WriteString("| option | type | default | what it does |\n| --- | --- | --- | --- |\n")
		for _, f := range a.fields(t.decl) {
			text, value := defaultOf(f.Doc.Text)
			switch {
			case text == "" && value == "":
				a.problem("%s: the option %s of %s has no comment", f.file, f.Name, t.name)
			case value == "" && !f.Optional:
				value = "required"
			case value == "" && strings.HasPrefix(f.Type, "boolean"):
				value = "`false`"
			}
			fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", f.Name, a.typeCell(p, f.file, f.Type), cell(value), cell(a.prose(p, f.file, text)))
		}
		w.WriteString("\n")
	}
}

// renderResult tells what a call gives, with the fields of a type that the page
// tells of.
func (a *API) renderResult(w *strings.Builder, p *page, c *call, result string) {
	verb, parts := "Gives", []string{result}
	switch {
	case strings.HasPrefix(result, "Promise<"):
		verb, parts = "Resolves with", arguments(result)
	case strings.HasPrefix(result, "AsyncGenerator<"):
		verb, parts = "Gives, one by one,", arguments(result)
	}
	for i, part := range parts {
		if part == "void" || part == "" {
			continue
		}
		if i == 1 {
			verb = "Returns at the end"
		}
		fields := a.inline(p, c, part)
		end := "."
		if fields != "" {
			end = ":"
		}
		fmt.Fprintf(w, "%s %s%s\n\n%s", verb, a.typeCell(p, c.file, part), end, fields)
	}
}

// arguments returns the parameters of a type.
func arguments(text string) []string {
	_, inner, _ := strings.Cut(strings.TrimSuffix(text, ">"), "<")
	return splitOutside(inner, ',')
}

// inline is a table of the fields of a call's result, if no other page tells of it
// and this one has not yet.
func (a *API) inline(p *page, c *call, result string) string {
	types := a.typesIn(c.file, result)
	if len(types) != 1 || a.homes[types[0].key()] != p {
		return ""
	}
	t := types[0]
	of, _ := a.target(t.decl)
	if _, told := p.inlined[t.key()]; told || of.Kind != tsdoc.Interface || slices.ContainsFunc(of.Members, func(m tsdoc.Member) bool { return m.Call != nil }) {
		return ""
	}
	p.inlined[t.key()] = c.name
	return fmt.Sprintf("<a id=\"%s\"></a>\n\n%s\n", anchor("type "+t.name), a.fieldTable(p, t))
}

func (a *API) fieldTable(p *page, t *typ) string {
	return "| field | type | what it is |\n| --- | --- | --- |\n" + a.fieldRows(p, a.fields(t.decl))
}

// fieldRows has a row for each field, and for those of one whose type is written
// out.
func (a *API) fieldRows(p *page, fields []field) string {
	var w strings.Builder
	for _, f := range fields {
		name := f.Name
		if f.Optional {
			name += "?"
		}
		text := f.Type
		if f.Call != nil {
			text = inLine("", *f.Call)
		}
		if len(f.Inner) > 0 {
			text = strings.Replace(text, text[:strings.LastIndexByte(text, '}')+1], "object", 1)
		}
		fmt.Fprintf(&w, "| `%s` | %s | %s |\n", name, a.typeCell(p, f.file, text), cell(a.prose(p, f.file, f.Doc.Text)))
		for _, inner := range f.Inner {
			of := f.Name + strings.TrimPrefix(text, "object") + "." + inner.Name
			fmt.Fprintf(&w, "| `%s` | %s | %s |\n", of, a.typeCell(p, f.file, inner.Type), cell(a.prose(p, f.file, inner.Doc.Text)))
		}
	}
	return w.String()
}

func (a *API) renderThrows(w *strings.Builder, c *call) {
	var codes []string
	for _, throws := range c.doc.Throws {
		for _, code := range strings.FieldsFunc(throws, func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			codes = append(codes, fmt.Sprintf("[`%s`](../errors.md#%s)", code, code))
		}
	}
	if len(codes) > 0 {
		fmt.Fprintf(w, "Errors: %s.\n\n", strings.Join(codes, ", "))
	}
}

func (a *API) renderExample(w *strings.Builder, c *call) {
	e, ok := a.examples[c.name]
	if !ok {
		a.problem("%s has no example in testing/reference/examples.js", c.name)
		return
	}
	writeExample(w, e.Code)
}

func writeExample(w *strings.Builder, code string) {
	fmt.Fprintf(w, "```js\n%s\n```\n\n", strings.TrimRight(code, "\n"))
}
