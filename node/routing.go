package node

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/ipfs/boxo/ipns"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/delegated"
	"github.com/sharednode/sharednode/node/names"
)

// How many providers are looked for, unless said, and at most.
const (
	defaultProviders = 20
	maxProviders     = 1000
)

// RoutingFindProviders asks all routers who has a block. Each provider is told of
// once, whoever says so.
func (n *Node) RoutingFindProviders(ctx context.Context, req nodeapi.FindProvidersRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return n.routed(ctx, func(ctx context.Context, tell func(nodeapi.RoutingEvent) bool) error {
		if err := checkCID(req.Cid); err != nil {
			return err
		}
		most := req.NumProviders
		if most == 0 {
			most = defaultProviders
		}
		if most > maxProviders {
			return invalidOption("numProviders", most, "numProviders: the most is %d", maxProviders)
		}
		seen := map[peer.ID]bool{}
		return n.askForPeers(ctx, tell, func(ctx context.Context, r *delegated.Router) iter.Seq2[delegated.Peer, error] {
			return r.Providers(ctx, req.Cid)
		}, func(r *delegated.Router, p delegated.Peer) bool {
			if seen[p.ID] {
				return true
			}
			seen[p.ID] = true
			return tell(peerEvent(nodeapi.RoutingProvider, r, p)) && uint64(len(seen)) < most
		})
	})
}

// RoutingFindPeer asks all routers where a peer is, unless the node is connected
// to it.
func (n *Node) RoutingFindPeer(ctx context.Context, req nodeapi.FindPeerRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return n.routed(ctx, func(ctx context.Context, tell func(nodeapi.RoutingEvent) bool) error {
		id, err := peer.Decode(req.Peer)
		if err != nil {
			return nodeapi.Errorf(nodeapi.CodeInvalidPeerID, map[string]any{"value": req.Peer}, "%q is not a peer id: %w", req.Peer, err)
		}
		if n.net == nil {
			return errOffline
		}
		if conns := n.net.Host().Network().ConnsToPeer(id); len(conns) > 0 {
			known := nodeapi.RoutedPeer{ID: id.String()}
			for _, conn := range conns {
				known.Multiaddrs = append(known.Multiaddrs, conn.RemoteMultiaddr().String())
			}
			tell(nodeapi.RoutingEvent{Name: nodeapi.RoutingFinalPeer, Peers: []nodeapi.RoutedPeer{known}})
			return nil
		}
		return n.askForPeers(ctx, tell, func(ctx context.Context, r *delegated.Router) iter.Seq2[delegated.Peer, error] {
			return r.Peer(ctx, id)
		}, func(r *delegated.Router, p delegated.Peer) bool {
			return p.ID != id || tell(peerEvent(nodeapi.RoutingFinalPeer, r, p))
		})
	})
}

// RoutingGet asks the repo and all routers for the record of a name.
func (n *Node) RoutingGet(ctx context.Context, req nodeapi.RoutingGetRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return n.routed(ctx, func(ctx context.Context, tell func(nodeapi.RoutingEvent) bool) error {
		name, err := parseRoutingKey(req.Key)
		if err != nil {
			return err
		}
		all, noRouters := n.routersFor(nodeapi.IsOffline(ctx))
		for _, r := range all {
			if !tell(nodeapi.RoutingEvent{Name: nodeapi.RoutingSendingQuery, Router: r.URL()}) {
				return nil
			}
		}
		var best *names.Record
		for a, err := range n.names.Ask(ctx, name, n.nameOptions(ctx, true)) {
			if err != nil {
				return err
			}
			event := nodeapi.RoutingEvent{Name: nodeapi.RoutingValue, Router: a.Router}
			switch {
			case errors.Is(a.Err, delegated.ErrNotFound), a.Err == nil && !a.Record.Newer(best):
				continue
			case a.Err != nil:
				event = errorEvent(a.Router, a.Err)
			default:
				best, event.Value = a.Record, a.Record.Data
			}
			if !tell(event) {
				return nil
			}
		}
		switch {
		case best != nil:
			return nil
		case noRouters != nil:
			return noRouters
		}
		return names.NotFound(name.String())
	})
}

