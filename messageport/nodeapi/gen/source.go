package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// source is what the package declares, each list in the order of declaration.
type source struct {
	methods []constant
	codes   []constant
	// transport has the codes of package messageport that are not among codes.
	transport []constant
	structs   []structType
	repeats   []repeat
}

// repeat is an entry of the map Repeats: constants' names, as a constant has
// them.
type repeat struct{ method, kind string }

// constant is a string constant whose name begins with Method or Code.
type constant struct {
	name  string // without that beginning
	value string
	doc   string
}

type structType struct {
	name   string
	doc    string
	fields []field
}

type field struct {
	name     string // on the wire
	typ      ast.Expr
	optional bool
	doc      string
}

// transportFile declares the codes of package messageport, seen from the directory
// of package nodeapi.
const transportFile = "../errors.go"

// readSource reads the declarations of the package in dir.
func readSource(dir string) (source, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return source{}, err
	}
	var src source
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if err := src.readFile(path); err != nil {
			return source{}, err
		}
	}
	var transport source
	if err := transport.readFile(filepath.Join(dir, transportFile)); err != nil {
		return source{}, err
	}
	for _, c := range transport.codes {
		if !slices.ContainsFunc(src.codes, func(have constant) bool { return have.value == c.value }) {
			src.transport = append(src.transport, c)
		}
	}
	return src, nil
}

func (src *source) readFile(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok {
			if err := src.add(decl); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return nil
}

func (src *source) add(decl *ast.GenDecl) error {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			if spec.Names[0].Name == "Repeats" {
				src.addRepeats(spec)
			} else if err := src.addConstant(decl, spec); err != nil {
				return err
			}
		case *ast.TypeSpec:
			if err := src.addStruct(decl, spec); err != nil {
				return err
			}
		}
	}
	return nil
}

func (src *source) addConstant(decl *ast.GenDecl, spec *ast.ValueSpec) error {
	if decl.Tok != token.CONST || len(spec.Names) != 1 || len(spec.Values) != 1 {
		return nil
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return nil
	}
	value, err := strconv.Unquote(literal.Value)
	if err != nil {
		return err
	}
	ident := spec.Names[0].Name
	doc := comment(spec.Doc, spec.Comment)
	if name, ok := strings.CutPrefix(ident, "Method"); ok {
		src.methods = append(src.methods, constant{name, value, doc})
	} else if name, ok := strings.CutPrefix(ident, "Code"); ok {
		src.codes = append(src.codes, constant{name, value, doc})
	}
	return nil
}

func (src *source) addRepeats(spec *ast.ValueSpec) {
	table, _ := spec.Values[0].(*ast.CompositeLit)
	for _, elt := range table.Elts {
		entry, _ := elt.(*ast.KeyValueExpr)
		src.repeats = append(src.repeats, repeat{
			method: strings.TrimPrefix(fmt.Sprint(entry.Key), "Method"),
			kind:   strings.TrimPrefix(fmt.Sprint(entry.Value), "Repeat"),
		})
	}
}

func (src *source) addStruct(decl *ast.GenDecl, spec *ast.TypeSpec) error {
	typ, ok := spec.Type.(*ast.StructType)
	if !ok || !spec.Name.IsExported() {
		return nil
	}
	st := structType{name: spec.Name.Name, doc: comment(spec.Doc, nil)}
	if st.doc == "" {
		st.doc = comment(decl.Doc, nil)
	}
	for _, f := range typ.Fields.List {
		name, optional, ok := wireName(f)
		if !ok {
			return nil // Go's alone
		}
		if len(f.Names) != 1 {
			return fmt.Errorf("type %s: field %q stands for %d", st.name, name, len(f.Names))
		}
		st.fields = append(st.fields, field{name, f.Type, optional, comment(f.Doc, f.Comment)})
	}
	src.structs = append(src.structs, st)
	return nil
}

// wireName returns the name in the field's cbor tag and whether the field may
// be left out; ok is false if there is no such tag.
func wireName(f *ast.Field) (name string, optional, ok bool) {
	if f.Tag == nil {
		return "", false, false
	}
	text, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return "", false, false
	}
	tag, ok := reflect.StructTag(text).Lookup("cbor")
	name, options, _ := strings.Cut(tag, ",")
	return name, options == "omitempty", ok && name != ""
}

// comment joins what stands above a declaration with what stands behind it.
func comment(above, behind *ast.CommentGroup) string {
	return strings.TrimSpace(above.Text() + behind.Text())
}
