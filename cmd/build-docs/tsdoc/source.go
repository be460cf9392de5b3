package tsdoc

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// A Source is all modules below a directory, by their paths in it.
type Source map[string]Module

// Read reads the modules below a directory: the files of an ending, ".ts".
func Read(dir, ending string) (Source, error) {
	s := Source{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ending) {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err == nil {
			s[name] = Parse(name, string(text))
		}
		return err
	})
	return s, err
}

// Find returns what a name stands for in a module, which may have it from another:
// "AddOptions", "files.AddOptions". It is nil for what no module here declares.
func (s Source) Find(file, name string) *Declaration {
	module, ok := s[file]
	if !ok {
		return nil
	}
	space, inner, qualified := strings.Cut(name, ".")
	for i := range module.Declarations {
		if d := &module.Declarations[i]; d.Name == name {
			return d
		}
	}
	for _, imp := range module.Imports {
		switch {
		case qualified && imp.As == "*" && imp.Name == space:
			return s.Find(beside(file, imp.From), inner)
		case imp.Name == name:
			return s.Exported(beside(file, imp.From), imp.As)
		}
	}
	return nil
}

// Exported returns what a module exports under a name.
func (s Source) Exported(file, name string) *Declaration {
	for _, e := range s[file].Exports {
		if e.Name == name && e.From != "" {
			return s.Exported(beside(file, e.From), e.As)
		}
		if e.Name == name {
			name = e.As
			break
		}
	}
	return s.Find(file, name)
}

// Exports returns all that a module exports, in the order in which it says so.
func (s Source) Exports(file string) []*Declaration {
	var all []*Declaration
	module := s[file]
	for i := range module.Declarations {
		if d := &module.Declarations[i]; d.Exported && !d.Doc.Internal {
			all = append(all, d)
		}
	}
	for _, e := range module.Exports {
		if d := s.Exported(file, e.Name); d != nil && !d.Doc.Internal {
			all = append(all, d)
		}
	}
	return all
}

// beside is the file of a module that another one names.
func beside(file, module string) string {
	if !strings.HasPrefix(module, ".") {
		return ""
	}
	return path.Join(path.Dir(file), strings.TrimSuffix(module, ".js")+".ts")
}
