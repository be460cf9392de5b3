package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// A Run is one run of the suite.
type Run struct {
	Engine string `json:"engine"`
	Worker string `json:"worker"` // "shared" or "dedicated"
	// Tests are all tests and, of their parts, those that did not pass, in the
	// order in which they ended.
	Tests []Test `json:"tests"`
}

// A Test is how a test ended.
type Test struct {
	Name    string `json:"name"`    // with its part, as go test has it
	Outcome string `json:"outcome"` // "pass", "skip" or "fail"
	Why     string `json:"why,omitempty"`
}

// top is the name of the test that t is or is a part of.
func (t Test) top() string {
	name, _, _ := strings.Cut(t.Name, "/")
	return name
}

func readRun(name string) (r Run, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func (r Run) write(name string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o644)
}

// An event is a line of go test -json; see go doc test2json.
type event struct {
	Action string
	Test   string
	Output string
}

// record reads the events of a run. It prints the output of what failed, and of
// the package.
func record(in io.Reader, out io.Writer) ([]Test, error) {
	var tests []Test
	said := map[string]*strings.Builder{} // by test, until it ends
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // a compiler's words
			continue
		}
		switch e.Action {
		case "output", "build-output":
			if e.Test == "" {
				fmt.Fprint(out, e.Output)
				continue
			}
			if said[e.Test] == nil {
				said[e.Test] = &strings.Builder{}
			}
			said[e.Test].WriteString(e.Output)
		case "pass", "skip", "fail":
			if e.Test == "" {
				continue
			}
			var text string
			if b := said[e.Test]; b != nil {
				text = b.String()
				delete(said, e.Test)
			}
			if e.Action == "fail" {
				fmt.Fprint(out, text)
			}
			if t := (Test{Name: e.Test, Outcome: e.Action}); e.Action != "pass" || t.top() == t.Name {
				if e.Action == "skip" {
					t.Why = reason(text)
				}
				tests = append(tests, t)
			}
		}
	}
	for _, unfinished := range said { // after a panic, or when the time was over
		fmt.Fprint(out, unfinished)
	}
	return tests, lines.Err()
}

var logged = regexp.MustCompile(`(?m)^\s+\w+_test\.go:\d+: (.*)$`)

// reason returns what a test that skipped itself said last.
func reason(output string) string {
	all := logged.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}
