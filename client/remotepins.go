package client

import (
	"context"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// RemotePin is the group of pins at services elsewhere, by the Pinning Services
// API.
type RemotePin struct{ c *Client }

// Remote returns the group of pins at services elsewhere.
func (p Pin) Remote() RemotePin { return RemotePin(p) }

// AddService tells the node of a service, under a name, with its URL and the token
// that it asks for. The token cannot be read again.
func (r RemotePin) AddService(ctx context.Context, name, endpoint, token string) error {
	return do(ctx, r.c, nodeapi.MethodPinRemoteServiceAdd,
		nodeapi.RemoteServiceAdd{Service: name, Endpoint: endpoint, Key: token})
}

// RemoveService has the node forget a service and its token. The pins stay.
func (r RemotePin) RemoveService(ctx context.Context, name string) error {
	return do(ctx, r.c, nodeapi.MethodPinRemoteServiceRemove, nodeapi.RemoteServiceRequest{Service: name})
}

// ServicesOptions say what is asked of the services themselves.
type ServicesOptions struct {
	Stat bool // how many pins each has
}

// Services returns the services that the node knows.
func (r RemotePin) Services(ctx context.Context, opts ServicesOptions) ([]nodeapi.RemoteService, error) {
	return collect[nodeapi.RemoteService](ctx, r.c, nodeapi.MethodPinRemoteServiceList, nodeapi.RemoteServiceList{Stat: opts.Stat})
}

// Add asks a service to pin a DAG. It returns once that is pinned, or with
// opts.Background once the service has taken the request. What opts says of a
// service and a CID is passed over.
func (r RemotePin) Add(ctx context.Context, service string, c cid.Cid, opts nodeapi.RemotePinAdd) (nodeapi.RemotePin, error) {
	opts.Service, opts.Cid = service, c
	return invoke[nodeapi.RemotePin](ctx, r.c, nodeapi.MethodPinRemoteAdd, opts)
}

// List yields the pins of a service that match opts, those that are pinned if it
// is zero.
func (r RemotePin) List(ctx context.Context, service string, opts nodeapi.RemotePinQuery) iter.Seq2[nodeapi.RemotePin, error] {
	opts.Service = service
	return list[nodeapi.RemotePin](ctx, r.c, nodeapi.MethodPinRemoteList, opts)
}

// Remove takes back the pin that matches opts, or with opts.All all that do.
func (r RemotePin) Remove(ctx context.Context, service string, opts nodeapi.RemotePinQuery) error {
	opts.Service = service
	return do(ctx, r.c, nodeapi.MethodPinRemoteRemove, opts)
}
