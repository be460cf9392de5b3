package coreapi

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A surface is the options of each method of an API, by its path: "dag.export".
type surface map[string][]string

// readSurface reads the declarations in the files below a directory, and returns
// what the type root has, with groups that are not its fields by their paths, but
// for what the types bases give it.
func readSurface(dir, suffix, root string, groups map[string]string, bases ...string) (surface, error) {
	all := map[string]declaration{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, suffix) || strings.HasSuffix(path, ".gen.ts") {
			return err
		}
		data, err := os.ReadFile(path)
		declarations(string(data), all)
		return err
	})
	if err != nil {
		return nil, err
	}
	r := reader{all: all, bases: bases, found: surface{}}
	r.group("", root)
	for path, group := range groups {
		r.group(path, group)
	}
	return r.found, nil
}

type reader struct {
	all   map[string]declaration
	bases []string // types whose fields every call has, and what else is passed over
	found surface
}

// group notes the methods of a type, and of the groups in it.
func (r *reader) group(prefix, typ string) {
	d, ok := r.all[typ]
	if !ok || slices.Contains(r.bases, typ) {
		return
	}
	for _, base := range d.extends {
		r.group(prefix, base)
	}
	for _, m := range d.members {
		path := strings.TrimPrefix(prefix+"."+m.name, ".")
		if m.name == "" {
			path = prefix
		}
		switch {
		case m.method && m.name != "constructor" && !hidden[m.name]:
			r.found[path] = r.optionsOf(m.params)
		case !m.method && strings.HasSuffix(m.typ, "API"):
			r.group(path, m.typ)
		}
	}
}

// hidden are methods of the class that are no part of the API.
var hidden = map[string]bool{"connect": true, "listened": true}

var optionsParam = regexp.MustCompile(`(?:options|query|credentials)\??:\s*([\w.]+)`)

// optionsOf returns the names of the fields of a method's options, sorted.
func (r *reader) optionsOf(params string) []string {
	match := optionsParam.FindStringSubmatch(params)
	if match == nil {
		return nil
	}
	names := r.fields(plainType(match[1]))
	slices.Sort(names)
	return slices.Compact(names)
}

func (r *reader) fields(typ string) []string {
	if slices.Contains(r.bases, typ) {
		return nil
	}
	d := r.all[typ]
	var names []string
	for _, base := range d.extends {
		names = append(names, r.fields(base)...)
	}
	for _, m := range d.members {
		if m.name != "" {
			names = append(names, m.name)
		}
	}
	return names
}