// RoutingPut hands all routers the record of a name, and keeps it in the repo.
func (n *Node) RoutingPut(ctx context.Context, req nodeapi.RoutingPutRequest, record []byte) iter.Seq2[nodeapi.RoutingEvent, error] {
	return func(yield func(nodeapi.RoutingEvent, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		if err := n.putRecord(ctx, req, record, yield); err != nil {
			yield(nodeapi.RoutingEvent{}, n.store.wrap(ctx, err))
		}
	}
}

func (n *Node) putRecord(ctx context.Context, req nodeapi.RoutingPutRequest, record []byte, yield func(nodeapi.RoutingEvent, error) bool) error {
	name, err := parseRoutingKey(req.Key)
	if err != nil {
		return err
	}
	p := names.Publishing{AllowOffline: req.AllowOffline, Alone: n.net == nil || nodeapi.IsOffline(ctx)}
	if p.Alone && !p.AllowOffline {
		return errOffline
	}
	more := true
	if !p.Alone {
		for _, r := range n.routers.all() {
			more = more && yield(nodeapi.RoutingEvent{Name: nodeapi.RoutingSendingQuery, Router: r.URL()}, nil)
		}
	}
	err = n.names.Put(ctx, name, record, p, func(router string, err error) {
		if err != nil && more {
			more = yield(errorEvent(router, err), nil)
		}
	})
	if err == nil && more {
		more = yield(nodeapi.RoutingEvent{Name: nodeapi.RoutingValue, Value: record}, nil)
	}
	if !more {
		return nil
	}
	return err
}

// RoutingProvide cannot be done: delegated routing has no call by which a node
// announces what it has, and a browser takes part in no DHT.
func (n *Node) RoutingProvide(context.Context, nodeapi.ProvideRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return func(yield func(nodeapi.RoutingEvent, error) bool) {
		yield(nodeapi.RoutingEvent{}, nodeapi.Errorf(nodeapi.CodeNotSupported, nil,
			"delegated routers take no announcements of blocks; a pinning service announces what it pins"))
	}
}

// parseRoutingKey reads "/ipns/<name>".
func parseRoutingKey(key string) (ipns.Name, error) {
	head, rest, err := names.Split(key)
	if err != nil {
		return ipns.Name{}, err
	}
	name, err := ipns.NameFromString(head)
	if err != nil || rest != "" {
		return name, nodeapi.Errorf(nodeapi.CodeInvalidName, map[string]any{"value": key}, `%q is not "/ipns/" and an IPNS name`, key)
	}
	return name, nil
}

func peerEvent(name string, r *delegated.Router, p delegated.Peer) nodeapi.RoutingEvent {
	routed := nodeapi.RoutedPeer{ID: p.ID.String(), Protocols: p.Protocols}
	for _, addr := range p.Addrs {
		routed.Multiaddrs = append(routed.Multiaddrs, addr.String())
	}
	return nodeapi.RoutingEvent{Name: name, Router: r.URL(), Peers: []nodeapi.RoutedPeer{routed}}
}

func errorEvent(router string, err error) nodeapi.RoutingEvent {
	return nodeapi.RoutingEvent{
		Name: nodeapi.RoutingQueryError, Router: router,
		Error: &nodeapi.RoutingError{Code: nodeapi.CodeOf(err), Message: err.Error()},
	}
}

// routed makes a sequence of what asks routers and tells of it.
func (n *Node) routed(ctx context.Context, ask func(ctx context.Context, tell func(nodeapi.RoutingEvent) bool) error) iter.Seq2[nodeapi.RoutingEvent, error] {
	return func(yield func(nodeapi.RoutingEvent, error) bool) {
		ctx, end := n.begin(ctx)
		defer end()
		more := true
		err := ask(ctx, func(e nodeapi.RoutingEvent) bool {
			more = more && yield(e, nil)
			return more
		})
		if err != nil && more {
			yield(nodeapi.RoutingEvent{}, n.store.wrap(ctx, err))
		}
	}
}

// askForPeers asks all routers at once and hands the peers that they know to
// found, until it wants no more.
func (n *Node) askForPeers(ctx context.Context, tell func(nodeapi.RoutingEvent) bool,
	ask func(context.Context, *delegated.Router) iter.Seq2[delegated.Peer, error],
	found func(*delegated.Router, delegated.Peer) bool,
) error {
	type finding struct {
		router *delegated.Router
		peer   delegated.Peer
		err    error
	}
	all, err := n.routersFor(nodeapi.IsOffline(ctx))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	findings := make(chan finding)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	for _, r := range all {
		if !tell(nodeapi.RoutingEvent{Name: nodeapi.RoutingSendingQuery, Router: r.URL()}) {
			return nil
		}
	}
	for _, r := range all {
		asking.Go(func() {
			for p, err := range ask(ctx, r) {
				select {
				case findings <- finding{r, p, err}:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		asking.Wait()
		close(findings)
	}()
	for {
		back := nodeapi.Away(ctx)
		f, ok := <-findings
		back()
		switch {
		case !ok:
			return context.Cause(ctx)
		case f.err != nil:
			if !tell(errorEvent(f.router.URL(), f.err)) {
				return nil
			}
		case !found(f.router, f.peer):
			return nil
		}
	}
}
