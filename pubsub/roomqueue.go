package pubsub

import (
	"container/list"
	"sync"
)

// roomQueue has the events that a room's reader has not yet seen. Messages are
// bounded, the oldest lost first. Joins and leaves are not lost; those of one
// member that cancel each other out are both taken back, so that there is one at
// most for each member.
type roomQueue struct {
	ready chan struct{} // holds a token while there may be something to read

	mu      sync.Mutex               // guards following
	events  list.List                // of *RoomEvent
	pending map[Member]*list.Element // joins and leaves in events
	count   int                      // messages in events
	bytes   int                      // of their data
	dropped uint64
	closed  bool
}

const (
	roomMessages     = 256
	roomMessageBytes = 4 << 20
)

func newRoomQueue() *roomQueue {
	return &roomQueue{ready: make(chan struct{}, 1), pending: make(map[Member]*list.Element)}
}

// push adds an event. It never waits.
func (q *roomQueue) push(e RoomEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	switch e.Type {
	case RoomMessage:
		q.pushMessage(&e)
	case RoomJoined, RoomLeft:
		q.pushPresence(&e)
	default:
		q.events.PushBack(&e)
	}
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// pushMessage adds a message and drops what no longer has room. It takes at
// least one message of any size. The caller has the lock.
func (q *roomQueue) pushMessage(e *RoomEvent) {
	for at := q.events.Front(); at != nil && q.full(len(e.Data)); {
		next := at.Next()
		if old := at.Value.(*RoomEvent); old.Type == RoomMessage {
			q.events.Remove(at)
			q.count--
			q.bytes -= len(old.Data)
			q.dropped++
		}
		at = next
	}
	q.events.PushBack(e)
	q.count++
	q.bytes += len(e.Data)
}

func (q *roomQueue) full(more int) bool {
	return q.count == roomMessages || q.count > 0 && q.bytes+more > roomMessageBytes
}

// pushPresence adds a join or a leave, or takes back the opposite. The caller
// has the lock.
func (q *roomQueue) pushPresence(e *RoomEvent) {
	if at, ok := q.pending[e.Member]; ok {
		if at.Value.(*RoomEvent).Type != e.Type {
			q.events.Remove(at)
			delete(q.pending, e.Member)
		}
		return
	}
	q.pending[e.Member] = q.events.PushBack(e)
}

// lose counts messages that were lost on the way here.
func (q *roomQueue) lose(n uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped += n
}

func (q *roomQueue) pop() (RoomEvent, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := q.events.Front()
	if at == nil {
		return RoomEvent{}, false
	}
	e := q.events.Remove(at).(*RoomEvent)
	switch e.Type {
	case RoomMessage:
		q.count--
		q.bytes -= len(e.Data)
	case RoomJoined, RoomLeft:
		delete(q.pending, e.Member)
	}
	e.Dropped, q.dropped = q.dropped, 0
	return *e, true
}

// close lets all go.
func (q *roomQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.events.Init()
	q.pending, q.count, q.bytes = nil, 0, 0
}
