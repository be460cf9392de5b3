package harness

import "testing"

func TestMessages(t *testing.T) {
	for _, test := range []struct {
		name           string
		message        Message
		problem, fault bool
	}{
		{"a word", Message{"page", "", "log", "panic: in a page's own words"}, false, false},
		{"an error", Message{"page", "", "error", "x"}, true, true},
		{"nobody caught it", Message{"page", "", "exception", "x"}, true, true},
		{"a panic", Message{"shared_worker", "", "log", "panic: x"}, false, true},
		{"the node's error", Message{"shared_worker", "", "log", "level=ERROR logger=node x"}, false, true},
		{"a library's error", Message{"shared_worker", "", "log", "level=ERROR logger=swarm2 x"}, false, false},
		{"a connection refused", Message{"shared_worker", "", "error", "WebSocket connection to 'ws://127.0.0.1:1/' failed: refused"}, true, true},
		{
			"a connection of a page put aside",
			Message{"shared_worker", "", "error", "WebSocket connection to 'ws://127.0.0.1:1/' failed: Page entered Back-Forward Cache."},
			false, false,
		},
	} {
		if problem, fault := test.message.Problem(), test.message.Fault(); problem != test.problem || fault != test.fault {
			t.Errorf("%s: got problem %t, fault %t; want %t, %t", test.name, problem, fault, test.problem, test.fault)
		}
	}
}
