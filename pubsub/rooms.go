package pubsub

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// RoomsConfig says what Rooms are made of.
type RoomsConfig struct {
	// PubSub carries what is said to all. Required. The Rooms do not close it, and
	// end with it.
	PubSub *PubSub
	// SendTimeout is how long a direct message waits for its recipient to be
	// connected and in the room. Default: 30 seconds.
	SendTimeout time.Duration
	// LeaveDelay is how long a peer whose connection was lost is still held to be
	// in the room. Default: 5 seconds. One that left and is still connected is
	// given a second, or this if it is shorter.
	LeaveDelay time.Duration
	// Logger takes what no caller can be told. Default: nothing is logged.
	Logger *slog.Logger
}

func (c RoomsConfig) withDefaults() (RoomsConfig, error) {
	if c.PubSub == nil {
		return c, errors.New("pubsub: RoomsConfig needs a PubSub")
	}
	if c.SendTimeout <= 0 {
		c.SendTimeout = 30 * time.Second
	}
	if c.LeaveDelay <= 0 {
		c.LeaveDelay = 5 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Rooms has the rooms of a node. Its methods may be called concurrently.
type Rooms struct {
	cfg    RoomsConfig
	pubsub *PubSub
	self   peer.ID
	direct *direct
	// connected reports whether there is a connection to a peer.
	connected func(peer.ID) bool

	bad      atomic.Uint64
	unwanted atomic.Uint64

	mu     sync.Mutex // guards following
	topics map[string]*roomTopic
	closed bool
}

// RoomStats counts what was dropped of what peers sent.
type RoomStats struct {
	// Bad is how many runs of bytes, documents and notices could not be read or
	// were not true: invalid UTF-8 or JSON, over a limit, of a forged sender.
	Bad uint64
	// Unwanted is how many direct messages were for a room, or a session in one,
	// that is not here.
	Unwanted uint64
}

// NewRooms starts to take direct messages on the PubSub's host.
func NewRooms(cfg RoomsConfig) (*Rooms, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Rooms{
		cfg:    cfg,
		pubsub: cfg.PubSub,
		self:   cfg.PubSub.Host().ID(),
		topics: make(map[string]*roomTopic),
	}
	r.direct = newDirect(cfg.PubSub.Host(), cfg.PubSub.maxMessage, r.receive, r.drop)
	r.connected = r.direct.connected
	return r, nil
}

// Close leaves all rooms and ends all that waits, with ErrClosed.
func (r *Rooms) Close() error {
	r.mu.Lock()
	r.closed = true
	var all []*Room
	for _, t := range r.topics {
		all = append(all, t.all()...)
	}
	r.mu.Unlock()
	for _, room := range all {
		_ = room.Close()
	}
	r.direct.stop()
	return nil
}

// Stats returns what was dropped so far.
func (r *Rooms) Stats() RoomStats {
	return RoomStats{Bad: r.bad.Load(), Unwanted: r.unwanted.Load()}
}

// drop counts what a peer sent in vain.
func (r *Rooms) drop(from peer.ID, err error) {
	r.bad.Add(1)
	r.cfg.Logger.Debug("dropped what a peer sent to a room", "peer", from, "err", err)
}

// receive hands a peer's direct message to the rooms that it is for.
func (r *Rooms) receive(m *directMessage) {
	delivered := false
	for _, name := range m.topics {
		if t := r.topic(name); t != nil && t.deliverDirect(m) {
			delivered = true
		}
	}
	if !delivered {
		r.unwanted.Add(1)
	}
}

// topic returns the topic of that name if a room of this node is in it.
func (r *Rooms) topic(name string) *roomTopic {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.topics[name]
}

// acquire returns the topic of that name for one more room.
func (r *Rooms) acquire(name string) (*roomTopic, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	t := r.topics[name]
	if t == nil {
		t = newRoomTopic(r, name)
		r.topics[name] = t
	}
	t.users++
	return t, nil
}

// release gives a topic back.
func (r *Rooms) release(t *roomTopic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(r.topics, t.name)
	}
}

// RoomOptions are the options of Join.
type RoomOptions struct {
	// Members tells the sessions of a peer apart, this node's own among them:
	// each joins, leaves and speaks for itself. Without it a room has peers.
	Members bool
}

// Join enters a room. It returns once the node listens. The place in the room is
// kept until its Close, whatever becomes of ctx.
func (r *Rooms) Join(ctx context.Context, topic string, opts RoomOptions) (*Room, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !validTopic(topic) || len(topic)+len(membersSuffix) > MaxTopic {
		return nil, ErrInvalidTopic
	}
	t, err := r.acquire(topic)
	if err != nil {
		return nil, err
	}
	room := newRoom(t, opts)
	if err := t.enter(room); err != nil {
		room.close()
		r.release(t)
		return nil, err
	}
	return room, nil
}
