package tsdoc

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word, a literal, or a mark.
type token struct {
	text       string
	doc        string // the comment /** … */ right before it
	start, end int
}

// lex cuts a text into tokens. The last one is empty.
func lex(text string) []token {
	l := lexer{text: text}
	for l.next() {
	}
	return append(l.tokens, token{start: len(text), end: len(text), doc: l.doc})
}

type lexer struct {
	text   string
	at     int
	doc    string
	tokens []token
}

func (l *lexer) next() bool {
	l.skip()
	if l.at >= len(l.text) {
		return false
	}
	start := l.at
	r, size := utf8.DecodeRuneInString(l.text[l.at:])
	switch {
	case r == '\'' || r == '"' || r == '`':
		l.at = quoted(l.text, l.at)
	case r == '/' && l.regexpAllowed():
		l.at = regexpEnd(l.text, l.at)
	case r == '#' || isWord(r):
		l.at += size
		for l.at < len(l.text) {
			r, size := utf8.DecodeRuneInString(l.text[l.at:])
			if !isWord(r) {
				break
			}
			l.at += size
		}
	case strings.HasPrefix(l.text[l.at:], "=>"):
		l.at += 2
	case strings.HasPrefix(l.text[l.at:], "..."):
		l.at += 3
	default:
		l.at += size
	}
	l.tokens = append(l.tokens, token{text: l.text[start:l.at], doc: l.doc, start: start, end: l.at})
	l.doc = ""
	return true
}

// skip passes over space and comments, and keeps the last documentation comment.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case unicode.IsSpace(rune(rest[0])):
			l.at++
		case strings.HasPrefix(rest, "//"):
			l.at += upTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			n := upTo(rest, "*/")
			if strings.HasPrefix(rest, "/**") {
				l.doc = rest[:n]
			}
			l.at += n
		default:
			return
		}
	}
}

// regexpAllowed reports whether a slash begins a regular expression here: where a
// value may stand, and no operator.
func (l *lexer) regexpAllowed() bool {
	if len(l.tokens) == 0 {
		return true
	}
	last := l.tokens[len(l.tokens)-1].text
	return strings.Contains("(,=:[!&|?{};=>", last) || last == "return"
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// upTo returns where a text goes on after an end, or its length.
func upTo(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end)
	}
	return len(text)
}

// quoted returns where a string or a template ends that begins at a place. What a
// template has in braces may have templates in it.
func quoted(text string, at int) int {
	quote := text[at]
	for at++; at < len(text); at++ {
		switch {
		case text[at] == '\\':
			at++
		case text[at] == quote:
			return at + 1
		case quote == '`' && strings.HasPrefix(text[at:], "${"):
			depth := 0
			for at++; at < len(text); at++ {
				switch text[at] {
				case '{':
					depth++
				case '}':
					depth--
				case '\'', '"', '`':
					at = quoted(text, at) - 1
				}
				if depth == 0 {
					break
				}
			}
		}
	}
	return at
}

func regexpEnd(text string, at int) int {
	class := false
	for at++; at < len(text) && text[at] != '\n'; at++ {
		switch text[at] {
		case '\\':
			at++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				return at + 1
			}
		}
	}
	return at
}
