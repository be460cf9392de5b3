package tsdoc

import (
	"regexp"
	"strings"
)

var (
	lineStart = regexp.MustCompile(`(?m)^[ \t]*\* ?`)
	tag       = regexp.MustCompile(`(?m)^@(\w+)[ \t]*`)
)

// readComment reads a comment, with its marks.
func readComment(text string) Comment {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "/**"), "*/")
	text = strings.TrimSpace(lineStart.ReplaceAllString(text, ""))
	var c Comment
	tags := tag.FindAllStringSubmatchIndex(text, -1)
	c.Text = text
	if len(tags) > 0 {
		c.Text = strings.TrimSpace(text[:tags[0][0]])
	}
	for i, at := range tags {
		end := len(text)
		if i+1 < len(tags) {
			end = tags[i+1][0]
		}
		c.tag(text[at[2]:at[3]], strings.TrimSpace(text[at[1]:end]))
	}
	return c
}

func (c *Comment) tag(name, text string) {
	switch name {
	case "param":
		of, says, _ := strings.Cut(text, " ")
		if c.Params == nil {
			c.Params = map[string]string{}
		}
		c.Params[of] = strings.Join(strings.Fields(says), " ")
	case "throws":
		c.Throws = append(c.Throws, strings.Join(strings.Fields(text), " "))
	case "example":
		c.Examples = append(c.Examples, strings.ReplaceAll(text, `*\/`, "*/"))
	case "internal":
		c.Internal = true
	}
}
