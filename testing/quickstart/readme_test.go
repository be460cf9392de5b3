package quickstart

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// snippet returns the first block of code in a language below a heading of the
// README.
func snippet(t *testing.T, heading, language string) string {
	t.Helper()
	readme := readREADME(t)
	_, section, found := strings.Cut(readme, "\n### "+heading+"\n")
	if !found {
		t.Fatalf("the README has no heading %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n### ")
	_, code, found := strings.Cut(section, "\n```"+language+"\n")
	if !found {
		t.Fatalf("below %q the README has no %s", heading, language)
	}
	code, _, _ = strings.Cut(code, "```")
	return code
}

func readREADME(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestREADMELinks follows the links to files.
func TestREADMELinks(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(readREADME(t), -1)
	if len(links) == 0 {
		t.Error("found no links to files; want some")
	}
	for _, link := range links {
		if _, err := os.Stat("../../" + link[1]); err != nil {
			t.Errorf("link to %s: %v", link[1], err)
		}
	}
}

// TestREADMEMakes asks that every make target that the README names is there.
func TestREADMEMakes(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile("`?make ([a-z-]+)").FindAllStringSubmatch(readREADME(t), -1) {
		if !strings.Contains(string(makefile), fmt.Sprintf("\n%s:", match[1])) {
			t.Errorf("the README says %q, and the Makefile has no such target", match[0])
		}
	}
}
