package harness

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Message is one thing that a page or a worker said.
type Message struct {
	Source string // "page", "shared_worker" and so on, as DevTools call it
	URL    string // of the page or the worker
	// Level is "log", "info", "warning" and so on for calls of the console;
	// "error" for console.error and what the browser itself logs as an error;
	// "exception" for what nobody caught; "crash" for a process that ended.
	Level string
	Text  string
}

// Chromium's word, as an error in the console, on a connection that it closed
// since every page of its owner was put aside, as closing a tab does at times. It
// is what the browser has to do: nothing went wrong.
const putAside = "Page entered Back-Forward Cache"

// Problem reports whether the message tells of something gone wrong.
func (m Message) Problem() bool {
	if strings.Contains(m.Text, putAside) {
		return false
	}
	switch m.Level {
	case "error", "assert", "exception", "crash":
		return true
	}
	return false
}

// Go's panics come through console.log, and so do the node's errors. Those that
// libraries log are often a peer's.
var workerFault = regexp.MustCompile(`panic: |fatal error: |level=ERROR logger=(worker|server|node|p2p|pubsub) |goroutine \d+`)

// Fault reports whether the message is a problem, or a worker's word of a panic
// or an error in its Go program.
func (m Message) Fault() bool {
	return m.Problem() || m.Source != "page" && workerFault.MatchString(m.Text)
}

func (m Message) String() string {
	return fmt.Sprintf("%s %s: %s: %s", m.Source, m.URL, m.Level, m.Text)
}

// messageLog collects messages. The zero value is ready.
type messageLog struct {
	mu       sync.Mutex // guards following
	messages []Message
}

func (l *messageLog) add(m Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages = append(l.messages, m)
}

func (l *messageLog) all() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Message(nil), l.messages...)
}
