package coreapi

import (
	"strings"
	"unicode"
)

// A declaration is an interface or a class of TypeScript, as far as it matters
// here.
type declaration struct {
	extends []string
	members []member
}

// A member is a method, or a field.
type member struct {
	name   string // empty for what an interface can be called as
	method bool
	typ    string // of a field
	params string // of a method
}

// declarations reads the interfaces and classes in a text. It is for declarations
// that are well formed, and knows no more of the language than those in question
// use.
func declarations(text string, into map[string]declaration) {
	text = withoutComments(text)
	for _, keyword := range []string{"interface ", "class "} {
		rest := text
		for {
			at := strings.Index(rest, keyword)
			if at < 0 {
				break
			}
			atWord := at == 0 || strings.ContainsRune(" \n", rune(rest[at-1]))
			rest = rest[at+len(keyword):]
			head, after, found := strings.Cut(rest, "{")
			if !atWord || !found {
				continue
			}
			name, extends := readHead(head)
			body, _ := upTo(after, '{', '}')
			into[name] = declaration{extends, members(body)}
		}
	}
}

func readHead(head string) (name string, extends []string) {
	name, bases, _ := strings.Cut(head, "extends")
	bases, _, _ = strings.Cut(bases, "implements")
	name, _, _ = strings.Cut(strings.TrimSpace(name), "<")
	name, _, _ = strings.Cut(name, " ")
	for base := range strings.SplitSeq(bases, ",") {
		if base = strings.Trim(plainType(base), "<>"); base != "" {
			extends = append(extends, base)
		}
	}
	return name, extends
}

// plainType is a type's name without its parameters and where it is from.
func plainType(typ string) string {
	typ, _, _ = strings.Cut(strings.TrimSpace(typ), "<")
	if at := strings.LastIndexByte(typ, '.'); at >= 0 {
		typ = typ[at+1:]
	}
	return strings.TrimSpace(typ)
}

// members reads the body of a declaration.
func members(body string) []member {
	var found []member
	for len(body) > 0 {
		var m member
		m, body = nextMember(body)
		if m.name != "" || m.method {
			found = append(found, m)
		}
	}
	return found
}

// nextMember reads up to the end of a member: a semicolon, or a method's body.
func nextMember(body string) (member, string) {
	body = strings.TrimLeftFunc(body, unicode.IsSpace)
	if body == "" {
		return member{}, ""
	}
	end := strings.IndexAny(body, "(:;={<")
	if end < 0 {
		return member{}, ""
	}
	if body[end] == '<' { // type parameters, of a method
		_, rest := upTo(body[end+1:], '<', '>')
		body = body[:end] + rest
		if end >= len(body) {
			return member{}, ""
		}
	}
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(body[:end]), "?"))
	var m member
	if len(words) > 0 {
		m.name = strings.Trim(words[len(words)-1], "'*?")
	}
	if len(words) > 1 && (words[0] == "get" || words[0] == "private") || strings.HasPrefix(m.name, "#") || strings.HasPrefix(m.name, "[") {
		m.name = "" // nobody's to call
	}
	if body[end] == '(' {
		m.method = m.name != "" || len(words) == 0
		m.params, body = upTo(body[end+1:], '(', ')')
		return m, afterMember(body)
	}
	rest := afterMember(body[end:])
	if body[end] == ':' {
		typ := strings.TrimSuffix(body[end+1:len(body)-len(rest)], ";")
		if m.method = strings.Contains(typ, "=>"); m.method {
			m.params = typ // those of a function
		}
		m.typ = plainType(typ)
	}
	return m, rest
}

// afterMember passes over what follows a name: a type up to its semicolon, or a
// body in braces that comes after a space, unlike that of a type's.
func afterMember(body string) string {
	depth := 0
	for i, r := range body {
		switch r {
		case '{', '(', '[':
			depth++
		case '}', ')', ']':
			depth--
			if depth == 0 && r == '}' && strings.HasPrefix(body[i+1:], "\n") {
				return body[i+1:] // of a method
			}
		case ';':
			if depth == 0 {
				return body[i+1:]
			}
		}
	}
	return ""
}

// upTo returns what stands before the bracket that closes an open one, and what
// after it.
func upTo(text string, opens, closes rune) (inner, rest string) {
	depth := 1
	for i, r := range text {
		switch r {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return text[:i], text[i+1:]
			}
		}
	}
	return text, ""
}

// withoutComments leaves out comments, and what is in quotes: there are braces in
// both.
func withoutComments(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return out.String()
			}
			i += end + 1
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				return out.String()
			}
			i += end - 1
		case text[i] == '\'' || text[i] == '`' || text[i] == '"':
			end := strings.IndexByte(text[i+1:], text[i])
			if end < 0 || strings.Contains(text[i+1:i+1+end], "\n") && text[i] != '`' {
				out.WriteByte(text[i]) // an apostrophe
				continue
			}
			out.WriteString("''")
			i += end + 1
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}
