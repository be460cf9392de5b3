package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	link      = regexp.MustCompile(`\{@link (\w+)\}`)
	byDefault = regexp.MustCompile(`(?:^|; |\. )((?:[^;.]|\.[\w/])+?) unless set\.`)
	literal   = regexp.MustCompile(`^(?:true|false|\d\w*|'.*')$`)
	notAnchor = regexp.MustCompile(`[^\w\s-]`)
	namespace = regexp.MustCompile(`\b[a-z]\w*\.([A-Z])`)
	anyWord   = regexp.MustCompile(`\s+`)
)

// anchor is what a forge calls a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(notAnchor.ReplaceAllString(heading, "")), " ", "-")
}

// prose is a comment's text, its links led to where types are told of.
func (a *API) prose(from *page, file, text string) string {
	return link.ReplaceAllStringFunc(text, func(found string) string {
		name := link.FindStringSubmatch(found)[1]
		if to := a.linkTo(from, file, name); to != "" {
			return fmt.Sprintf("[`%s`](%s)", name, to)
		}
		return "`" + name + "`"
	})
}

// linkTo returns where a page leads for a type, "" if it is told of nowhere.
func (a *API) linkTo(from *page, file, name string) string {
	t := a.known(file, name)
	if t == nil || a.homes[t.key()] == nil {
		return ""
	}
	home := a.homes[t.key()]
	to := "#" + anchor("type "+t.name)
	if slices.ContainsFunc(home.classes, func(c *typ) bool { return c.decl == t.decl }) {
		to = "#" + anchor(t.name)
	}
	if home != from {
		to = home.name + ".md" + to
	}
	return to
}

// first is the first sentence of a comment.
func first(text string) string {
	text = oneLine(strings.SplitN(text, "\n\n", 2)[0])
	if at := strings.Index(text+" ", ". "); at >= 0 {
		text = text[:at+1]
	}
	return text
}

func oneLine(text string) string { return strings.TrimSpace(anyWord.ReplaceAllString(text, " ")) }

// cell is text for a table.
func cell(text string) string { return strings.ReplaceAll(oneLine(text), "|", `\|`) }

// defaultOf takes out of the text of an option what it is unless it is set.
func defaultOf(text string) (rest, value string) {
	text = oneLine(text)
	at := byDefault.FindStringSubmatchIndex(text)
	if at == nil {
		return text, ""
	}
	value = strings.TrimSuffix(text[at[2]:at[3]], ",")
	before, after := text[:at[0]], text[at[1]:]
	if before != "" {
		before += "."
	}
	if literal.MatchString(value) {
		value = "`" + value + "`"
	}
	value = strings.ToLower(value[:1]) + value[1:]
	return strings.TrimSpace(before + after), value
}

// typeCell is a type for a table: its alternatives, each led to where it is told
// of.
func (a *API) typeCell(from *page, file, text string) string {
	var parts []string
	for _, part := range alternatives(text) {
		if part == "undefined" {
			continue
		}
		shown := "`" + strings.ReplaceAll(plain(part), "|", `\|`) + "`"
		if part == rootClass {
			shown = "[" + shown + "](" + topPage + ".md)"
		} else if names := a.typesIn(file, part); len(names) == 1 {
			if to := a.linkTo(from, names[0].decl.File, names[0].name); to != "" {
				shown = "[" + shown + "](" + to + ")"
			}
		}
		parts = append(parts, shown)
	}
	return strings.Join(parts, " or ")
}

// plain is a type without where its parts are from.
func plain(text string) string {
	text = namespace.ReplaceAllString(text, "$1")
	if strings.HasPrefix(text, "((") || strings.HasPrefix(text, "(()") {
		return strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
	}
	return text
}

// alternatives cuts a type at those of its bars that are in no brackets.
func alternatives(text string) []string { return splitOutside(text, '|') }

// splitOutside cuts text at the separators that are in no brackets. The > of an
// arrow is none.
func splitOutside(text string, separator rune) []string {
	var parts []string
	depth, begun := 0, 0
	for i, r := range text {
		switch r {
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}':
			depth--
		case '>':
			if i > 0 && text[i-1] != '=' {
				depth--
			}
		case separator:
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(text[begun:i]))
				begun = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(text[begun:]))
}
