package servertest

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// NamePublish implements server.IPNS. A name can be resolved from then on.
func (b *Backend) NamePublish(ctx context.Context, req nodeapi.NamePublishRequest) (nodeapi.NamePublished, error) {
	done, err := b.enter(ctx, nodeapi.MethodNamePublish)
	if err != nil {
		return nodeapi.NamePublished{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	name := PeerID
	if req.Key != "" && req.Key != nodeapi.KeySelf {
		key, err := b.key(req.Key)
		if err != nil {
			return nodeapi.NamePublished{}, err
		}
		name = publicKey("", key).ID
	}
	if b.names == nil {
		b.names = make(map[string]string)
	}
	value := req.Value
	if !strings.HasPrefix(value, "/") {
		value = "/ipfs/" + value
	}
	b.names[name] = value
	return nodeapi.NamePublished{Name: name, Value: value}, nil
}

// NameResolve implements server.IPNS.
func (b *Backend) NameResolve(ctx context.Context, req nodeapi.NameResolveRequest) iter.Seq2[nodeapi.NameResolved, error] {
	return sequence(ctx, b, nodeapi.MethodNameResolve, func(yield func(nodeapi.NameResolved) bool) error {
		name := strings.TrimPrefix(req.Name, "/ipns/")
		if name == "" {
			name = PeerID
		}
		b.mu.Lock()
		value, ok := b.names[name]
		b.mu.Unlock()
		if !ok {
			return nameNotFound(name)
		}
		yield(nodeapi.NameResolved{Path: value})
		return nil
	})
}

func nameNotFound(name string) error {
	return nodeapi.Errorf(nodeapi.CodeNameNotFound, map[string]any{"name": name}, "nobody has a record of %s", name)
}

// Router is the only router of every Backend.
const Router = "https://router.example"

var asked = nodeapi.RoutingEvent{Name: nodeapi.RoutingSendingQuery, Router: Router}

// RoutingFindProviders implements server.Routing.
func (b *Backend) RoutingFindProviders(ctx context.Context, _ nodeapi.FindProvidersRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return sequence(ctx, b, nodeapi.MethodRoutingFindProviders, func(yield func(nodeapi.RoutingEvent) bool) error {
		if !yield(asked) {
			return nil
		}
		for _, p := range b.Providers {
			event := nodeapi.RoutingEvent{Name: nodeapi.RoutingProvider, Router: Router, Peers: []nodeapi.RoutedPeer{p}}
			if !yield(event) {
				return nil
			}
		}
		return nil
	})
}

// RoutingFindPeer implements server.Routing.
func (b *Backend) RoutingFindPeer(ctx context.Context, req nodeapi.FindPeerRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return sequence(ctx, b, nodeapi.MethodRoutingFindPeer, func(yield func(nodeapi.RoutingEvent) bool) error {
		if !yield(asked) {
			return nil
		}
		at := slices.IndexFunc(b.Providers, func(p nodeapi.RoutedPeer) bool { return p.ID == req.Peer })
		if at >= 0 {
			yield(nodeapi.RoutingEvent{Name: nodeapi.RoutingFinalPeer, Router: Router, Peers: b.Providers[at : at+1]})
		}
		return nil
	})
}

// RoutingGet implements server.Routing.
func (b *Backend) RoutingGet(ctx context.Context, req nodeapi.RoutingGetRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return sequence(ctx, b, nodeapi.MethodRoutingGet, func(yield func(nodeapi.RoutingEvent) bool) error {
		if !yield(asked) {
			return nil
		}
		b.mu.Lock()
		record, ok := b.records[req.Key]
		b.mu.Unlock()
		if !ok {
			return nameNotFound(req.Key)
		}
		yield(nodeapi.RoutingEvent{Name: nodeapi.RoutingValue, Router: Router, Value: record})
		return nil
	})
}

// RoutingPut implements server.Routing. It takes any bytes.
func (b *Backend) RoutingPut(ctx context.Context, req nodeapi.RoutingPutRequest, record []byte) iter.Seq2[nodeapi.RoutingEvent, error] {
	return sequence(ctx, b, nodeapi.MethodRoutingPut, func(yield func(nodeapi.RoutingEvent) bool) error {
		b.mu.Lock()
		if b.records == nil {
			b.records = make(map[string][]byte)
		}
		b.records[req.Key] = record
		b.mu.Unlock()
		_ = yield(asked) && yield(nodeapi.RoutingEvent{Name: nodeapi.RoutingValue, Value: record})
		return nil
	})
}

// RoutingProvide implements server.Routing.
func (b *Backend) RoutingProvide(ctx context.Context, _ nodeapi.ProvideRequest) iter.Seq2[nodeapi.RoutingEvent, error] {
	return sequence(ctx, b, nodeapi.MethodRoutingProvide, func(func(nodeapi.RoutingEvent) bool) error {
		return nodeapi.Errorf(nodeapi.CodeNotSupported, nil, "there is no way to announce a block")
	})
}
