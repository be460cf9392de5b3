package server

import (
	"context"
	"reflect"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// welcomeBound answers the hello of a port that was bound to grants. Of the node's
// configuration its session neither asks nor is told anything.
func (s *session) welcomeBound(ctx context.Context, bind []byte, wish nodeapi.Hello) (nodeapi.Welcome, error) {
	var none nodeapi.Welcome
	port, common, ok := s.server.ports.take(bind, s)
	if !ok {
		return none, nodeapi.Errorf(nodeapi.CodeNotGranted, map[string]any{"method": "connect"},
			"the port's secret is not known: it was used, is too old, or was taken back")
	}
	if !reflect.ValueOf(wish.Config).IsZero() {
		return none, notGranted("connect", "", " with a configuration")
	}
	backend, err := s.server.boot.get(ctx, nodeapi.Config{})
	if err != nil {
		return none, err
	}
	grants, err := grantsOf(ctx, backend, port)
	if err != nil {
		return none, err
	}
	m := &mandate{port: port, grants: grants, common: common, running: make(turns, grants.MaxStreams)}
	if m.expired() {
		return none, errExpired
	}
	if grants.Expires != 0 {
		s.expiry = time.AfterFunc(time.Until(time.UnixMilli(grants.Expires)), func() { s.cancel(errExpired) })
	}
	s.mandate = m
	s.backend = &guarded{inner: backend, mandate: m, files: filesRoot{making: make(turns, 1)}}
	welcome := nodeapi.Welcome{Grants: &grants}
	if grants.ID {
		id, err := backend.ID(ctx)
		if err != nil {
			return none, err
		}
		welcome.PeerID = id.ID
	}
	return welcome, nil
}

// grantsOf returns the grants of a port, with defaults: its own, or those kept for
// its origin. It is called when the port can already be ended, so that a change of
// these is either seen here or ends the session.
func grantsOf(ctx context.Context, b Backend, port *boundPort) (nodeapi.Grants, error) {
	if port.grants != nil {
		return port.grants.WithDefaults(), nil
	}
	origins, ok := b.(Origins)
	if !ok {
		return nodeapi.Grants{}, notSupported("grants of origins")
	}
	kept, ok, err := origins.OriginGrantsOf(ctx, port.origin)
	if err == nil && !ok {
		err = noGrants(port.origin)
	}
	return kept.Grants.WithDefaults(), err
}

func noGrants(origin string) error {
	return nodeapi.Errorf(nodeapi.CodeNotGranted, map[string]any{"method": "connect", "origin": origin},
		"nothing is granted to %s", origin)
}

func portsCreate(ctx context.Context, s *session, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PortRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkPort(ctx, s.backend, req); err != nil {
		return nil, err
	}
	if s.server.ports.full(req.Origin) {
		if err := s.server.endSilent(ctx, call, req.Origin); err != nil {
			return nil, err
		}
	}
	port, err := s.server.ports.create(s, req)
	if err != nil {
		return nil, err
	}
	return nodeapi.PortSecret{Port: port.id, Secret: port.secret[:]}, nil
}

// checkPort looks whether there can be such a port. With an origin it needs a
// backend that keeps what is of one origin apart.
func checkPort(ctx context.Context, b Backend, req nodeapi.PortRequest) error {
	if req.Grants != nil {
		if err := checkGrants(req.Origin, *req.Grants); err != nil {
			return err
		}
	}
	if req.Origin == "" {
		if req.Grants == nil {
			return invalidOption("grants", nil, "is missing, and there is no origin for which some are kept")
		}
		return nil
	}
	if err := checkOrigin(req.Origin); err != nil {
		return err
	}
	origins, ok := b.(Origins)
	if !ok {
		return notSupported(nodeapi.MethodPortsCreate + " for an origin")
	}
	if req.Grants != nil {
		return nil
	}
	_, ok, err := origins.OriginGrantsOf(ctx, req.Origin)
	if err == nil && !ok {
		err = noGrants(req.Origin)
	}
	return err
}

var errRevoked = &nodeapi.Error{Code: nodeapi.CodeGrantsRevoked, Message: "what was granted was taken back"}

func portsRevoke(ctx context.Context, s *session, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.PortRevokeRequest](call)
	if err != nil {
		return nil, err
	}
	return nil, s.server.ports.endAndWait(ctx, call, errRevoked, func(p *boundPort) bool { return p.id == req.Port })
}

func grantsList(ctx context.Context, b Origins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.GrantsListRequest](call)
	if err != nil {
		return nil, err
	}
	if req.Origin != "" {
		if err := checkOrigin(req.Origin); err != nil {
			return nil, err
		}
	}
	return sendItems(call, b.OriginGrants(ctx, req))
}

var errChanged = &nodeapi.Error{Code: nodeapi.CodeGrantsChanged, Message: "what is granted has changed"}

func grantsSet(ctx context.Context, s *session, b Origins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.GrantsSetRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkOrigin(req.Origin); err != nil {
		return nil, err
	}
	if err := checkGrants(req.Origin, req.Grants); err != nil {
		return nil, err
	}
	if err := b.SetOriginGrants(ctx, req.Origin, req.Grants); err != nil {
		return nil, err
	}
	s.server.ports.grant(req.Origin)
	return nil, s.server.ports.endAndWait(ctx, call, errChanged, func(p *boundPort) bool {
		return p.session != nil && p.follows(req.Origin)
	})
}

// grantsRevoke first sees to it that nothing new can begin, then ends what runs, and
// forgets only once that has ended: what it was about to keep goes too.
func grantsRevoke(ctx context.Context, s *session, b Origins, call *messageport.ServerCall) (any, error) {
	req, err := decode[nodeapi.GrantsRevokeRequest](call)
	if err != nil {
		return nil, err
	}
	if err := checkOrigin(req.Origin); err != nil {
		return nil, err
	}
	if err := b.RemoveOriginGrants(ctx, req.Origin, false); err != nil {
		return nil, err
	}
	newest, oldest := s.server.numbers()
	s.server.ports.revoke(req.Origin, newest, oldest)
	err = s.server.ports.endAndWait(ctx, call, errRevoked, func(p *boundPort) bool { return p.origin == req.Origin })
	if err != nil || !req.Forget {
		return nil, err
	}
	return nil, b.RemoveOriginGrants(ctx, req.Origin, true)
}
