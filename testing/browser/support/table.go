package main

import (
	"fmt"
	"slices"
	"strings"
)

// A cell is what the tests of a feature came to in a run.
type cell struct {
	passed, skipped, failed int
	reasons                 []string // why tests or parts of them were skipped
}

func (c *cell) add(t Test) {
	switch t.Outcome {
	case "skip":
		if !slices.Contains(c.reasons, t.Why) {
			c.reasons = append(c.reasons, t.Why)
		}
		if t.Name == t.top() {
			c.skipped++
		}
	case "fail":
		c.failed++
	default:
		c.passed++
	}
}

func (c *cell) word() string {
	switch {
	case c.failed > 0:
		return "fails"
	case c.passed == 0:
		return "not tested"
	case len(c.reasons) > 0:
		return "yes, tested in part"
	}
	return "yes"
}

// titles are how readers know the engines.
var titles = map[string]string{"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKitGTK"}

func (r Run) title() string {
	title := titles[r.Engine]
	if r.Worker == "dedicated" {
		title += " without SharedWorker"
	}
	return title
}

// table returns the table in Markdown, with a list of the reasons that it
// refers to. files are those of the tests.
func table(runs []Run, files map[string]string) (string, error) {
	rows := make([][]cell, len(features))
	for i := range rows {
		rows[i] = make([]cell, len(runs))
	}
	for column, r := range runs {
		for _, t := range r.Tests {
			row := rowOf(files[t.top()])
			if row < 0 {
				return "", fmt.Errorf("no feature has %s, which is in %q: add it to features.go", t.top(), files[t.top()])
			}
			rows[row][column].add(t)
		}
	}

	var text strings.Builder
	var reasons []string
	text.WriteString("| |")
	for _, r := range runs {
		fmt.Fprintf(&text, " %s |", r.title())
	}
	text.WriteString("\n|---|" + strings.Repeat("---|", len(runs)) + "\n")
	for i, f := range features {
		if !slices.ContainsFunc(rows[i], func(c cell) bool { return c.passed+c.skipped+c.failed > 0 }) {
			continue
		}
		fmt.Fprintf(&text, "| %s |", f.title)
		for _, c := range rows[i] {
			fmt.Fprintf(&text, " %s%s |", c.word(), notes(&reasons, c.reasons))
		}
		text.WriteString("\n")
	}
	text.WriteString("\n")
	for i, why := range reasons {
		fmt.Fprintf(&text, "%d. %s\n", i+1, why)
	}
	return text.String(), nil
}

// notes refers to reasons by their numbers in the list of all, and adds those
// that are new to it.
func notes(all *[]string, some []string) string {
	var numbers []string
	for _, why := range some {
		i := slices.Index(*all, why)
		if i < 0 {
			i = len(*all)
			*all = append(*all, why)
		}
		numbers = append(numbers, fmt.Sprint(i+1))
	}
	if numbers == nil {
		return ""
	}
	return fmt.Sprintf(" (%s)", strings.Join(numbers, ", "))
}
