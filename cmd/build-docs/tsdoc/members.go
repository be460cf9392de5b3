package tsdoc

import (
	"regexp"
	"slices"
	"strings"
)

// members reads a body in braces.
func (p *parser) members() []Member {
	var found []Member
	p.takeIf("{")
	for !p.takeIf("}") && p.peek().text != "" {
		if p.takeIf(";") || p.takeIf(",") {
			continue
		}
		if m, public := p.member(); public {
			found = append(found, m)
		}
	}
	return found
}

var modifiers = []string{
	"readonly", "static", "override", "public", "private", "protected", "abstract",
	"declare", "async", "get", "set",
}

// member reads a member, and reports whether others may use it.
func (p *parser) member() (m Member, public bool) {
	m.Doc = readComment(p.peek().doc)
	public = true
	for slices.Contains(modifiers, p.peek().text) && !slices.Contains([]string{"(", ":", "?", "=", ";", "<"}, p.after()) {
		word := p.take().text
		m.Getter = m.Getter || word == "get"
		public = public && word != "private" && word != "protected" && word != "set" && word != "static"
	}
	p.takeIf("*")
	switch t := p.peek().text; {
	case t == "[": // computed, or of an index
		start := p.peek().start
		p.group()
		m.Name = p.text[start:p.tokens[p.at-1].end]
		public = false
	case t != "(" && t != "<":
		m.Name = strings.Trim(p.take().text, `'"`)
		public = public && !strings.HasPrefix(m.Name, "#")
	}
	m.Optional = p.takeIf("?")
	p.takeIf("!")
	if t := p.peek().text; t == "(" || t == "<" {
		c := p.call(p.angles())
		if p.peek().text == "{" {
			p.group()
		}
		if m.Getter {
			m.Type = c.Result
		} else {
			m.Call = &c
		}
		return m, public
	}
	if p.takeIf(":") {
		if begun := p.at; p.peek().text == "{" {
			m.Inner = p.members()
			p.at = begun
		}
		m.Type = p.typ(";", "=", ",")
	}
	if p.takeIf("=") {
		p.value()
	}
	return m, public
}

// value passes over what a field begins as.
func (p *parser) value() {
	for t := p.peek().text; t != ";" && t != "}" && t != ""; t = p.peek().text {
		if opens(t) {
			p.group()
		} else {
			p.take()
		}
	}
}

// call reads a signature from its parameters on.
func (p *parser) call(typeParams string) Call {
	c := Call{TypeParams: typeParams}
	p.takeIf("(")
	for !p.takeIf(")") && p.peek().text != "" {
		c.Params = append(c.Params, p.param())
		p.takeIf(",")
	}
	if p.takeIf(":") {
		c.Result = p.typ(";", "{", ",")
	}
	return c
}

func (p *parser) param() Param {
	var param Param
	start := p.peek().start
	if opens(p.peek().text) {
		p.group()
	} else {
		if p.takeIf("...") {
			start = p.tokens[p.at-1].start
		}
		p.take()
	}
	param.Name = oneLine(p.text[start:p.tokens[p.at-1].end])
	param.Optional = p.takeIf("?")
	if p.takeIf(":") {
		param.Type = p.typ(",", ")", "=")
	}
	if p.takeIf("=") {
		param.Optional = true
		if t := p.peek().text; param.Type == "" && strings.Contains("'\"`", t[:1]) {
			param.Type = "string"
		}
		for t := p.peek().text; t != "," && t != ")" && t != ""; t = p.peek().text {
			if opens(t) {
				p.group()
			} else {
				p.take()
			}
		}
	}
	return param
}

// typ reads a type up to one of some marks outside of any brackets. A brace at its
// beginning, or after what wants a type, is a part of it.
func (p *parser) typ(ends ...string) string {
	start, angle := p.peek().start, 0
	wants := true
	for p.peek().text != "" {
		t := p.peek().text
		if angle == 0 && slices.Contains(ends, t) && (!wants || t != "{") {
			break
		}
		switch {
		case opens(t):
			p.group()
			wants = false
			continue
		case t == ")" || t == "]" || t == "}":
			return p.typeText(start)
		case t == "<":
			angle++
		case t == ">":
			angle--
		}
		wants = slices.Contains([]string{"|", "&", "=>", "<", ",", ":", "?", "extends"}, t)
		p.take()
	}
	return p.typeText(start)
}

func (p *parser) typeText(start int) string {
	if p.at == 0 || p.tokens[p.at-1].end <= start {
		return ""
	}
	return strings.TrimPrefix(oneLine(p.text[start:p.tokens[p.at-1].end]), "| ")
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*\n`)
	spaces   = regexp.MustCompile(`\s+`)
	opened   = regexp.MustCompile(`([(<\[]) (?:\| )?`)
	closed   = regexp.MustCompile(`,? ([)>\]])`)
)

// oneLine makes one line of a text that Prettier has broken.
func oneLine(text string) string {
	text = spaces.ReplaceAllString(comments.ReplaceAllString(text, " "), " ")
	text = opened.ReplaceAllString(text, "$1")
	return strings.TrimSpace(closed.ReplaceAllString(text, "$1"))
}
