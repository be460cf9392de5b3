package examples

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// An Example is one of the file's.
type Example struct {
	Name     string   // of the call, "files.cp"
	Code     string   // what it does, with the imports it needs before it
	WithPeer bool     // it is given the address and the id of a peer
	Logs     []string // what it logs, as its comments say
}

var (
	beginning = regexp.MustCompile(`^  '?([\w.]+)'?: async \(\w+(, .*)?\) => \{$`)
	imported  = regexp.MustCompile(`^import \{(.*)\} from '(.*)';$`)
	word      = regexp.MustCompile(`\w+`)
)

// Read returns the examples of a file, formatted as Prettier does.
func Read(file string) ([]Example, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []Example
	var imports []string
	inside := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if match := beginning.FindStringSubmatch(line); match != nil {
			all = append(all, Example{Name: match[1], WithPeer: match[2] != ""})
			inside = true
			continue
		}
		switch {
		case imported.MatchString(line):
			imports = append(imports, line)
		case line == "  },":
			inside = false
		case inside:
			last := &all[len(all)-1]
			last.Code += strings.TrimPrefix(line, "    ") + "\n"
			if log, ok := strings.CutPrefix(strings.TrimSpace(line), "// →"); ok {
				last.Logs = append(last.Logs, strings.TrimSpace(log))
			}
		}
	}
	for i := range all {
		all[i].Code = needed(imports, all[i].Code) + all[i].Code
	}
	return all, nil
}

// needed returns imports of the names that code uses.
func needed(imports []string, code string) string {
	var used strings.Builder
	for _, line := range imports {
		match := imported.FindStringSubmatch(line)
		var names []string
		for _, name := range word.FindAllString(match[1], -1) {
			if regexp.MustCompile(`\b` + name + `\b`).MatchString(code) {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(&used, "import { %s } from '%s';\n", strings.Join(names, ", "), match[2])
		}
	}
	if used.Len() > 0 {
		used.WriteString("\n")
	}
	return used.String()
}
