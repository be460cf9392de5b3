package security

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

var (
	// reference is a test as the page has it: a file, and a function of Go or the
	// title of a test of TypeScript.
	reference = regexp.MustCompile("`([\\w./-]+\\.(?:go|ts)) (?:(\\w+)|\"([^\"`]+)\")`")
	heading   = regexp.MustCompile(`\| *test *\|$`)
)

func TestEveryLineNamesATest(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	inTable := false
	for n, line := range strings.Split(string(page), "\n") {
		switch {
		case !strings.HasPrefix(line, "|"):
			inTable = false
			continue
		case heading.MatchString(line):
			inTable = true
			continue
		case !inTable || strings.HasPrefix(line, "| ---"):
			continue
		}
		lines++
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		tests := reference.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(tests) == 0 || len(cells) != 3 {
			t.Errorf("docs/security.md:%d names no test: %s", n+1, line)
		}
		for _, test := range tests {
			if err := find(test[1], test[2], test[3]); err != "" {
				t.Errorf("docs/security.md:%d: %s", n+1, err)
			}
		}
	}
	if lines < 40 {
		t.Errorf("found %d lines; want all of them", lines)
	}
}

// find looks for a test in a file, and says what is wrong if it is not there.
func find(path, function, title string) string {
	text, err := os.ReadFile(root + "/" + path)
	if err != nil {
		return err.Error()
	}
	if function != "" && !regexp.MustCompile(`(?m)^func `+function+`\(`).Match(text) {
		return path + " has no test " + function
	}
	if title != "" && !strings.Contains(string(text), title) {
		return path + " has no test \"" + title + "\""
	}
	return ""
}
