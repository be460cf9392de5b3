package pubsub

import (
	"slices"
	"time"
)

// Which session has sent a message is said in the members' topic, ahead of the
// message itself. The two travel apart and need not come in that order, so that
// a message of a peer that tells sessions apart may have to wait. If nothing is
// said of it in time, it is that peer's as a whole: late, but not lost.
const (
	holdFor   = 2 * time.Second
	maxHeld   = 64 // messages of a peer that wait
	heldBytes = 1 << 20
	namedFor  = time.Minute
	maxNamed  = 256 // messages of a peer of which something was said
	// maxStrangerNamed is the same for a peer that is not here, of whom there may
	// be many.
	maxStrangerNamed = 32
)

// voices joins the messages of a peer with what was said of them.
type voices struct {
	named   []voice // oldest first
	held    []*Message
	since   []time.Time // when each of held came
	bytes   int         // of held
	last    time.Time   // when something was last said
	overdue *time.Timer // until the first of held has waited too long
}

// voice is what was said of a message: that a session has sent it.
type voice struct {
	message string // its fingerprint
	session string
	at      time.Time
}

// onMessage takes a message of the topic.
func (t *roomTopic) onMessage(d Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := d.Message
	if d.Dropped > 0 {
		for _, r := range t.list {
			r.queue.lose(d.Dropped)
		}
	}
	t.tellPlain(messageEvent(m, ""))
	if !t.members {
		return
	}
	p := t.peer(m.From, false)
	if p == nil {
		t.tell(messageEvent(m, ""), nil)
		return
	}
	p.heard = time.Now()
	p.voices.hold(m)
	t.release(p, !t.waitsForVoice(p))
}

// onNotice takes a message of the members' topic.
func (t *roomTopic) onNotice(d Delivery) {
	m := d.Message
	n, err := decodeNotice(m.Data)
	if err != nil {
		t.rooms.drop(m.From, err)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.peer(m.From, false)
	if p == nil {
		return
	}
	p.heard = time.Now()
	switch n.Kind {
	case noticeState:
		if p.id != t.rooms.self {
			t.states(p, n.Sessions, m.Seqno)
		}
	case noticeFrom:
		limit := maxNamed
		if !p.here && p.id != t.rooms.self {
			limit = maxStrangerNamed
		}
		p.voices.say(n.Message, n.Session, limit)
		t.release(p, false)
	}
}

// waitsForVoice reports whether something is to be said of a peer's messages.
// The caller has the lock.
func (t *roomTopic) waitsForVoice(p *roomPeer) bool {
	return p.aware || p.id == t.rooms.self || time.Since(p.voices.last) < heardFor
}

// release hands on the messages of a peer of which something was said, and
// those that have waited long enough; if all is true the others as well. They
// stay in order. The caller has the lock.
func (t *roomTopic) release(p *roomPeer, all bool) {
	v := &p.voices
	stopTimer(&v.overdue)
	for len(v.held) > 0 {
		session, said := v.speaker(v.held[0])
		wait := holdFor - time.Since(v.since[0])
		if !said && !all && wait > 0 && !v.full() {
			v.overdue = t.after(wait, &v.overdue, func() { t.release(p, false) })
			return
		}
		t.tell(messageEvent(v.take(), session), nil)
	}
}

func messageEvent(m *Message, session string) RoomEvent {
	return RoomEvent{
		Type:   RoomMessage,
		Member: Member{Peer: m.From, Session: session},
		Seqno:  m.Seqno,
		Data:   m.Data,
	}
}

// say keeps what was said of a message, and the latest of what was said before.
func (v *voices) say(message, session string, limit int) {
	v.last = time.Now()
	v.named = slices.DeleteFunc(v.named, func(n voice) bool { return v.last.Sub(n.at) > namedFor })
	if over := len(v.named) + 1 - limit; over > 0 {
		v.named = slices.Delete(v.named, 0, over)
	}
	v.named = append(v.named, voice{message, session, v.last})
}

// speaker returns the session that has sent a message, if that was said. It can
// be asked once.
func (v *voices) speaker(m *Message) (string, bool) {
	if len(v.named) == 0 {
		return "", false
	}
	message := fingerprint(m.Data)
	at := slices.IndexFunc(v.named, func(n voice) bool { return n.message == message })
	if at < 0 {
		return "", false
	}
	session := v.named[at].session
	v.named = slices.Delete(v.named, at, at+1)
	return session, true
}

func (v *voices) hold(m *Message) {
	v.held = append(v.held, m)
	v.since = append(v.since, time.Now())
	v.bytes += len(m.Data)
}

func (v *voices) full() bool {
	return len(v.held) > maxHeld || v.bytes > heldBytes && len(v.held) > 1
}

// take removes the first message that is held.
func (v *voices) take() *Message {
	m := v.held[0]
	v.held = slices.Delete(v.held, 0, 1)
	v.since = slices.Delete(v.since, 0, 1)
	v.bytes -= len(m.Data)
	return m
}
