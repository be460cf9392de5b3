package p2p

import (
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// The bounds on what is remembered of DNS. An answer without records has no time
// of its own, and is remembered for the shortest.
const (
	dnsMaxCached = 256
	dnsShortest  = 30 * time.Second
	dnsLongest   = time.Hour
)

type dnsKey struct {
	name string
	kind dnsmessage.Type
}

type dnsCached struct {
	records []string
	expires time.Time
}

// dnsCache remembers answers as long as they are good. Its zero value is empty.
type dnsCache struct {
	mu      sync.Mutex // guards following
	answers map[dnsKey]dnsCached
}

func (c *dnsCache) get(key dnsKey) ([]string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, ok := c.answers[key]
	if !ok || time.Now().After(answer.expires) {
		return nil, false
	}
	return answer.records, true
}

func (c *dnsCache) put(key dnsKey, records []string, ttl time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == nil {
		c.answers = make(map[dnsKey]dnsCached)
	}
	if len(c.answers) >= dnsMaxCached {
		c.makeRoom()
	}
	ttl = min(max(ttl, dnsShortest), dnsLongest)
	c.answers[key] = dnsCached{records, time.Now().Add(ttl)}
}

// makeRoom forgets what is no longer good or else the first it meets.
func (c *dnsCache) makeRoom() {
	now := time.Now()
	for key, answer := range c.answers {
		if now.After(answer.expires) {
			delete(c.answers, key)
		}
	}
	for key := range c.answers {
		if len(c.answers) < dnsMaxCached {
			return
		}
		delete(c.answers, key)
	}
}
