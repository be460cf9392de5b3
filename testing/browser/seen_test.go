package browser

import (
	"slices"
	"testing"
)

// TestAnyTabSeesAll: what the node is and does, for whom, and what it logs.
func TestAnyTabSeesAll(t *testing.T) {
	w := sharedWorld(t)
	first, second := w.page(), w.page()
	first.open()
	second.open()
	first.do(nil, "await node.pubsub.subscribe('topic', () => {})")

	var seen struct {
		Kind      string   `json:"kind"`
		Version   string   `json:"version"`
		Topics    []string `json:"topics"`
		Calls     []string `json:"calls"`
		Memory    int      `json:"memory"`
		Samples   int      `json:"samples"`
		Levels    []string `json:"levels"`
		Subsystem string   `json:"subsystem"`
	}
	second.do(&seen, `
		const { worker, sessions, now } = await node.status()
		const [other] = sessions
		const [line] = (await collect(node.log.tail({ follow: false }))).filter(l => l.message === 'session began')
		return {
			kind: worker.kind, version: worker.version, memory: now.memory,
			topics: other.topics, calls: other.calls.map(c => c.method),
			samples: (await node.samples()).length,
			levels: (await node.log.levels()).map(l => l.subsystem + ' ' + l.level),
			subsystem: line.subsystem,
		}`)
	if seen.Kind != workerMode() || seen.Version == "" || seen.Memory < 1<<20 || seen.Samples == 0 || seen.Subsystem != "server" {
		t.Errorf("got %+v", seen)
	}
	if !slices.Equal(seen.Topics, []string{"topic"}) || !slices.Contains(seen.Calls, "pubsub.subscribe") {
		t.Errorf("of the other session: got topics %q and calls %q", seen.Topics, seen.Calls)
	}
	for _, level := range []string{"server info", "node info", "bitswap/client error"} {
		if !slices.Contains(seen.Levels, level) {
			t.Errorf("got levels %q; want %q among them", seen.Levels, level)
		}
	}

	// Levels are set live, the libraries' too, and new lines arrive as they are
	// written.
	var subsystem string
	second.do(&subsystem, `
		await node.log.level('*', 'debug')
		const lines = node.log.tail({ lines: 1 })
		await lines.next()
		node.pubsub.subscribe('another', () => {})
		for await (const line of lines) {
			if (line.level === 'debug') {
				await node.log.level('*', 'info')
				return line.subsystem
			}
		}`)
	if subsystem == "" {
		t.Error("got a line of no subsystem")
	}
}

// TestConfigurationGrows: lists have what every tab asks for, at once and for all;
// what is wrong costs nobody but the tab that asked.
func TestConfigurationGrows(t *testing.T) {
	w := sharedWorld(t)
	first, second, third := w.page(), w.page(), w.page()
	first.do(nil, "await open({ config: { topics: ['a'] } })")
	thrown := first.thrown("await node.pubsub.publish('b1', 'x')")
	if thrown.Code != "topic-not-allowed" {
		t.Errorf("a topic that nobody asked for: got %v; want topic-not-allowed", thrown)
	}
	thrown = third.thrown("await open({ config: { topics: ['c'], lowWater: 90, highWater: 80 } })")
	if thrown.Code != "invalid-option" || thrown.Details["option"] != "lowWater" {
		t.Errorf("got %v with %v; want invalid-option for lowWater", thrown, thrown.Details)
	}
	second.do(nil, "await open({ config: { topics: ['b*'] } })")
	var topics []string
	w.eventually("the first tab is told what the second asked for", func() bool {
		first.do(&topics, "return node.config.topics")
		return len(topics) > 1
	})
	if want := []string{"a", "b*"}; !slices.Equal(topics, want) {
		t.Errorf("got topics %q; want %q", topics, want)
	}
	first.do(nil, "await node.pubsub.publish('b1', 'x')")
}
