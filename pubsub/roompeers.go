package pubsub

import (
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// maxRoomMembers is how many members of other peers the rooms of a topic are
	// told of.
	maxRoomMembers = 4096
	// maxStrangers is how many peers are remembered that spoke in a room and are
	// not connected, and heardFor how long they are.
	maxStrangers = 1024
	heardFor     = 2 * time.Minute
	// stayDelay is how long a peer that left, and is still connected, is held to be
	// in a room: gossipsub lets peers come and go when it changes its streams.
	stayDelay = time.Second
	// stateDelay is how long a peer in the members' topic may take to say which
	// sessions it has, before it is taken for one that has none.
	stateDelay = 3 * time.Second
	// awareDelay is how long it may take to see a peer of the topic in the members'
	// topic too. It entered that first, but is seen in the two in any order.
	awareDelay = 500 * time.Millisecond
)

// roomPeer is what is known of a peer in a topic. The topic's mu guards it.
type roomPeer struct {
	id      peer.ID
	here    bool        // it listens to the topic, or did a moment ago
	aware   bool        // likewise to the members' topic
	heard   time.Time   // when it last said something
	leaving *time.Timer // until it has left the topic
	unaware *time.Timer // until it has left the members' topic
	waiting *time.Timer // until it has taken too long to say its sessions

	stated   bool   // whether it has said which sessions it has
	stateSeq uint64 // of its last state
	sessions []string
	shown    []string // the sessions that rooms were told of

	voices voices
}

// peer returns what is known of a peer, from now on something; nil if there is
// no room for one more that is not here. The caller has the lock.
func (t *roomTopic) peer(id peer.ID, here bool) *roomPeer {
	if p := t.peers[id]; p != nil {
		return p
	}
	if !here && len(t.peers) >= maxStrangers && !t.forgetStrangers() {
		return nil
	}
	p := &roomPeer{id: id}
	t.peers[id] = p
	return p
}

// forgetStrangers forgets peers that are not here and have been silent, and
// reports whether there were any. The caller has the lock.
func (t *roomTopic) forgetStrangers() bool {
	before := len(t.peers)
	for _, p := range t.peers {
		if !p.here && !p.aware && !p.recent() {
			t.forget(p)
		}
	}
	return len(t.peers) < before
}

func (p *roomPeer) recent() bool { return time.Since(p.heard) < heardFor }

// onPeer is told who comes to the topic and who leaves it.
func (t *roomTopic) onPeer(e PeerEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Left {
		t.leaves(e.Peer)
		return
	}
	p := t.peer(e.Peer, true)
	stopTimer(&p.leaving)
	if p.here {
		return
	}
	p.here = true
	t.tellPlain(RoomEvent{Type: RoomJoined, Member: Member{Peer: p.id}})
	if !p.aware {
		t.awaitState(p, awareDelay)
	}
	t.show(p)
}

// awaitState gives a peer time to say which sessions it has. The caller has the
// lock.
func (t *roomTopic) awaitState(p *roomPeer, d time.Duration) {
	stopTimer(&p.waiting)
	if t.members && !p.stated {
		p.waiting = t.after(d, &p.waiting, func() { t.show(p) })
	}
}

// leaves has a peer leave, unless it comes back in time. The caller has the
// lock.
func (t *roomTopic) leaves(id peer.ID) {
	p := t.peers[id]
	if p == nil || !p.here || p.leaving != nil {
		return
	}
	p.leaving = t.after(t.leaveDelay(id), &p.leaving, func() {
		p.here = false
		t.release(p, true)
		t.tellPlain(RoomEvent{Type: RoomLeft, Member: Member{Peer: p.id}})
		t.show(p)
		t.forget(p)
	})
}

func (t *roomTopic) leaveDelay(id peer.ID) time.Duration {
	delay := t.rooms.cfg.LeaveDelay
	if t.rooms.connected(id) {
		return min(delay, stayDelay)
	}
	return delay
}

// onCompanionPeer is told who comes to the members' topic and who leaves it.
func (t *roomTopic) onCompanionPeer(e PeerEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch p := t.peers[e.Peer]; {
	case !t.members:
	case !e.Left:
		t.becomesAware(t.peer(e.Peer, true))
		t.announce()
	case p != nil && p.aware && p.unaware == nil:
		// Later than it would leave the room, if it is about to do that as well:
		// who leaves is not seen to drop its sessions first.
		p.unaware = t.after(t.leaveDelay(p.id)+stayDelay, &p.unaware, func() { t.forgetSessions(p) })
	}
}

// becomesAware takes a peer for one that tells sessions apart. The caller has
// the lock.
func (t *roomTopic) becomesAware(p *roomPeer) {
	stopTimer(&p.unaware)
	if p.aware {
		return
	}
	p.aware = true
	t.awaitState(p, stateDelay)
}

// states takes a peer's word for which sessions it has, if it is its latest. The
// caller has the lock.
func (t *roomTopic) states(p *roomPeer, sessions []string, seqno uint64) {
	if p.stated && seqno <= p.stateSeq {
		return
	}
	p.stated, p.stateSeq, p.sessions = true, seqno, sessions
	stopTimer(&p.waiting)
	t.show(p)
}

// forgetSessions takes a peer for one that does not tell sessions apart. The
// caller has the lock.
func (t *roomTopic) forgetSessions(p *roomPeer) {
	stopTimer(&p.unaware)
	stopTimer(&p.waiting)
	p.aware, p.stated, p.sessions = false, false, nil
	t.awaitState(p, awareDelay)
	t.show(p)
}

// show tells the rooms that tell sessions apart what has changed of a peer, and
// who waits for a member. Joins come before leaves, so that a peer that changes
// its sessions is there all the time. The caller has the lock.
func (t *roomTopic) show(p *roomPeer) {
	defer t.notify()
	wanted, before := t.wanted(p), p.shown
	p.shown = nil
	for _, s := range wanted {
		switch {
		case slices.Contains(before, s):
		case t.shown == maxRoomMembers:
			continue
		default:
			t.shown++
			t.tell(RoomEvent{Type: RoomJoined, Member: Member{p.id, s}}, nil)
		}
		p.shown = append(p.shown, s)
	}
	for _, s := range before {
		if !slices.Contains(wanted, s) {
			t.shown--
			t.tell(RoomEvent{Type: RoomLeft, Member: Member{p.id, s}}, nil)
		}
	}
}

// wanted returns the sessions of a peer that its rooms should know of. The
// caller has the lock.
func (t *roomTopic) wanted(p *roomPeer) []string {
	switch {
	case !p.here || !t.members:
		return nil
	case p.stated:
		return p.sessions
	case p.waiting != nil:
		return p.shown
	default:
		return []string{""}
	}
}

// forget drops what is known of a peer. The caller has the lock.
func (t *roomTopic) forget(p *roomPeer) {
	for _, timer := range []**time.Timer{&p.leaving, &p.unaware, &p.waiting, &p.voices.overdue} {
		stopTimer(timer)
	}
	t.shown -= len(p.shown)
	delete(t.peers, p.id)
}

// forgetAll drops what is known of all peers.
func (t *roomTopic) forgetAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.peers {
		t.forget(p)
	}
}

// after has f called with the lock after a while, unless the timer is stopped
// before that. at is where the caller, who has the lock, keeps the timer.
func (t *roomTopic) after(d time.Duration, at **time.Timer, f func()) *time.Timer {
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if *at == timer {
			*at = nil
			f()
		}
	})
	return timer
}

func stopTimer(at **time.Timer) {
	if *at != nil {
		(*at).Stop()
		*at = nil
	}
}
