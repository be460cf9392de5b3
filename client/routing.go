package client

import (
	"context"
	"errors"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Routing is the group of routers: who has a block, where a peer is, and the
// records of names. They are asked over HTTP; nodeapi.Config has which.
type Routing struct{ c *Client }

// Routing returns the group of routers.
func (c *Client) Routing() Routing { return Routing{c} }

// FindProvidersOptions say how many are enough.
type FindProvidersOptions struct {
	Count uint64 // 20 unless set
}

// FindProviders asks the routers who has a block.
func (r Routing) FindProviders(ctx context.Context, c cid.Cid, opts FindProvidersOptions) iter.Seq2[nodeapi.RoutingEvent, error] {
	return list[nodeapi.RoutingEvent](ctx, r.c, nodeapi.MethodRoutingFindProviders,
		nodeapi.FindProvidersRequest{Cid: c, NumProviders: opts.Count})
}

// FindPeer asks the routers where a peer can be reached.
func (r Routing) FindPeer(ctx context.Context, peer string) iter.Seq2[nodeapi.RoutingEvent, error] {
	return list[nodeapi.RoutingEvent](ctx, r.c, nodeapi.MethodRoutingFindPeer, nodeapi.FindPeerRequest{Peer: peer})
}

// Get asks for the record under a key, "/ipns/<name>".
func (r Routing) Get(ctx context.Context, key string) iter.Seq2[nodeapi.RoutingEvent, error] {
	return list[nodeapi.RoutingEvent](ctx, r.c, nodeapi.MethodRoutingGet, nodeapi.RoutingGetRequest{Key: key})
}

// RoutingPutOptions say what becomes of a record that no router takes.
type RoutingPutOptions struct {
	AllowOffline bool // keep it in the repo
}

// Put puts a record, which its name's key has signed, under a key, "/ipns/<name>".
func (r Routing) Put(ctx context.Context, key string, record []byte, opts RoutingPutOptions) iter.Seq2[nodeapi.RoutingEvent, error] {
	return func(yield func(nodeapi.RoutingEvent, error) bool) {
		call, err := r.c.conn.Call(ctx, nodeapi.MethodRoutingPut,
			nodeapi.RoutingPutRequest{Key: key, AllowOffline: opts.AllowOffline}, messageport.CallOptions{Upload: true})
		if err == nil {
			defer call.Cancel(nil)
			// A write fails when the call has ended, and its result says why.
			if _, err := call.Write(record); err == nil {
				_ = call.CloseWrite()
			}
			err = receive(call, func(event nodeapi.RoutingEvent) error { return unless(yield(event, nil)) })
		}
		if err == nil {
			err = call.Result(nil)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nodeapi.RoutingEvent{}, publicError(err))
		}
	}
}

// Provide tells the routers that the node has blocks, if they can be told.
func (r Routing) Provide(ctx context.Context, cids ...cid.Cid) iter.Seq2[nodeapi.RoutingEvent, error] {
	return list[nodeapi.RoutingEvent](ctx, r.c, nodeapi.MethodRoutingProvide, nodeapi.ProvideRequest{Cids: cids})
}
