package node

import (
	"context"
	"iter"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/pinservice"
)

// The times of a remote pin that is waited for, and of dialling those who fetch it.
const (
	remoteAskFirst   = 500 * time.Millisecond
	remoteAskLongest = 5 * time.Second
	delegateDialTime = 30 * time.Second
	maxDelegates     = 20
	maxOrigins       = 20
)

// PinRemoteServiceAdd keeps a pinning service. Nothing is sent to it.
func (n *Node) PinRemoteServiceAdd(ctx context.Context, req nodeapi.RemoteServiceAdd) error {
	ctx, end := n.begin(ctx)
	defer end()
	return n.store.wrap(ctx, n.services.Add(ctx, req.Service, req.Endpoint, req.Key))
}

// PinRemoteServiceRemove forgets a pinning service.
func (n *Node) PinRemoteServiceRemove(ctx context.Context, name string) error {
	ctx, end := n.begin(ctx)
	defer end()
	return n.store.wrap(ctx, n.services.Remove(ctx, name))
}

// PinRemoteServiceList yields the pinning services, each with what it says of
// itself if that is asked for.
func (n *Node) PinRemoteServiceList(ctx context.Context, stat bool) iter.Seq2[nodeapi.RemoteService, error] {
	return func(yield func(nodeapi.RemoteService, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		services, err := n.services.List(ctx)
		if err != nil {
			yield(nodeapi.RemoteService{}, n.store.wrap(ctx, err))
			return
		}
		for _, s := range services {
			told := nodeapi.RemoteService{Service: s.Name, Endpoint: s.Endpoint}
			if stat {
				told.Stat = n.statService(ctx, s)
			}
			if ctx.Err() != nil {
				yield(nodeapi.RemoteService{}, context.Cause(ctx))
				return
			}
			if !yield(told, nil) {
				return
			}
		}
	}
}

func (n *Node) statService(ctx context.Context, s *pinservice.Service) *nodeapi.RemoteServiceStat {
	defer nodeapi.Away(ctx)()
	var counts nodeapi.RemotePinCount
	err := n.remoteAllowed(ctx)
	for status, count := range map[string]*uint64{
		nodeapi.RemotePinQueued: &counts.Queued, nodeapi.RemotePinPinning: &counts.Pinning,
		nodeapi.RemotePinPinned: &counts.Pinned, nodeapi.RemotePinFailed: &counts.Failed,
	} {
		if err == nil {
			*count, err = s.Count(ctx, status)
		}
	}
	if err != nil {
		return &nodeapi.RemoteServiceStat{Status: nodeapi.RemoteServiceInvalid, Code: nodeapi.CodeOf(err), Error: err.Error()}
	}
	return &nodeapi.RemoteServiceStat{Status: nodeapi.RemoteServiceValid, PinCount: &counts}
}

// remoteAllowed returns nil if an operation may ask others.
func (n *Node) remoteAllowed(ctx context.Context) error {
	if n.net == nil || nodeapi.IsOffline(ctx) {
		return errOffline
	}
	return nil
}

func (n *Node) remoteService(ctx context.Context, name string) (*pinservice.Service, error) {
	if err := n.remoteAllowed(ctx); err != nil {
		return nil, err
	}
	return n.services.Get(ctx, name)
}

// PinRemoteAdd asks a service to pin a DAG, connects to those who are to fetch it,
// and waits until it is pinned unless that is to go on in the background. If ctx
// ends first the request stays with the service.
func (n *Node) PinRemoteAdd(ctx context.Context, req nodeapi.RemotePinAdd) (nodeapi.RemotePin, error) {
	ctx, end := n.begin(ctx)
	defer end()
	pin, err := n.pinRemotely(ctx, req)
	return remotePin(pin), n.store.wrap(ctx, err)
}

func (n *Node) pinRemotely(ctx context.Context, req nodeapi.RemotePinAdd) (pinservice.Pin, error) {
	if err := checkCID(req.Cid); err != nil {
		return pinservice.Pin{}, err
	}
	origins, err := n.pinOrigins(req.Origins)
	if err != nil {
		return pinservice.Pin{}, err
	}
	s, err := n.remoteService(ctx, req.Service)
	if err != nil {
		return pinservice.Pin{}, err
	}
	defer nodeapi.Away(ctx)()
	pin, err := s.Add(ctx, req.Cid, req.Name, origins)
	if err != nil {
		return pin, err
	}
	n.dialDelegates(pin.Delegates)
	for wait := remoteAskFirst; !req.Background && pin.Status != nodeapi.RemotePinPinned; wait = min(wait*3/2, remoteAskLongest) {
		if pin.Status == nodeapi.RemotePinFailed {
			return pin, nodeapi.Errorf(nodeapi.CodePinFailed, map[string]any{"service": req.Service, "cid": req.Cid.String()},
				"the service %q could not pin %s", req.Service, req.Cid)
		}
		if !pause(ctx, wait) {
			return pin, context.Cause(ctx)
		}
		if pin, err = s.Get(ctx, pin.ID); err != nil {
			return pin, err
		}
	}
	return pin, nil
}

// pinOrigins checks what a service is told of where the DAG is. Unless that is given
// it is where the node can be reached.
func (n *Node) pinOrigins(given []string) ([]string, error) {
	if len(given) > maxOrigins {
		return nil, invalidOption("origins", len(given), "origins: the most is %d", maxOrigins)
	}
	for _, text := range given {
		if _, err := ma.NewMultiaddr(text); err != nil {
			return nil, nodeapi.Errorf(nodeapi.CodeInvalidAddress, map[string]any{"value": text}, "%q is not a multiaddr: %w", text, err)
		}
	}
	if len(given) > 0 || n.net == nil {
		return given, nil
	}
	info := peer.AddrInfo{ID: n.id, Addrs: n.net.Host().Addrs()}
	addrs, err := peer.AddrInfoToP2pAddrs(&info)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs[:min(len(addrs), maxOrigins)] {
		given = append(given, addr.String())
	}
	return given, nil
}

// dialDelegates connects to those who fetch for a service, so that they need not
// find the node. Those that it has no transport for are left out.
func (n *Node) dialDelegates(addrs []string) {
	for _, text := range addrs[:min(len(addrs), maxDelegates)] {
		info, err := n.net.ParseDialable(text)
		if err != nil {
			continue
		}
		n.running.Go(func() {
			ctx, cancel := context.WithTimeout(n.stopped, delegateDialTime)
			defer cancel()
			if err := n.dial(ctx, info); err != nil && n.stopped.Err() == nil {
				n.cfg.Logger.Info("a delegate of a pinning service cannot be reached", "peer", info.ID, "err", err)
			}
		})
	}
}

// PinRemoteList yields the pins of a service that match.
func (n *Node) PinRemoteList(ctx context.Context, req nodeapi.RemotePinQuery) iter.Seq2[nodeapi.RemotePin, error] {
	return func(yield func(nodeapi.RemotePin, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		for pin, err := range n.remotePins(ctx, req) {
			if !yield(remotePin(pin), n.store.wrap(ctx, err)) {
				return
			}
		}
	}
}

func (n *Node) remotePins(ctx context.Context, req nodeapi.RemotePinQuery) iter.Seq2[pinservice.Pin, error] {
	return func(yield func(pinservice.Pin, error) bool) {
		q := pinservice.Query{Cids: req.Cids, Name: req.Name, Status: req.Status}
		if len(q.Status) == 0 {
			q.Status = []string{nodeapi.RemotePinPinned}
		}
		err := q.Check()
		var s *pinservice.Service
		if err == nil {
			s, err = n.remoteService(ctx, req.Service)
		}
		if err != nil {
			yield(pinservice.Pin{}, err)
			return
		}
		s.List(ctx, q)(yield)
	}
}

// PinRemoteRemove takes back the pin that matches or, if that is asked for, all
// that do. Of several where one was meant none is.
func (n *Node) PinRemoteRemove(ctx context.Context, req nodeapi.RemotePinQuery) error {
	ctx, end := n.begin(ctx)
	defer end()
	var ids []string
	for pin, err := range n.remotePins(ctx, req) {
		if err != nil {
			return n.store.wrap(ctx, err)
		}
		if ids = append(ids, pin.ID); len(ids) > 1 && !req.All {
			return nodeapi.Errorf(nodeapi.CodeManyPins, map[string]any{"service": req.Service},
				"more than one pin of the service %q matches, and all is not asked for", req.Service)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	s, err := n.remoteService(ctx, req.Service)
	if err != nil {
		return n.store.wrap(ctx, err)
	}
	defer nodeapi.Away(ctx)()
	for _, id := range ids {
		if err := s.Remove(ctx, id); err != nil {
			return n.store.wrap(ctx, err)
		}
	}
	return nil
}

func remotePin(p pinservice.Pin) nodeapi.RemotePin {
	return nodeapi.RemotePin{Cid: p.Cid, Name: p.Name, Status: p.Status}
}
