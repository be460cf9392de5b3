package pubsub

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// validTopic reports whether topic may be a topic's name at all.
func validTopic(topic string) bool {
	return topic != "" && len(topic) <= MaxTopic && utf8.ValidString(topic)
}

// allowed is the list of topics that may be used.
type allowed struct {
	mu       sync.RWMutex // guards following
	all      bool
	names    map[string]struct{}
	prefixes []string
}

func newAllowed(patterns []string) *allowed {
	a := &allowed{all: len(patterns) == 0, names: make(map[string]struct{})}
	a.add(patterns)
	return a
}

// add lets the list grow. A list that allows every topic stays so.
func (a *allowed) add(patterns []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range patterns {
		prefix, wild := strings.CutSuffix(p, "*")
		switch {
		case a.all:
		case !wild:
			a.names[p] = struct{}{}
		case !hasPrefixOf(a.prefixes, prefix):
			a.prefixes = append(a.prefixes, prefix)
		}
	}
}

func (a *allowed) has(topic string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.all {
		return true
	}
	_, ok := a.names[topic]
	return ok || hasPrefixOf(a.prefixes, topic)
}

func hasPrefixOf(prefixes []string, s string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
