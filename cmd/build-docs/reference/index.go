package reference

import (
	"fmt"
	"strings"
)

// Index writes the list of all calls, one on a line, by pages.
func (a *API) Index() string {
	var w strings.Builder
	for _, p := range a.pages {
		fmt.Fprintf(&w, "### [%s](%s.md)\n\n", p.title, p.name)
		if len(p.doc) > 0 && p.name != topPage {
			w.WriteString(first(p.doc[0]) + "\n\n")
		}
		w.WriteString("| call | what it does |\n| --- | --- |\n")
		for _, t := range p.classes {
			fmt.Fprintf(&w, "| [`%s`](%s.md#%s) | %s |\n", t.name, p.name, anchor(t.name), cell(first(t.decl.Doc.Text)))
		}
		for _, c := range p.calls {
			fmt.Fprintf(&w, "| [`%s`](%s.md#%s) | %s |\n", brief(c), p.name, anchor(c.name), cell(first(c.doc.Text)))
		}
		w.WriteString("\n")
	}
	return w.String()
}

// brief is a call and the names of what it takes.
func brief(c *call) string {
	var names []string
	for _, param := range c.sigs[0].Params {
		name := param.Name
		if param.Optional {
			name += "?"
		}
		names = append(names, name)
	}
	return c.name + "(" + strings.Join(names, ", ") + ")"
}
