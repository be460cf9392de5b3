package reference

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/examples"
	"github.com/sharednode/sharednode/cmd/build-docs/tsdoc"
)

// Names that the sources give to what the pages are about.
const (
	indexFile = "index.ts"
	rootClass = "Sharednode"
	topPage   = "node"
	typesPage = "types"
	// Every call takes these, which is told once.
	callOptions = "CallOptions"
)

// An API is what is told of a client.
type API struct {
	source   tsdoc.Source
	examples map[string]examples.Example
	pages    []*page
	shared   *page            // of types
	homes    map[string]*page // of types, by their keys
	problems []string
}

// A page is one of the reference.
type page struct {
	name  string // of its file
	title string
	doc   []string
	calls []*call
	props []field // of the node
	// The classes of a module, and the types that are told of nowhere else.
	classes, types []*typ
	inlined        map[string]string // where types are told of on it, by their keys
}

// A call is one that an application makes.
type call struct {
	name string // "files.cp"
	file string // that declares it
	doc  tsdoc.Comment
	sigs []tsdoc.Call
}

// A typ is a type under the name it is known by.
type typ struct {
	name string
	decl *tsdoc.Declaration
}

func (t *typ) key() string { return t.decl.File + ":" + t.name }

// Read reads the client below a directory, client/js, and the examples of files.
func Read(client string, exampleFiles ...string) (*API, error) {
	source, err := tsdoc.Read(client+"/src", ".ts")
	if err != nil {
		return nil, err
	}
	entries, err := entryPoints(client + "/tsconfig.build.json")
	if err != nil {
		return nil, err
	}
	a := &API{source: source, examples: map[string]examples.Example{}, homes: map[string]*page{}}
	for _, file := range exampleFiles {
		all, err := examples.Read(file)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			a.examples[e.Name] = e
		}
	}
	root := source.Exported(indexFile, rootClass)
	if root == nil {
		return nil, fmt.Errorf("no class %s in %s", rootClass, indexFile)
	}
	a.readTop(root)
	a.readGroups("", root)
	for _, entry := range entries {
		a.readModule(entry)
	}
	a.placeTypes()
	return a, nil
}

// entryPoints returns the modules that the package has.
func entryPoints(config string) ([]string, error) {
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, err
	}
	var c struct {
		Files []string `json:"files"`
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", config, err)
	}
	for i, file := range c.Files {
		c.Files[i] = strings.TrimPrefix(file, "src/")
	}
	return c.Files, nil
}

// page returns the page of a name, which it begins if there is none.
func (a *API) page(name, title string) *page {
	for _, p := range a.pages {
		if p.name == name {
			return p
		}
	}
	p := &page{name: name, title: title, inlined: map[string]string{}}
	a.pages = append(a.pages, p)
	return p
}

// readTop reads the functions of the package and the calls of the node that are of
// no group.
func (a *API) readTop(root *tsdoc.Declaration) {
	p := a.page(topPage, "The node")
	p.doc = []string{root.Doc.Text}
	for _, d := range a.source.Exports(indexFile) {
		if d.Kind == tsdoc.Function {
			p.calls = append(p.calls, &call{name: d.Name, file: d.File, doc: d.Doc, sigs: d.Calls})
		}
	}
	a.readCalls(p, "", root)
	for _, m := range root.Members {
		if m.Getter && !m.Doc.Internal {
			p.props = append(p.props, field{m, root.File})
		}
	}
}

// readCalls reads the methods of a type, and of those that it extends, if they are
// parts of an API.
func (a *API) readCalls(p *page, prefix string, d *tsdoc.Declaration) {
	for _, m := range d.Members {
		if m.Call == nil || m.Doc.Internal || m.Name == "constructor" {
			continue
		}
		name := strings.Trim(prefix+"."+m.Name, ".")
		if i := slices.IndexFunc(p.calls, func(c *call) bool { return c.name == name }); i >= 0 {
			p.calls[i].sigs = append(p.calls[i].sigs, *m.Call)
			continue
		}
		p.calls = append(p.calls, &call{name: name, file: d.File, doc: m.Doc, sigs: []tsdoc.Call{*m.Call}})
	}
	for _, base := range d.Extends {
		if of := a.source.Find(d.File, base); of != nil && strings.HasSuffix(of.Name, "API") {
			a.readCalls(p, prefix, of)
		}
	}
}

// readGroups reads the groups that are fields of a type. Those within a group are
// on its page.
func (a *API) readGroups(prefix string, d *tsdoc.Declaration) {
	for _, m := range d.Members {
		group := a.groupOf(d.File, m.Type)
		if group == nil || m.Doc.Internal {
			continue
		}
		path := strings.Trim(prefix+"."+m.Name, ".")
		name, _, _ := strings.Cut(path, ".")
		p := a.page(name, "node."+name)
		p.doc = append(p.doc, group.Doc.Text)
		a.readCalls(p, path, group)
		a.readGroups(path, group)
	}
}

// groupOf returns the group that a type has, itself or as one of its parts.
func (a *API) groupOf(file, text string) *tsdoc.Declaration {
	for _, name := range namesIn(text) {
		d := a.source.Find(file, name)
		switch {
		case d == nil || d.Kind == tsdoc.Class:
		case strings.HasSuffix(d.Name, "API"):
			return d
		case d.Kind == tsdoc.Type && !d.Exported:
			if group := a.groupOf(d.File, d.Type); group != nil {
				return group
			}
		}
	}
	return nil
}

// readModule reads what a module of the package's exports beside its index.
func (a *API) readModule(file string) {
	if file == indexFile {
		return
	}
	name := strings.TrimSuffix(path.Base(file), ".ts")
	p := a.page(name, "")
	p.title = "sharednode/" + name
	for _, d := range a.source.Exports(file) {
		switch d.Kind {
		case tsdoc.Function:
			p.calls = append(p.calls, &call{name: d.Name, file: d.File, doc: d.Doc, sigs: d.Calls})
		case tsdoc.Class:
			if slices.Contains(d.Extends, "Error") {
				continue // a type
			}
			p.classes = append(p.classes, &typ{d.Name, d})
		}
	}
}
