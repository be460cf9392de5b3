package messageport

import (
	"slices"
	"time"
)

const (
	// maxStalled is how many calls may wait for their clients for as long as they
	// like: a stream that is not read, or not sent, in the middle. Each may hold a
	// few MiB, of what comes next or of what is not yet whole.
	maxStalled = 64
	// stallTime is how long a call waits that has stalled.
	stallTime = 5 * time.Second
	// stallLook is how often it is looked for those that are too many.
	stallLook = 100 * time.Millisecond
)

// pause is leave for a call that waits for its client, until it takes its place
// again.
func (p *place) pause() {
	if p == nil {
		return
	}
	t := p.share.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	p.vacate(now)
	if p.lasting {
		return
	}
	t.paused[p] = now
	if len(t.paused) > maxStalled && now.Sub(t.looked) >= stallLook {
		t.looked = now
		t.endStalled(now)
	}
}

// endStalled ends calls that have stalled until no more than maxStalled are left:
// of the session that has the most, those that have waited longest. The caller
// holds t.mu.
func (t *Turns) endStalled(now time.Time) {
	stalled := map[*share][]*place{}
	count := 0
	for p, since := range t.paused {
		if now.Sub(since) >= stallTime {
			stalled[p.share] = append(stalled[p.share], p)
			count++
		}
	}
	if count <= maxStalled {
		return
	}
	for _, places := range stalled {
		slices.SortFunc(places, func(a, b *place) int { return t.paused[a].Compare(t.paused[b]) })
	}
	for ; count > maxStalled; count-- {
		var most *share
		for s, places := range stalled {
			if len(places) > len(stalled[most]) {
				most = s
			}
		}
		oldest := stalled[most][0]
		stalled[most] = stalled[most][1:]
		delete(t.paused, oldest)
		oldest.end(Errorf(CodeStalled, nil,
			"the client has not gone on with the call for %v, and there are too many such calls", stallTime))
	}
}
