package reference

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/tsdoc"
)

var typeName = regexp.MustCompile(`\b(?:[a-z]\w*\.)?[A-Z]\w+\b`)

// namesIn returns what may be the names of types in the text of one. What is in
// quotes is none.
func namesIn(text string) []string {
	return typeName.FindAllString(quotes.ReplaceAllString(text, "''"), -1)
}

var quotes = regexp.MustCompile(`'[^']*'`)

// known returns the type of a name, if it is one that the pages tell of.
func (a *API) known(file, name string) *typ {
	return tellable(a.source.Find(file, name))
}

// tellable is the type that a declaration is, if the pages tell of it.
func tellable(d *tsdoc.Declaration) *typ {
	if d == nil || d.Doc.Internal || d.Kind == tsdoc.Function || d.Kind == tsdoc.Const || strings.HasSuffix(d.Name, "API") ||
		d.Name == rootClass || d.File == "numbers.ts" {
		return nil
	}
	return &typ{d.Name, d}
}

// typesIn returns the types that a text names.
func (a *API) typesIn(file, text string) []*typ {
	var found []*typ
	for _, name := range namesIn(text) {
		if t := a.known(file, name); t != nil && !slices.ContainsFunc(found, func(f *typ) bool { return f.decl == t.decl }) {
			found = append(found, t)
		}
	}
	return found
}

// target returns the declaration whose fields a type has: that of what it stands
// for, if it is but another name.
func (a *API) target(d *tsdoc.Declaration) (of *tsdoc.Declaration, numbers bool) {
	text := d.Type
	if inner, ok := strings.CutPrefix(text, "Numbers<"); ok {
		text, numbers = strings.TrimSuffix(inner, ">"), true
	}
	if d.Kind == tsdoc.Type && regexp.MustCompile(`^\w+$`).MatchString(text) {
		if of := a.source.Find(d.File, text); of != nil && of.Kind == tsdoc.Interface {
			return of, numbers
		}
	}
	return d, false
}

// placeTypes gives each type that the API speaks of a page: that which speaks of
// it, or, where several do, that of shared types. Of what is exported and nothing
// speaks of the page of the node tells.
func (a *API) placeTypes() {
	a.shared = &page{name: typesPage, title: "Types", inlined: map[string]string{}}
	for _, p := range a.pages {
		w := walk{api: a, page: p, seen: map[string]bool{}}
		for _, c := range p.calls {
			w.call(c)
		}
		for _, t := range p.classes {
			w.typ(t)
		}
	}
	rest := walk{api: a, page: a.page(topPage, ""), seen: map[string]bool{}}
	for _, d := range a.source.Exports(indexFile) {
		if t := tellable(d); t != nil && a.homes[t.key()] == nil {
			rest.typ(t)
		}
	}
	rest.page.types = append(rest.page.types, rest.found...)
}

// A walk goes through what a page speaks of.
type walk struct {
	api   *API
	page  *page
	seen  map[string]bool
	found []*typ
	only  bool // looks, and gives no type a page
}

func (w *walk) call(c *call) {
	for _, sig := range c.sigs {
		for _, param := range sig.Params {
			w.text(c.file, param.Type)
		}
		w.text(c.file, sig.Result)
	}
}

func (w *walk) text(file, text string) {
	for _, t := range w.api.typesIn(file, text) {
		w.typ(t)
	}
}

func (w *walk) typ(t *typ) {
	if w.seen[t.key()] {
		return
	}
	w.seen[t.key()] = true
	w.found = append(w.found, t)
	if !w.only {
		w.place(t)
	}
	d, _ := w.api.target(t.decl)
	if d == t.decl {
		w.text(d.File, d.Type)
	}
	for _, base := range d.Extends {
		w.text(d.File, base)
	}
	for _, m := range d.Members {
		w.text(d.File, m.Type)
		if m.Call != nil {
			w.call(&call{file: d.File, sigs: []tsdoc.Call{*m.Call}})
		}
	}
}

func (w *walk) place(t *typ) {
	switch home := w.api.homes[t.key()]; home {
	case nil:
		w.api.homes[t.key()] = w.page
	case w.page, w.api.shared:
	default:
		w.api.homes[t.key()] = w.api.shared
	}
}

// fields returns those of a type and of the types it extends, each with the file
// that declares it; but for what every call takes.
func (a *API) fields(d *tsdoc.Declaration) []field {
	of, numbers := a.target(d)
	var all []field
	for _, m := range of.Members {
		if numbers {
			m.Type = strings.ReplaceAll(m.Type, "number | bigint", "number")
		}
		if !m.Doc.Internal && m.Name != "constructor" {
			all = append(all, field{m, of.File})
		}
	}
	for _, base := range of.Extends {
		name, _, _ := strings.Cut(base, "<")
		if from := a.source.Find(of.File, name); from != nil && from.Name != callOptions {
			for _, f := range a.fields(from) {
				if !slices.ContainsFunc(all, func(have field) bool { return have.Name == f.Name }) {
					all = append(all, f)
				}
			}
		}
	}
	return all
}

// A field is a member, and the file that declares it.
type field struct {
	tsdoc.Member
	file string
}

// isOptions reports whether a parameter is a call's options.
func (a *API) isOptions(file string, param tsdoc.Param) *typ {
	text, _, _ := strings.Cut(param.Type, "<")
	t := a.known(file, strings.TrimSpace(text))
	if t == nil || t.decl.Kind != tsdoc.Interface || t.name == callOptions {
		return nil
	}
	if strings.HasSuffix(t.name, "Options") || slices.Contains(t.decl.Extends, callOptions) || param.Name == "query" {
		return t
	}
	return nil
}
