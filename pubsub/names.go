package pubsub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// validTopic reports whether topic may be a topic's name at all.
func validTopic(topic string) bool {
	return topic != "" && len(topic) <= MaxTopic && utf8.ValidString(topic)
}

// CheckTopics returns ErrInvalidTopic if one of a list for Config.Topics can be
// no topic.
func CheckTopics(topics []string) error {
	for _, t := range topics {
		if !validTopic(t) {
			return fmt.Errorf("%w: %.64q", ErrInvalidTopic, t)
		}
	}
	return nil
}

// allowed is the list of topics that may be used.
type allowed struct {
	mu       sync.RWMutex // guards following
	all      bool
	names    map[string]struct{}
	prefixes []string
}

func newAllowed(patterns []string) (*allowed, error) {
	a := &allowed{all: len(patterns) == 0, names: make(map[string]struct{})}
	return a, a.add(patterns)
}

// add lets the list grow, by all of patterns or, if one is no topic, by none. A
// list that allows every topic stays so.
func (a *allowed) add(patterns []string) error {
	if err := CheckTopics(patterns); err != nil {
		return err
	}
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
	return nil
}

// list returns the patterns, sorted; none if every topic is allowed.
func (a *allowed) list() []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	patterns := slices.Collect(maps.Keys(a.names))
	for _, p := range a.prefixes {
		patterns = append(patterns, p+"*")
	}
	slices.Sort(patterns)
	return patterns
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
