package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

const (
	// secretTime is how long a secret waits for the hello of its port.
	secretTime = time.Minute
	// maxSecrets is how many wait at once.
	maxSecrets = 256
	// maxOriginPorts is how many ports an origin has at once.
	maxOriginPorts = 16
)

type secret [messageport.BindSize]byte

// A boundPort is a port that a session made for somebody else, from the making of
// its secret to the end of its session.
type boundPort struct {
	id       string
	origin   string          // "" for the node's own
	grants   *nodeapi.Grants // nil: those that are kept for the origin
	parent   *session
	detached bool

	// Guarded by ports.mu.
	secret  secret
	timer   *time.Timer // until the secret is used
	session *session    // nil before

	ended atomic.Pointer[error] // why its rights are gone; set before the session ends
}

// follows reports whether the port is to have its origin's grants as they change.
func (p *boundPort) follows(origin string) bool { return p.grants == nil && p.origin == origin }

// ports are all that are bound, or are to be.
type ports struct {
	epoch string
	turns *messageport.Turns

	mu       sync.Mutex // guards following
	numbered uint64
	all      map[string]*boundPort // by id
	waiting  map[secret]*boundPort // those whose secret was not used yet
	common   map[string]*common    // by origin, of those that have ports
	revoked  map[string]uint64     // by origin, the newest session when its grants were taken back
}

// common is what the ports of an origin have together.
type common struct {
	pace pace
	part *messageport.Part // of the turns; the node's own have one each
}

func newPorts(epoch string, turns *messageport.Turns) *ports {
	return &ports{
		epoch:   epoch,
		turns:   turns,
		all:     make(map[string]*boundPort),
		waiting: make(map[secret]*boundPort),
		common:  make(map[string]*common),
		revoked: make(map[string]uint64),
	}
}

// create makes a port whose parent lives. Its id is of this epoch: no id names a
// port of a process that is gone and one of this.
func (p *ports) create(parent *session, req nodeapi.PortRequest) (*boundPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if newest, ok := p.revoked[req.Origin]; ok && req.Grants != nil && parent.number <= newest {
		return nil, errRevoked
	}
	if len(p.waiting) >= maxSecrets {
		return nil, nodeapi.Errorf(nodeapi.CodeTooManySessions, map[string]any{"limit": maxSecrets},
			"%d ports wait to be used; that is the most", maxSecrets)
	}
	if n := p.count(req.Origin); n >= maxOriginPorts {
		return nil, nodeapi.Errorf(nodeapi.CodeTooManySessions, map[string]any{"limit": maxOriginPorts, "origin": req.Origin},
			"origin %q has %d ports; that is the most", req.Origin, n)
	}
	p.numbered++
	port := &boundPort{
		id:       fmt.Sprintf("%s-port-%d", p.epoch, p.numbered),
		origin:   req.Origin,
		grants:   req.Grants,
		parent:   parent,
		detached: req.Detached,
	}
	_, _ = rand.Read(port.secret[:]) // it never fails
	p.all[port.id] = port
	p.waiting[port.secret] = port
	if p.common[port.origin] == nil {
		p.common[port.origin] = p.newCommon(port.origin)
	}
	port.timer = time.AfterFunc(secretTime, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if port.session == nil {
			p.remove(port)
		}
	})
	return port, nil
}

func (p *ports) newCommon(origin string) *common {
	if origin == "" {
		return &common{}
	}
	return &common{part: p.turns.NewPart()}
}

// revoke takes note that an origin's grants were taken back: sessions that live, of
// which none is newer than that number, decided on grants of their own before that,
// and bind no port to them again. What no session knows from before oldest on is
// forgotten.
func (p *ports) revoke(origin string, newest, oldest uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.revoked, func(_ string, number uint64) bool { return number < oldest })
	p.revoked[origin] = newest
}

// grant is the opposite.
func (p *ports) grant(origin string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.revoked, origin)
}

// full reports whether an origin has as many ports as it may have.
func (p *ports) full(origin string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count(origin) >= maxOriginPorts
}

// sessionsOf returns the sessions of an origin's ports.
func (p *ports) sessionsOf(origin string) []*session {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*session
	for _, port := range p.all {
		if port.origin == origin && port.session != nil {
			all = append(all, port.session)
		}
	}
	return all
}

// count counts the ports of an origin. The caller holds p.mu.
func (p *ports) count(origin string) int {
	n := 0
	for _, port := range p.all {
		if port.origin == origin {
			n++
		}
	}
	return n
}

// remove takes a port out. The caller holds p.mu.
func (p *ports) remove(port *boundPort) {
	port.timer.Stop()
	delete(p.waiting, port.secret)
	delete(p.all, port.id)
	if p.count(port.origin) == 0 {
		delete(p.common, port.origin)
	}
}

// take gives the session the port of a secret, once, and what it has in common with
// others. From then on it can be ended, even as it is still being welcomed.
func (p *ports) take(bind []byte, s *session) (*boundPort, *common, bool) {
	if len(bind) != messageport.BindSize {
		return nil, nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	port, ok := p.waiting[secret(bind)]
	if !ok {
		return nil, nil, false
	}
	port.timer.Stop()
	delete(p.waiting, port.secret)
	port.session = s
	return port, p.common[port.origin], true
}

// leave is told of the end of a session: of its own port, and of those that it has
// made.
func (p *ports) leave(s *session) {
	p.mu.Lock()
	for _, port := range p.all {
		if port.session == s {
			p.remove(port)
		}
	}
	p.mu.Unlock()
	p.end(errParentEnded, func(port *boundPort) bool {
		return port.parent == s && (port.session == nil || !port.detached)
	})
}

// errParentEnded is no word on the grants: who has the port may ask for another.
var errParentEnded = &messageport.Error{Code: messageport.CodeDisconnected, Message: "the session that made the port has ended"}

// end ends ports, and their sessions with the calls of these, for cause. It returns
// the sessions, which are still on their way out.
func (p *ports) end(cause error, which func(*boundPort) bool) []*session {
	p.mu.Lock()
	var ending []*session
	for _, port := range p.all {
		switch {
		case !which(port):
		case port.session == nil:
			p.remove(port)
		default:
			port.ended.Store(&cause)
			ending = append(ending, port.session)
		}
	}
	p.mu.Unlock()
	for _, s := range ending {
		s.cancel(cause)
	}
	return ending
}

// endAndWait is end that returns when nothing of the sessions is left, or when the
// call that asks for it ends.
func (p *ports) endAndWait(ctx context.Context, call *messageport.ServerCall, cause error, which func(*boundPort) bool) error {
	back := call.Away()
	defer back()
	for _, s := range p.end(cause, which) {
		select {
		case <-s.left:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
