package main

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/profiler"
)

// A frame is a function with the time, in microseconds, that was spent in it and
// in what it called, where it was called from.
type frame struct {
	name   string
	time   int64
	called map[string]*frame
}

func newFrame(name string) *frame { return &frame{name: name, called: map[string]*frame{}} }

func (f *frame) call(name string) *frame {
	if f.called[name] == nil {
		f.called[name] = newFrame(name)
	}
	return f.called[name]
}

// idle are the names that a profile gives to time in which nothing ran.
var idle = []string{"(idle)", "(program)", "(root)"}

// framesOf returns the frames of a profile, without what was idle. Those of the
// scheduler, which every goroutine has below it, are left out.
func framesOf(p *profiler.Profile) *frame {
	nodes := map[int64]*profiler.ProfileNode{}
	parents := map[int64]int64{}
	for _, n := range p.Nodes {
		nodes[n.ID] = n
		for _, child := range n.Children {
			parents[child] = n.ID
		}
	}
	root := newFrame("all")
	for i, id := range p.Samples {
		if i >= len(p.TimeDeltas) || nodes[id] == nil || slices.Contains(idle, nodes[id].CallFrame.FunctionName) {
			continue
		}
		var stack []string
		for ; nodes[id] != nil; id = parents[id] {
			stack = append(stack, functionName(nodes[id]))
			if parents[id] == 0 {
				break
			}
		}
		root.add(stack, max(0, p.TimeDeltas[i]))
	}
	return root
}

// scheduling is what the stacks of goroutines begin with.
var scheduling = []string{"(root)", "wasm_pc_f_loop", "wasm_pc_f_loop_export", "wasm_export_run", "wasm_export_resume", "_rt0_wasm_js"}

// add adds a stack, the innermost function first.
func (f *frame) add(stack []string, time int64) {
	f.time += time
	for _, name := range slices.Backward(stack) {
		if !slices.Contains(scheduling, name) {
			f = f.call(name)
			f.time += time
		}
	}
}

func functionName(n *profiler.ProfileNode) string {
	if name := n.CallFrame.FunctionName; name != "" {
		return name
	}
	return "(anonymous)"
}

// own returns the time spent in each function itself, the longest first.
func (f *frame) own() []*frame {
	sums := map[string]*frame{}
	var visit func(*frame)
	visit = func(f *frame) {
		own := f.time
		for _, c := range f.called {
			own -= c.time
			visit(c)
		}
		if sums[f.name] == nil {
			sums[f.name] = newFrame(f.name)
		}
		sums[f.name].time += own
	}
	visit(f)
	return slices.SortedFunc(maps.Values(sums), byTime)
}

func byTime(a, b *frame) int {
	return cmp.Or(cmp.Compare(b.time, a.time), strings.Compare(a.name, b.name))
}

// The picture's measures, in pixels.
const (
	flameWidth  = 1400
	flameHeight = 17 // of a frame
	flameTop    = 34
	flameLeast  = 0.5 // frames that would be narrower are left out
	letterWidth = 6.2
)

// flame draws frames as SVG: what was called is below what called it, and as wide
// as its part of the time. The pointer over a frame tells its name and time.
func flame(root *frame, title string) string {
	var b strings.Builder
	height := flameTop + (depth(root, float64(flameWidth))+1)*flameHeight + 8
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11" fill="#222">`+"\n",
		flameWidth, height, flameWidth, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/><text x="8" y="20" font-size="13">%s</text>`+"\n", html.EscapeString(title))
	if root.time > 0 {
		drawFrame(&b, root, root.time, 0, 0)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func depth(f *frame, width float64) int {
	deepest := 0
	for _, c := range f.called {
		if part := width * float64(c.time) / float64(max(f.time, 1)); part >= flameLeast {
			deepest = max(deepest, 1+depth(c, part))
		}
	}
	return deepest
}

func drawFrame(b *strings.Builder, f *frame, all int64, at int64, level int) {
	width := flameWidth * float64(f.time) / float64(all)
	if width < flameLeast {
		return
	}
	x, y := flameWidth*float64(at)/float64(all), flameTop+level*flameHeight
	fmt.Fprintf(b, `<g><title>%s: %.1f ms, %.1f %%</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" stroke="#fff" stroke-width="0.4"/>`,
		html.EscapeString(f.name), float64(f.time)/1e3, 100*float64(f.time)/float64(all), x, y, width, flameHeight, colourOf(f.name))
	if letters := int(width/letterWidth) - 1; letters >= 3 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s</text>`, x+3, y+12, html.EscapeString(shortened(f.name, letters)))
	}
	b.WriteString("</g>\n")
	for _, c := range slices.SortedFunc(maps.Values(f.called), byTime) {
		drawFrame(b, c, all, at, level+1)
		at += c.time
	}
}

// shortened returns as much of a function's name as there is room for: of its
// package the last part.
func shortened(name string, letters int) string {
	base, _, _ := strings.Cut(name, "[")
	name = name[strings.LastIndexByte(base, '/')+1:]
	if r := []rune(name); len(r) > letters {
		return string(r[:letters-1]) + "…"
	}
	return name
}

// colourOf gives functions of one kind one colour.
func colourOf(name string) string {
	for _, kind := range []struct{ part, colour string }{
		{"sharednode/", "#f2a65a"},
		{"syscall/js", "#e8743b"},
		{"runtime.", "#b9c7d6"},
		{"internal/runtime", "#b9c7d6"},
		{"(garbage", "#b9c7d6"},
		{"crypto/", "#a3c585"},
		{"github.com/", "#f5d67b"},
	} {
		if strings.Contains(name, kind.part) {
			return kind.colour
		}
	}
	if strings.Contains(name, ".") {
		return "#e9e2c8"
	}
	return "#d7b9d5" // JavaScript
}
