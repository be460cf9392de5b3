package main

import (
	"fmt"
	"os"
	"strings"
)

// The table stands between these lines.
const (
	beginMark = "<!-- support table: begin, written by make support -->\n"
	endMark   = "<!-- support table: end -->\n"
)

type readme struct{ path string }

// put compares the table in the file with the one given, or puts that there.
func (r *readme) put(table string, write bool) error {
	data, err := os.ReadFile(r.path)
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(data), beginMark)
	has, after, ended := strings.Cut(rest, endMark)
	if !begun || !ended {
		return fmt.Errorf("%s has no lines %q and %q", r.path, beginMark, endMark)
	}
	want := "\n" + table + "\n"
	if has == want {
		return nil
	}
	if !write {
		return fmt.Errorf("%s has another table than this run gives; make support writes it:\n%s", r.path, table)
	}
	return os.WriteFile(r.path, []byte(before+beginMark+want+endMark+after), 0o644)
}
