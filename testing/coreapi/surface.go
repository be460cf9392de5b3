package coreapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/tsdoc"
)

// A surface is the options of each method of an API, by its path: "dag.export".
type surface map[string][]string

// readSurface reads the declarations in the files below a directory, and returns
// what the type root has, with groups that are not its fields by their paths, but
// for what the types bases give it.
func readSurface(dir, suffix, root string, groups map[string]string, bases ...string) (surface, error) {
	source, err := tsdoc.Read(dir, suffix)
	if err != nil {
		return nil, err
	}
	r := reader{all: map[string]tsdoc.Declaration{}, bases: bases, found: surface{}}
	for file, module := range source {
		if strings.HasSuffix(file, ".gen.ts") {
			continue
		}
		for _, d := range module.Declarations {
			if d.Kind == tsdoc.Interface || d.Kind == tsdoc.Class {
				r.all[d.Name] = d
			}
		}
	}
	r.group("", root)
	for path, group := range groups {
		r.group(path, group)
	}
	return r.found, nil
}

type reader struct {
	all   map[string]tsdoc.Declaration
	bases []string // types whose fields every call has, and what else is passed over
	found surface
}

// ofOther is a field that is a method of another type: "RepoAPI['stat']".
var ofOther = regexp.MustCompile(`^(\w+)(?:<.*>)?\['(\w+)'\]$`)

// group notes the methods of a type, and of the groups in it.
func (r *reader) group(prefix, typ string) {
	d, ok := r.all[typ]
	if !ok || slices.Contains(r.bases, typ) {
		return
	}
	for _, base := range d.Extends {
		r.group(prefix, plainType(base))
	}
	for _, m := range d.Members {
		path := strings.TrimPrefix(prefix+"."+m.Name, ".")
		if m.Name == "" {
			path = prefix
		}
		switch {
		case m.Getter || m.Name == "constructor" || hidden[m.Name]:
		case m.Call != nil:
			r.found[path] = r.optionsOf(*m.Call)
		case strings.Contains(m.Type, "=>"):
			r.found[path] = r.optionsOfField(m.Type)
		case ofOther.MatchString(m.Type):
			r.found[path] = r.optionsOfOther(ofOther.FindStringSubmatch(m.Type))
		case strings.HasSuffix(plainType(m.Type), "API"):
			r.group(path, plainType(m.Type))
		}
	}
}

// hidden are methods of the class that are no part of the API.
var hidden = map[string]bool{"connect": true, "listened": true}

// optionsOf returns the names of the fields of a method's options, sorted.
func (r *reader) optionsOf(c tsdoc.Call) []string {
	for _, param := range c.Params {
		if slices.Contains([]string{"options", "query", "credentials"}, param.Name) {
			return sorted(r.fields(plainType(param.Type)))
		}
	}
	return nil
}

var optionsParam = regexp.MustCompile(`(?:options|query|credentials)\??:\s*([\w.]+)`)

// optionsOfField does so for a field that is a function.
func (r *reader) optionsOfField(typ string) []string {
	match := optionsParam.FindStringSubmatch(typ)
	if match == nil {
		return nil
	}
	return sorted(r.fields(plainType(match[1])))
}

// optionsOfOther does so for a field that is a method of another type.
func (r *reader) optionsOfOther(match []string) []string {
	for _, m := range r.all[match[1]].Members {
		if m.Name == match[2] && m.Call != nil {
			return r.optionsOf(*m.Call)
		}
	}
	return nil
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func (r *reader) fields(typ string) []string {
	if slices.Contains(r.bases, typ) {
		return nil
	}
	d := r.all[typ]
	var names []string
	for _, base := range d.Extends {
		names = append(names, r.fields(plainType(base))...)
	}
	for _, m := range d.Members {
		if m.Name != "" {
			names = append(names, m.Name)
		}
	}
	return names
}

// plainType is a type's name without its parameters and where it is from. Of one
// that is made of another, Partial<A>, it is the other.
func plainType(typ string) string {
	for _, of := range []string{"Partial<", "Omit<", "Pick<", "Readonly<"} {
		if inner, ok := strings.CutPrefix(typ, of); ok {
			typ, _, _ = strings.Cut(strings.TrimSuffix(inner, ">"), ",")
		}
	}
	typ, _, _ = strings.Cut(strings.TrimSpace(typ), "<")
	typ, _, _ = strings.Cut(typ, " & ")
	if at := strings.LastIndexByte(typ, '.'); at >= 0 {
		typ = typ[at+1:]
	}
	return strings.TrimSpace(typ)
}
