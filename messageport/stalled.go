package messageport

import (
	"context"
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

// pause is leave for a call that waits for its client.
func (p *place) pause() {
	if p == nil {
		return
	}
	p.leave()
	t := p.share.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.lasting {
		return
	}
	now := time.Now()
	t.paused[p] = now
	if len(t.paused) > maxStalled && now.Sub(t.looked) >= stallLook {
		t.looked = now
		t.endStalled(now)
	}
}

// resume is take for a call that was paused.
func (p *place) resume(ctx context.Context) {
	if p == nil {
		return
	}
	p.share.turns.mu.Lock()
	delete(p.share.turns.paused, p)
	p.share.turns.mu.Unlock()
	p.take(ctx)
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
	for ; count > maxStalled; count-- {
		var most *share
		for s, places := range stalled {
			if most == nil || len(places) > len(stalled[most]) {
				most = s
			}
		}
		places := stalled[most]
		oldest := 0
		for i, p := range places {
			if t.paused[p].Before(t.paused[places[oldest]]) {
				oldest = i
			}
		}
		places[oldest].end(Errorf(CodeStalled, nil,
			"the client has not gone on with the call for %v, and there are too many such calls", stallTime))
		delete(t.paused, places[oldest])
		places[oldest] = places[len(places)-1]
		stalled[most] = places[:len(places)-1]
	}
}
