package browser

import (
	"fmt"
	"strings"
	"testing"
)

// TestVersionsMeet has clients of other ages than the worker's say hello on raw
// ports: each is served, or refused with words that say what to do.
func TestVersionsMeet(t *testing.T) {
	notInATab(t, "a raw port is one of a SharedWorker")
	w := sharedWorld(t)
	works, other := w.tab(), w.page()
	other.do(nil, "navigator.locks.request(args[0], () => new Promise(() => {}))", rawLock)
	worker := w.server.Origin() + "/dist/worker.js"
	hi := func(versions []int, app any) []int {
		return frame(hello, 0, 0, encode(map[string]any{
			"versions": versions, "client": "of another age", "lock": rawLock, "window": 1 << 20, "app": app, "hint": "unknown",
		}))
	}
	config := map[string]any{"config": map[string]any{}}
	for _, c := range []struct {
		name  string
		hello []int
		call  []int // after the welcome, if there is one
		wants byte
		words []string
	}{
		{
			name: "an older one", hello: hi([]int{0}, config), wants: refuse,
			words: []string{"version-unsupported", "the client is older; load its page again"},
		},
		{
			name: "a newer one", hello: hi([]int{8, 9}, config), wants: refuse,
			words: []string{"version-unsupported", "the server is older; end it by closing all its clients"},
		},
		{name: "a newer one that knows this version too", hello: hi([]int{1, 2}, map[string]any{
			"config": map[string]any{"gravity": "off"}, "mood": 5,
		}), wants: welcome},
		{name: "an older one that asks for nothing", hello: hi([]int{1}, map[string]any{}), wants: welcome},
		{
			name: "a method of another age", hello: hi([]int{1}, config), call: call(1, "files.teleport", encode(nil)), wants: failure,
			words: []string{"unknown-method", "files.teleport"},
		},
		{
			name: "a request with a field of another age", hello: hi([]int{1}, config),
			call: call(1, "ping", encode(map[string]any{"peer": "x", "gravity": "off"})), wants: failure,
			words: []string{"invalid-peer-id"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var text string
			if err := other.try(&text, fmt.Sprintf(`
				const port = raw(args[2])
				port.send(new Uint8Array(args[0]))
				if (args[1]) {
					await port.until(%d, 20_000)
					port.send(new Uint8Array(args[1]))
				}
				return (await port.until(%d, 20_000)).text`, welcome, c.wants), c.hello, c.call, worker); err != nil {
				t.Fatal(err)
			}
			for _, word := range c.words {
				if !strings.Contains(text, word) {
					t.Errorf("got %q; want it to say %q", text, word)
				}
			}
		})
	}
	works.do(nil, "await node.isOnline()")
}

// TestJoiningAnotherConfiguration has a tab take what runs, and be told of each
// field with both values; what only grows is in force for both.
func TestJoiningAnotherConfiguration(t *testing.T) {
	w := sharedWorld(t)
	first := w.page()
	first.do(nil, "await open({ config: { durability: 'strict', topics: ['a'] } })")
	second := w.page()
	thrown := second.thrown("await open({ config: { durability: 'relaxed' } })")
	if thrown.Code != "config-conflict" || !strings.Contains(thrown.Message, "durability") {
		t.Errorf("got %+v; want a conflict that names durability", thrown)
	}
	var told struct {
		Code, Message string
		Fields        map[string]struct{ Wanted, Running string }
		Config        struct {
			Durability string
			Topics     []string
		}
	}
	second.do(&told, `
		await open({ onConflict: 'join', config: { durability: 'relaxed', topics: ['b'] } })
		const { code, message, details } = await new Promise(resolve => node.addEventListener('warning', e => resolve(e.detail)))
		return { code, message, fields: details.fields, config: node.config }`)
	field := told.Fields["durability"]
	if told.Code != "config-conflict" || field.Wanted != "relaxed" || field.Running != "strict" ||
		!strings.Contains(told.Message, "durability strict in place of relaxed") {
		t.Errorf("got %+v", told)
	}
	if told.Config.Durability != "strict" || len(told.Config.Topics) != 2 {
		t.Errorf("node.config is %+v", told.Config)
	}
	w.eventually("the first tab knows the topic that the second brought", func() bool {
		var topics []string
		first.do(&topics, "return node.config.topics")
		return len(topics) == 2
	})
}
