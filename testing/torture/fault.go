package torture

import (
	"fmt"
	"strings"
)

// fault is something that is not as it must be.
type fault struct {
	object any // or a place; nil where it is about none
	text   string
}

// report says what is wrong, and how it came about.
func (m *model) report(faults []fault) string {
	var text strings.Builder
	about := map[any]bool{}
	for _, f := range faults {
		about[f.object] = true
		fmt.Fprintf(&text, "- %s\n", f.text)
	}
	fmt.Fprintf(&text, "what happened to it, and last:\n%s", m.history.tell(about))
	return text.String()
}
