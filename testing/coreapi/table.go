package coreapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const preface = `<!-- Written by "go test ./testing/coreapi -update". -->

# The Core API

What kubo-rpc-client %s declares, and whether Sharednode's TypeScript client has
it: %d of %d methods and %d of %d options. Every call takes ` + "`signal` and `timeout`" + ` as
well. That what is written for that client compiles with this one is checked by
` + "`client/js/test/kubo.test.ts`" + `.

`

// A comparison is what ours has of theirs.
type comparison struct {
	ours, theirs surface
	used         map[string]bool // reasons
	lacking      []string        // what there is no reason for
}

// why returns the reason for what is not here, the first that there is.
func (c *comparison) why(keys ...string) string {
	for _, key := range keys {
		if reason, ok := reasons[key]; ok {
			c.used[key] = true
			return reason
		}
	}
	c.lacking = append(c.lacking, keys[0])
	return "?"
}

// table returns the whole text.
func (c *comparison) table(version string) string {
	var rows strings.Builder
	var methods, have, options, haveOptions int
	group := "-"
	for _, method := range slices.SortedFunc(maps.Keys(c.theirs), byGroup) {
		if g := groupOf(method); g != group {
			group = g
			heading := g
			if g == "" {
				heading = "of no group"
			}
			fmt.Fprintf(&rows, "## %s\n\n| method | here | options here | not here |\n| --- | --- | --- | --- |\n", heading)
		}
		methods++
		options += len(c.theirs[method])
		ours, ok := c.ours[method]
		if _, refused := reasons[method]; !ok || refused { // it may be there to say that
			fmt.Fprintf(&rows, "| `%s` | no | | %s |\n", method, c.why(method))
		} else {
			have++
			var here, not []string
			for _, option := range c.theirs[method] {
				if slices.Contains(ours, option) {
					here = append(here, "`"+option+"`")
					continue
				}
				not = append(not, fmt.Sprintf("`%s`: %s", option, c.why(method+":"+option, ":"+option)))
			}
			haveOptions += len(here)
			fmt.Fprintf(&rows, "| `%s` | yes | %s | %s |\n", method, strings.Join(here, " "), strings.Join(not, "; "))
		}
		if next := after(c.theirs, method); groupOf(next) != group || next == "" {
			rows.WriteString("\n")
		}
	}
	return fmt.Sprintf(preface, version, have, methods, haveOptions, options) + rows.String() + c.beyond()
}

// beyond tells what ours has besides.
func (c *comparison) beyond() string {
	var out strings.Builder
	out.WriteString("## Besides\n\nWhat kubo-rpc-client does not declare.\n\n| method | options |\n| --- | --- |\n")
	for _, method := range slices.SortedFunc(maps.Keys(c.ours), byGroup) {
		theirs, shared := c.theirs[method]
		var more []string
		for _, option := range c.ours[method] {
			if !slices.Contains(theirs, option) {
				more = append(more, "`"+option+"`")
			}
		}
		if shared && len(more) == 0 {
			continue
		}
		fmt.Fprintf(&out, "| `%s` | %s |\n", method, strings.Join(more, " "))
	}
	return out.String()
}

// groupOf is what a method is a part of: "pin.remote" of "pin.remote.add".
func groupOf(method string) string {
	if method == "refs" {
		return "refs" // a method and a group
	}
	return method[:max(0, strings.LastIndexByte(method, '.'))]
}

func byGroup(a, b string) int {
	if c := strings.Compare(groupOf(a), groupOf(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// after returns the method that comes after one, or "".
func after(s surface, method string) string {
	all := slices.SortedFunc(maps.Keys(s), byGroup)
	if at := slices.Index(all, method) + 1; at < len(all) {
		return all[at]
	}
	return ""
}
