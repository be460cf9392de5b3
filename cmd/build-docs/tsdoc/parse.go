package tsdoc

import (
	"slices"
	"strings"
)

// Parse reads the text of a module. The name of its file is only noted.
func Parse(file, text string) Module {
	p := parser{file: file, text: text, tokens: lex(text)}
	for p.peek().text != "" {
		p.statement()
	}
	return p.module
}

type parser struct {
	file   string
	text   string
	tokens []token
	at     int
	module Module
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) after() string {
	if p.at+1 < len(p.tokens) {
		return p.tokens[p.at+1].text
	}
	return ""
}

func (p *parser) take() token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// takeIf takes a token if it is the one.
func (p *parser) takeIf(text string) bool {
	if p.peek().text != text {
		return false
	}
	p.take()
	return true
}

// statement reads one statement of a module, of which it notes a declaration.
func (p *parser) statement() {
	d := Declaration{File: p.file, Doc: readComment(p.peek().doc)}
	start := p.peek().start
	for {
		switch p.peek().text {
		case "export":
			d.Exported = true
		case "declare", "default", "abstract", "async":
		default:
			p.declaration(d, start)
			return
		}
		p.take()
		if d.Exported && slices.Contains([]string{"{", "*", "type"}, p.peek().text) && p.exports() {
			return
		}
	}
}

// declaration reads what a statement declares, if it declares something.
func (p *parser) declaration(d Declaration, start int) {
	kinds := map[string]Kind{"interface": Interface, "class": Class, "type": Type, "function": Function, "const": Const}
	if p.peek().text == "import" {
		p.imports()
		return
	}
	kind, ok := kinds[p.peek().text]
	if !ok || !isName(p.after()) && p.after() != "*" {
		p.skipStatement()
		return
	}
	p.take()
	p.takeIf("*")
	d.Kind, d.Name = kind, p.take().text
	d.TypeParams = p.angles()
	switch kind {
	case Interface, Class:
		if p.takeIf("extends") {
			d.Extends = p.list("{", "implements")
		}
		if p.takeIf("implements") {
			p.list("{")
		}
		d.Members = p.members()
	case Type:
		p.takeIf("=")
		d.Type = p.typ(";")
		p.takeIf(";")
	case Function:
		d.Calls = []Call{p.call(d.TypeParams)}
		if !p.takeIf(";") {
			p.group()
		}
	case Const:
		if p.takeIf("enum") {
			p.take()
		}
		p.skipStatement()
	}
	end := p.tokens[p.at-1].end
	d.Source = p.text[start:end]
	p.add(d)
}

// add notes a declaration; a function may have several signatures.
func (p *parser) add(d Declaration) {
	all := p.module.Declarations
	if n := len(all); n > 0 && d.Kind == Function && all[n-1].Name == d.Name {
		all[n-1].Calls = append(all[n-1].Calls, d.Calls...)
		return
	}
	p.module.Declarations = append(all, d)
}

// exports reads a list of exports after its first word.
func (p *parser) exports() bool {
	begun := p.at
	p.takeIf("type")
	if !p.takeIf("{") {
		p.at = begun
		if p.peek().text == "*" {
			p.skipStatement()
			return true
		}
		return false
	}
	names, from := p.names(), p.from()
	for _, n := range names {
		p.module.Exports = append(p.module.Exports, Export{Name: n[1], As: n[0], From: from})
	}
	return true
}

// imports reads a statement that imports.
func (p *parser) imports() {
	p.take()
	if p.peek().text == "type" && p.after() != "from" {
		p.take()
	}
	var names [][2]string
	for t := p.peek().text; t != "from" && t != ";" && t != ""; t = p.peek().text {
		switch {
		case p.takeIf("{"):
			names = append(names, p.names()...)
		case p.takeIf("*"):
			p.takeIf("as")
			names = append(names, [2]string{"*", p.take().text})
		case isName(t):
			names = append(names, [2]string{"default", p.take().text})
		default:
			p.take()
		}
	}
	from := p.from()
	for _, n := range names {
		p.module.Imports = append(p.module.Imports, Import{Name: n[1], As: n[0], From: from})
	}
}

// names reads a list in braces after its first: each as it is there, and here.
func (p *parser) names() [][2]string {
	var found [][2]string
	for !p.takeIf("}") && p.peek().text != "" {
		if p.peek().text == "type" && isName(p.after()) {
			p.take()
		}
		there := p.take().text
		here := there
		if p.takeIf("as") {
			here = p.take().text
		}
		p.takeIf(",")
		found = append(found, [2]string{there, here})
	}
	return found
}

// from reads which module a statement is about, to its end.
func (p *parser) from() string {
	var from string
	if p.takeIf("from") {
		from = strings.Trim(p.take().text, `'"`)
	}
	p.takeIf(";")
	return from
}

// skipStatement passes over what runs.
func (p *parser) skipStatement() {
	for p.peek().text != "" {
		switch t := p.peek().text; {
		case t == ";":
			p.take()
			return
		case opens(t):
			p.group()
			if t == "{" && isStart(p.peek().text) {
				return
			}
		default:
			p.take()
		}
	}
}

// isStart reports whether a word begins a statement that may follow a body.
func isStart(word string) bool {
	return slices.Contains([]string{"export", "function", "async", "class", "interface", "type", "const", "import", "declare", ""}, word)
}

func isName(word string) bool {
	r := []rune(word)
	return len(r) > 0 && isWord(r[0])
}

func opens(mark string) bool { return mark == "(" || mark == "[" || mark == "{" }

// group passes over what stands in brackets, from one that opens on.
func (p *parser) group() {
	depth := 0
	for p.peek().text != "" {
		switch t := p.take().text; t {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		if depth <= 0 {
			return
		}
	}
}

// angles reads the parameters of a type, if there are some.
func (p *parser) angles() string {
	if p.peek().text != "<" {
		return ""
	}
	start, depth := p.peek().start, 0
	for p.peek().text != "" {
		t := p.take()
		switch t.text {
		case "<":
			depth++
		case ">":
			if depth--; depth == 0 {
				return oneLine(p.text[start:t.end])
			}
		}
	}
	return ""
}

// list reads types up to one of some words.
func (p *parser) list(ends ...string) []string {
	var types []string
	for !slices.Contains(append(ends, ""), p.peek().text) {
		types = append(types, p.typ(append(ends, ",")...))
		p.takeIf(",")
	}
	return types
}
