package errorcodes

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A code is one that an error can have.
type code struct {
	name string // "not-found"
	goes string // what Go calls it, "nodeapi.CodeNotFound"; empty for one of TypeScript's alone
	doc  string
}

// A source is a file that declares codes.
type source struct{ title, path, pkg string }

// sources are all of them, in the order in which they are told.
var sources = []source{
	{"The node's", "messageport/nodeapi/errors.go", "nodeapi"},
	{"The port's", "messageport/errors.go", "messageport"},
	{"The TypeScript client's", "client/js/src/errors.ts", ""},
}

var (
	inGo         = regexp.MustCompile(`(?m)((?:^\t// .*\n)+)^\t(Code\w+)(?: Code)? += "([a-z0-9-]+)"`)
	inTypeScript = regexp.MustCompile(`(?s)  /\*\*(.*?)\*/\s+\| '([a-z0-9-]+)'`)
	prefix       = regexp.MustCompile(`^Code\w+: `)
	space        = regexp.MustCompile(`[\s*/]*\n[\s*/]*|\s+`)
)

// read returns the codes that a source declares.
func (s source) read(root string) ([]code, error) {
	data, err := os.ReadFile(root + "/" + s.path)
	if err != nil {
		return nil, err
	}
	var codes []code
	if s.pkg == "" {
		_, own, found := strings.Cut(string(data), "export type ClientErrorCode")
		if !found {
			return nil, fmt.Errorf("%s: the client's own codes are not to be found", s.path)
		}
		for _, m := range inTypeScript.FindAllStringSubmatch(own, -1) {
			codes = append(codes, code{name: m[2], doc: sentence(m[1])})
		}
		return codes, nil
	}
	for _, m := range inGo.FindAllStringSubmatch(string(data), -1) {
		codes = append(codes, code{name: m[3], goes: s.pkg + "." + m[2], doc: sentence(m[1])})
	}
	return codes, nil
}

// sentence makes one line of a comment.
func sentence(comment string) string {
	text := strings.TrimSpace(space.ReplaceAllString("\n"+strings.ReplaceAll(comment, "// ", " "), " "))
	text = prefix.ReplaceAllString(text, "")
	return strings.ToUpper(text[:1]) + text[1:]
}

// table writes the page.
func table(root string) (string, []code, error) {
	var page strings.Builder
	page.WriteString(`<!-- Written by "go test ./testing/errorcodes -update". -->

# Error codes

Every error of the TypeScript client is a ` + "`SharednodeError`" + ` whose ` + "`code`" + ` is one of these,
save for an aborted ` + "`signal`" + `, whose own reason calls reject with. ` + "`details`" + ` has the values
that a code speaks of. In Go ` + "`errors.Is(err, &nodeapi.Error{Code: nodeapi.CodeNotFound})`" + `
asks for a code. The list only grows, and no code changes its meaning.
`)
	var all []code
	for _, s := range sources {
		codes, err := s.read(root)
		if err != nil {
			return "", nil, err
		}
		fmt.Fprintf(&page, "\n## %s\n\n| code | what it says |\n| --- | --- |\n", s.title)
		for _, c := range codes {
			fmt.Fprintf(&page, "| <a id=\"%s\"></a>`%s` | %s |\n", c.name, c.name, strings.ReplaceAll(c.doc, "|", `\|`))
		}
		all = append(all, codes...)
	}
	return page.String(), all, nil
}
