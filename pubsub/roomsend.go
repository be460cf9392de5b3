package pubsub

import (
	"context"
	"errors"
	"slices"
	"time"
)

// settleFor is how long a peer that is connected may take to be seen in the
// room.
const settleFor = 5 * time.Second

// sendHere delivers a direct message between rooms of this node.
func (t *roomTopic) sendHere(from *Room, to Member, data []byte) error {
	m := &directMessage{from: to.Peer, session: from.me.Session, toSession: to.Session, data: data}
	if !t.deliverDirect(m) {
		return &UndeliveredError{To: to, Err: ErrNotInRoom}
	}
	return nil
}

// deliverDirect hands a direct message to the rooms that it is for, and reports
// whether there are any.
func (t *roomTopic) deliverDirect(m *directMessage) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	recipients := t.recipients(m.toSession)
	for _, r := range recipients {
		from := Member{Peer: m.from}
		if r.members {
			from.Session = m.session
		}
		r.queue.push(RoomEvent{Type: RoomMessage, Member: from, Direct: true, Data: m.data})
	}
	return len(recipients) > 0
}

// recipients returns the rooms of a session. Without one they are those that do
// not tell sessions apart or, if there are none, all. The caller has the lock.
func (t *roomTopic) recipients(session string) []*Room {
	var found []*Room
	for _, r := range t.list {
		if r.me.Session == session {
			found = append(found, r)
		}
	}
	if session == "" && found == nil {
		return t.list
	}
	return found
}

// sendAway sends a direct message to another peer.
func (t *roomTopic) sendAway(ctx context.Context, from *Room, to Member, data []byte) error {
	m := &directMessage{
		from: from.me.Peer, to: to.Peer, topics: []string{t.name},
		session: from.me.Session, toSession: to.Session, data: data,
	}
	if err := to.Peer.Validate(); err != nil {
		return &UndeliveredError{To: to, Err: err}
	}
	if !validSession(to.Session) {
		return &UndeliveredError{To: to, Err: ErrNotInRoom}
	}
	doc, err := m.encode()
	if err != nil {
		return err
	}
	staying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(from.closed, func() { cancel(ErrClosed) })()
	ready := func(ctx context.Context) error { return t.await(ctx, to) }
	err = t.rooms.direct.send(staying, to.Peer, doc, t.rooms.cfg.SendTimeout, ready)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrClosed):
		return ErrClosed
	}
	return &UndeliveredError{To: to, Err: err}
}

// await returns once a member whose peer is connected is in the room. Its error
// is ErrNotInRoom or why ctx ended.
func (t *roomTopic) await(ctx context.Context, m Member) error {
	settled := time.NewTimer(settleFor)
	defer settled.Stop()
	for {
		t.mu.Lock()
		p, changed := t.peers[m.Peer], t.changed
		in := p != nil && p.has(m.Session)
		gone := p != nil && p.here && p.stated && !in
		t.mu.Unlock()
		switch {
		case in:
			return nil
		case gone:
			return ErrNotInRoom
		}
		select {
		case <-changed:
		case <-settled.C:
			return ErrNotInRoom
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// has reports whether a peer, or a session of it, is in the room. The caller has
// the lock.
func (p *roomPeer) has(session string) bool {
	if session == "" {
		return p.here || p.recent()
	}
	return p.stated && slices.Contains(p.sessions, session)
}

// present returns who is in the room beside r.
func (t *roomTopic) present(r *Room) []Member {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.presentLocked(r)
}

func (t *roomTopic) presentLocked(r *Room) []Member {
	var all []Member
	for _, p := range t.peers {
		switch {
		case r.members:
			for _, s := range p.shown {
				all = append(all, Member{p.id, s})
			}
		case p.here:
			all = append(all, Member{Peer: p.id})
		}
	}
	if !r.members {
		return all
	}
	for _, o := range t.list {
		if o.me != r.me && !slices.Contains(all, o.me) {
			all = append(all, o.me)
		}
	}
	return all
}

// has reports whether a member is in the room beside r.
func (t *roomTopic) has(r *Room, m Member) bool {
	return slices.Contains(t.present(r), m)
}
