package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/profiler"
	"github.com/chromedp/cdproto/runtime"
)

// aProfile has 100 µs idle, 200 in main.main itself, and 300 in runtime.gc below
// it.
func aProfile() *profiler.Profile {
	node := func(id int64, name string, children ...int64) *profiler.ProfileNode {
		return &profiler.ProfileNode{ID: id, CallFrame: &runtime.CallFrame{FunctionName: name}, Children: children}
	}
	return &profiler.Profile{
		Nodes: []*profiler.ProfileNode{
			node(1, "(root)", 2, 3), node(2, "(idle)"), node(3, "wasm_pc_f_loop", 4), node(4, "main.main", 5), node(5, "runtime.gc[a<b]"),
		},
		Samples:    []int64{2, 4, 5, 5},
		TimeDeltas: []int64{100, 200, 150, 150},
	}
}

func TestFramesOf(t *testing.T) {
	root := framesOf(aProfile())
	if root.time != 500 || len(root.called) != 1 {
		t.Fatalf("got %d µs and %d functions; want 500 and main.main alone", root.time, len(root.called))
	}
	own := root.own()
	if own[0].name != "runtime.gc[a<b]" || own[0].time != 300 || own[1].name != "main.main" || own[1].time != 200 {
		t.Errorf("got %+v, %+v", own[0], own[1])
	}
}

func TestFlameIsXML(t *testing.T) {
	for name, p := range map[string]*profiler.Profile{"some": aProfile(), "none": {}} {
		svg := flame(framesOf(p), "a < b")
		decoder := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
		}
		if want := name == "some"; strings.Contains(svg, "main.main: 0.5 ms, 100.0 %") != want {
			t.Errorf("%s: main.main in the picture: %v; want %v\n%s", name, !want, want, svg)
		}
	}
}
