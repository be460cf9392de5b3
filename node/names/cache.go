package names

import (
	"sync"
	"time"

	"github.com/ipfs/boxo/ipns"
)

// maxCached is how many names are remembered.
const maxCached = 256

// cache remembers records for as long as they allow. Its zero value is empty.
type cache struct {
	mu      sync.Mutex // guards following
	records map[ipns.Name]cached
}

type cached struct {
	record *Record
	until  time.Time
}

// get returns a record that is still good, or nil.
func (c *cache) get(name ipns.Name) *Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry, ok := c.records[name]; ok && time.Now().Before(entry.until) {
		return entry.record
	}
	return nil
}

// put remembers a record. If there are too many the one goes that would be the
// first to.
func (c *cache) put(name ipns.Name, r *Record) {
	until := time.Now().Add(r.ttl)
	if r.end.Before(until) {
		until = r.end
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.records == nil {
		c.records = map[ipns.Name]cached{}
	}
	if old, ok := c.records[name]; ok && old.record.Newer(r) {
		return
	}
	c.records[name] = cached{r, until}
	if len(c.records) <= maxCached {
		return
	}
	var first ipns.Name
	var soonest time.Time
	for name, entry := range c.records {
		if soonest.IsZero() || entry.until.Before(soonest) {
			first, soonest = name, entry.until
		}
	}
	delete(c.records, first)
}
