package bitnet

import (
	"sync"
	"time"

	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// stallTime is how long a peer may owe blocks and send none of them.
	stallTime = 5 * time.Second
	// trickleTime is how long it may instead if bytes come all the while.
	trickleTime = messageTime
	// pauseTime is how long a peer that stalled is left alone. It doubles each time
	// that it stalls again, up to mostPauseTime.
	pauseTime     = time.Second
	mostPauseTime = time.Minute
)

// debts keep account of the blocks that peers were asked for and have not sent.
// A peer that stalls counts as not connected for a while, or until it sends
// something: bitswap waits for ever for a peer that said it has a block, though
// others have it too.
type debts struct {
	stalled func(p peer.ID, pause time.Duration) // called without mu

	mu    sync.Mutex // guards following
	peers map[peer.ID]*debt
	sweep *time.Timer // nil while no peer owes anything
}

// A debt is what one peer owes.
type debt struct {
	since map[cid.Cid]time.Time // when it was asked for blocks
	paid  time.Time             // when it sent one of them
	heard time.Time             // when bytes came of whatever
	pause time.Duration         // after the last time that it stalled; 0 if it paid since
}

// asked notes what is about to be sent to a peer.
func (d *debts) asked(p peer.ID, m message.BitSwapMessage) {
	entries := m.Wantlist()
	if len(entries) == 0 {
		return
	}
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range entries {
		switch {
		case e.Cancel:
			d.strike(p, e.Cid)
		case e.WantType == pb.Message_Wantlist_Block:
			d.add(p, e.Cid, now)
		}
	}
}

// add is called with mu held.
func (d *debts) add(p peer.ID, c cid.Cid, now time.Time) {
	if d.peers == nil {
		d.peers = map[peer.ID]*debt{}
	}
	owed := d.peers[p]
	if owed == nil {
		owed = &debt{since: map[cid.Cid]time.Time{}}
		d.peers[p] = owed
	}
	owed.since[c] = now
	if d.sweep == nil {
		d.sweep = time.AfterFunc(stallTime/2, d.check)
	}
}

// strike is called with mu held. It reports whether the peer owed the block.
func (d *debts) strike(p peer.ID, c cid.Cid) bool {
	owed := d.peers[p]
	if owed == nil {
		return false
	}
	_, was := owed.since[c]
	delete(owed.since, c)
	return was
}

// answered notes what a peer sent.
func (d *debts) answered(p peer.ID, m message.BitSwapMessage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range m.Blocks() {
		if d.strike(p, b.Cid()) {
			d.peers[p].paid, d.peers[p].pause = time.Now(), 0
		}
	}
	for _, c := range m.DontHaves() {
		d.strike(p, c)
	}
}

// heard notes that bytes came from a peer.
func (d *debts) heard(p peer.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if owed := d.peers[p]; owed != nil {
		owed.heard = time.Now()
	}
}

// forgive forgets what a peer owes.
func (d *debts) forgive(p peer.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.peers, p)
}

// check looks for peers that stall, and comes back as long as any peer owes
// something.
func (d *debts) check() {
	for p, pause := range d.find(time.Now()) {
		d.stalled(p, pause)
	}
}

// find returns the peers that stall, with the pauses that they get, and writes
// off what they owe.
func (d *debts) find(now time.Time) map[peer.ID]time.Duration {
	stalled := map[peer.ID]time.Duration{}
	d.mu.Lock()
	defer d.mu.Unlock()
	owing := false
	for p, owed := range d.peers {
		switch {
		case len(owed.since) == 0 && owed.pause == 0:
			delete(d.peers, p)
		case len(owed.since) > 0 && owed.stalls(now):
			clear(owed.since)
			owed.pause = min(mostPauseTime, max(pauseTime, 2*owed.pause))
			stalled[p] = owed.pause
		case len(owed.since) > 0:
			owing = true
		}
	}
	d.sweep = nil
	if owing {
		d.sweep = time.AfterFunc(stallTime/2, d.check)
	}
	return stalled
}

func (d *debts) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.peers = nil
	if d.sweep != nil {
		d.sweep.Stop()
		d.sweep = nil
	}
}

// stalls reports whether nothing of use has come for too long.
func (owed *debt) stalls(now time.Time) bool {
	last := now
	for _, since := range owed.since {
		if since.Before(last) {
			last = since
		}
	}
	if owed.paid.After(last) {
		last = owed.paid
	}
	trickles := now.Sub(owed.heard) < stallTime && now.Sub(last) < trickleTime
	return now.Sub(last) >= stallTime && !trickles
}
