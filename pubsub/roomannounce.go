package pubsub

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// announceEvery is how often a node says at most which sessions it has, when
	// sessions and peers come and go.
	announceEvery = 100 * time.Millisecond
	// It says so again soon after, since to a peer that has just come what is said
	// can be lost, and now and then if nothing happens.
	repeatAfter  = time.Second
	refreshEvery = 30 * time.Second
	// announceTimeout is how long saying so may take.
	announceTimeout = 5 * time.Second
)

// announcer says in the members' topic which sessions this node has.
type announcer struct {
	topic   *roomTopic
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

func startAnnouncer(t *roomTopic) *announcer {
	a := &announcer{topic: t}
	a.ctx, a.stop = context.WithCancel(t.rooms.pubsub.closed)
	a.running.Go(a.run)
	return a
}

func (a *announcer) run() {
	next := time.NewTimer(refreshEvery)
	defer next.Stop()
	for {
		wait := refreshEvery
		select {
		case <-a.topic.due:
			wait = repeatAfter
		case <-next.C:
		case <-a.ctx.Done():
			return
		}
		a.say(a.ctx)
		next.Reset(wait)
		select {
		case <-time.After(announceEvery):
		case <-a.ctx.Done():
			return
		}
	}
}

// close ends the announcer. If rooms stay that do not tell sessions apart, it
// says so.
func (a *announcer) close() {
	a.stop()
	a.running.Wait()
	if len(a.topic.sessions()) > 0 {
		a.say(a.topic.rooms.pubsub.closed)
	}
}

func (a *announcer) say(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	t := a.topic
	select {
	case t.speaking <- struct{}{}:
		defer func() { <-t.speaking }()
	case <-ctx.Done():
		return
	}
	if err := t.sayState(ctx); err != nil && ctx.Err() == nil {
		t.rooms.cfg.Logger.Warn("announcing the sessions in a room", "topic", t.name, "err", err)
	}
}

// sayState says which sessions this node has. The caller has the token to speak.
func (t *roomTopic) sayState(ctx context.Context) error {
	sessions := t.sessions()
	return t.rooms.pubsub.Publish(ctx, membersTopic(t.name), stateNotice(sessions).encode())
}

// sessions returns the sessions of this node, each once, as they are announced
// from now on.
func (t *roomTopic) sessions() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsaid = false
	var s []string
	for _, r := range t.list {
		if len(s) < maxPeerSessions && !slices.Contains(s, r.me.Session) {
			s = append(s, r.me.Session)
		}
	}
	return s
}

// sessionsChanged has the sessions announced. The caller has the lock.
func (t *roomTopic) sessionsChanged() {
	t.unsaid = true
	t.announce()
}

// announce has the sessions announced soon. The caller has the lock.
func (t *roomTopic) announce() {
	select {
	case t.due <- struct{}{}:
	default:
	}
}

// broadcast sends data to all in the room. Before that it says who sends it,
// and which sessions there are if that was not yet said, where anybody wants to
// know.
func (t *roomTopic) broadcast(ctx context.Context, session string, data []byte) error {
	if limit := t.rooms.pubsub.maxMessage; len(data) > limit {
		return &TooLargeError{Size: len(data), Limit: limit}
	}
	select {
	case t.speaking <- struct{}{}:
		defer func() { <-t.speaking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	members, unsaid := t.members, t.unsaid
	t.mu.Unlock()
	if members && unsaid {
		if err := t.sayState(ctx); err != nil {
			return err
		}
	}
	if members {
		notice := fromNotice(session, data).encode()
		if err := t.rooms.pubsub.Publish(ctx, membersTopic(t.name), notice); err != nil {
			return err
		}
	}
	return t.rooms.pubsub.Publish(ctx, t.name, data)
}
