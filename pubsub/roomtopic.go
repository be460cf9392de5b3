package pubsub

import (
	"slices"
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"
)

// roomTopic is a topic with all rooms that this node has in it.
type roomTopic struct {
	rooms *Rooms
	name  string
	users int // the Rooms' mu guards it

	entering  sync.Mutex // held while a room enters or leaves; guards following
	plain     *feed      // the topic itself, while there are rooms
	companion *feed      // the members' topic, while there are rooms that tell members apart
	announcer *announcer

	// speaking holds a token while something is published, so that what is said of
	// a message in the members' topic goes out before the message.
	speaking chan struct{}
	// due holds a token while this node's sessions are to be announced.
	due chan struct{}

	mu      sync.Mutex // guards following; nothing else is locked under it but a queue
	list    []*Room
	peers   map[peer.ID]*roomPeer
	shown   int           // members of other peers that the rooms were told of
	changed chan struct{} // closed and replaced when members come or go
	members bool          // whether the members' topic is listened to
	unsaid  bool          // whether this node's sessions have changed since they were announced
}

func newRoomTopic(r *Rooms, name string) *roomTopic {
	return &roomTopic{
		rooms:    r,
		name:     name,
		speaking: make(chan struct{}, 1),
		due:      make(chan struct{}, 1),
		peers:    make(map[peer.ID]*roomPeer),
		changed:  make(chan struct{}),
	}
}

// enter adds a room. The members' topic is entered before the topic itself, so
// that other peers never take those who tell members apart for those who do
// not.
func (t *roomTopic) enter(r *Room) error {
	t.entering.Lock()
	defer t.entering.Unlock()
	if r.members && t.companion == nil {
		if err := t.openCompanion(); err != nil {
			return err
		}
	}
	if t.plain == nil {
		f, err := openFeed(t.rooms.pubsub, t.name, t.onMessage, t.onPeer)
		if err != nil {
			t.closeUnused()
			return err
		}
		t.plain = f
	}
	t.add(r)
	return nil
}

// leave removes a room.
func (t *roomTopic) leave(r *Room) {
	t.entering.Lock()
	defer t.entering.Unlock()
	t.remove(r)
	t.closeUnused()
}

// closeUnused closes the feeds that no room needs any more, first that of the
// topic itself, as it was opened last.
func (t *roomTopic) closeUnused() {
	t.mu.Lock()
	rooms := len(t.list)
	members := slices.ContainsFunc(t.list, func(r *Room) bool { return r.members })
	t.mu.Unlock()
	if rooms == 0 && t.plain != nil {
		t.plain.close()
		t.plain = nil
	}
	if !members && t.companion != nil {
		t.closeCompanion()
	}
	if rooms == 0 {
		t.forgetAll()
	}
}

// openCompanion enters the members' topic.
func (t *roomTopic) openCompanion() error {
	t.setMembers(true)
	f, err := openFeed(t.rooms.pubsub, membersTopic(t.name), t.onNotice, t.onCompanionPeer)
	if err != nil {
		t.setMembers(false)
		return err
	}
	t.companion = f
	t.announcer = startAnnouncer(t)
	return nil
}

// closeCompanion leaves the members' topic. Plain rooms that stay are announced
// first, so that they are not seen to leave with the others.
func (t *roomTopic) closeCompanion() {
	t.announcer.close()
	t.announcer = nil
	t.companion.close()
	t.companion = nil
	t.setMembers(false)
}

// setMembers says whether the members' topic is listened to.
func (t *roomTopic) setMembers(listening bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.members = listening
	for _, p := range t.peers {
		t.release(p, true)
		t.forgetSessions(p)
	}
}

// all returns the rooms.
func (t *roomTopic) all() []*Room {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}

// add lets a room in: it is told who is there, and the others of it.
func (t *roomTopic) add(r *Room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.queue.push(RoomEvent{Type: RoomSubscribed, Member: r.me})
	for _, m := range t.presentLocked(r) {
		r.queue.push(RoomEvent{Type: RoomJoined, Member: m})
	}
	known := t.hasSession(r.me.Session)
	t.list = append(t.list, r)
	if !known {
		t.tell(RoomEvent{Type: RoomJoined, Member: r.me}, r)
		t.sessionsChanged()
	}
}

func (t *roomTopic) remove(r *Room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(t.list, r)
	if at < 0 {
		return
	}
	t.list = slices.Delete(t.list, at, at+1)
	if !t.hasSession(r.me.Session) {
		t.tell(RoomEvent{Type: RoomLeft, Member: r.me}, r)
		t.sessionsChanged()
	}
}

// hasSession reports whether a room of this node has that session; the empty
// one is that of all plain rooms. The caller has the lock.
func (t *roomTopic) hasSession(session string) bool {
	return slices.ContainsFunc(t.list, func(r *Room) bool { return r.me.Session == session })
}

// tell queues an event for all rooms that tell sessions apart, but for one. The
// caller has the lock.
func (t *roomTopic) tell(e RoomEvent, but *Room) {
	for _, r := range t.list {
		if r.members && r != but {
			r.queue.push(e)
		}
	}
}

// tellPlain queues an event for all rooms that do not tell sessions apart. The
// caller has the lock.
func (t *roomTopic) tellPlain(e RoomEvent) {
	for _, r := range t.list {
		if !r.members {
			r.queue.push(e)
		}
	}
}

// notify wakes those who wait for a member. The caller has the lock.
func (t *roomTopic) notify() {
	close(t.changed)
	t.changed = make(chan struct{})
}
