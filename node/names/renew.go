package names

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

// The times of renewal. DHT servers forget records after a day or two, so that
// Kubo, too, puts them again every four hours.
const (
	renewFirst    = time.Minute // after the start, which has other things to do
	renewInterval = 4 * time.Hour
	renewSoonest  = time.Minute
	retryFirst    = time.Minute
	retryLongest  = time.Hour
)

// renewal is when a name's record is to be put again.
type renewal struct {
	at       time.Time
	failures int // since a router took it last
}

// Wake has all names offered to the routers, of which there may be others now.
func (n *Names) Wake() {
	n.mu.Lock()
	clear(n.due)
	n.mu.Unlock()
	n.wake()
}

func (n *Names) wake() {
	select {
	case n.woken <- struct{}{}:
	default:
	}
}

// renewLater notes whether a router took the record of a name.
func (n *Names) renewLater(name ipns.Name, lifetime time.Duration, taken bool) {
	n.mu.Lock()
	r := n.due[name]
	pause := min(renewInterval, max(renewSoonest, lifetime/2))
	if taken {
		r.failures = 0
	} else {
		pause = min(pause, retryLongest, retryFirst<<min(r.failures, 10))
		r.failures++
	}
	pause -= pause / 100 * time.Duration(rand.IntN(10)) // not all nodes at once
	r.at = time.Now().Add(pause)
	n.due[name] = r
	n.mu.Unlock()
}

// renewAll renews what is due until the Names is closed.
func (n *Names) renewAll() {
	started := time.Now()
	timer := time.NewTimer(renewFirst)
	defer timer.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.woken:
		case <-timer.C:
		}
		if wait := renewFirst - time.Since(started); wait > 0 {
			timer.Reset(wait)
			continue
		}
		timer.Reset(n.renewDue(n.ctx))
	}
}

// renewDue renews what is due and returns when to look again.
func (n *Names) renewDue(ctx context.Context) time.Duration {
	if len(n.cfg.Routers()) == 0 {
		return renewInterval // or when woken
	}
	entries, err := n.cfg.Keys.List(ctx)
	if err != nil {
		n.cfg.Logger.Warn("cannot read the keys to renew records", "err", err)
		return retryFirst
	}
	next := renewInterval
	for _, entry := range entries {
		name := ipns.NameFromPeer(entry.ID)
		if n.untilDue(name) <= 0 {
			err := n.renewAs(ctx, name, entry.Name)
			if ctx.Err() != nil {
				return renewInterval
			}
			if err != nil {
				n.cfg.Logger.Warn("a name's record was not renewed", "name", name, "err", err)
			}
		}
		next = min(next, n.untilDue(name))
	}
	return max(next, time.Second)
}

func (n *Names) untilDue(name ipns.Name) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Until(n.due[name].at)
}

// renewAs renews the record of the key that has, or had a moment ago, a name in
// the key store.
func (n *Names) renewAs(ctx context.Context, name ipns.Name, keyName string) error {
	key, err := n.cfg.Keys.Get(ctx, keyName)
	if err != nil {
		n.renewLater(name, renewInterval, false)
		return err
	}
	if id, err := peer.IDFromPrivateKey(key); err != nil || ipns.NameFromPeer(id) != name {
		return err // renamed since: the next round finds it
	}
	return n.renew(ctx, name, key)
}

// renew signs a name's record anew and offers it to the routers.
func (n *Names) renew(ctx context.Context, name ipns.Name, key crypto.PrivKey) error {
	lifetime := n.lifetime(ctx, name)
	rec, err := n.prolong(ctx, name, key, lifetime)
	if err != nil || rec == nil { // nothing to put, unless it is published: that wakes
		n.renewLater(name, 2*renewInterval, err == nil)
		return err
	}
	err = n.putAll(ctx, n.cfg.Routers(), name, rec.Data)
	n.renewLater(name, lifetime, err == nil)
	return err
}

// prolong signs the repo's record of a name with a later end and the same
// sequence number. It returns nil if there is no record.
func (n *Names) prolong(ctx context.Context, name ipns.Name, key crypto.PrivKey, lifetime time.Duration) (*Record, error) {
	n.writing.Lock()
	defer n.writing.Unlock()
	last, err := n.load(ctx, name)
	if err != nil || last == nil {
		return nil, err
	}
	value, err := path.NewPath(last.Value)
	if err != nil {
		return nil, err
	}
	end := time.Now().Add(lifetime)
	if !end.After(last.end) {
		return last, nil
	}
	rec, err := sign(name, key, value, last.sequence, end, last.ttl)
	if err != nil {
		return nil, err
	}
	return rec, n.keep(ctx, name, rec.Data, lifetime)
}
