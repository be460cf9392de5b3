package client

import (
	"context"
	"iter"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// CreatePort makes a secret with which one port can be opened (Options.Secret) that
// has fewer rights than this one: those of req. The port's session ends with this
// one, unless req.Detached. It is for clients that have all rights.
func (c *Client) CreatePort(ctx context.Context, req nodeapi.PortRequest) (nodeapi.PortSecret, error) {
	return invoke[nodeapi.PortSecret](ctx, c, nodeapi.MethodPortsCreate, req)
}

// RevokePort takes a port's rights back. Its session ends, and what it is doing at
// once, with nodeapi.CodeGrantsRevoked.
func (c *Client) RevokePort(ctx context.Context, port string) error {
	return do(ctx, c, nodeapi.MethodPortsRevoke, nodeapi.PortRevokeRequest{Port: port})
}

// Granted returns what this client may do, or false if it may do everything.
func (c *Client) Granted() (nodeapi.Grants, bool) {
	if c.welcome.Grants == nil {
		return nodeapi.Grants{}, false
	}
	return *c.welcome.Grants, true
}

// Grants is the group of what is kept as granted to other origins. It is for clients
// that have all rights.
type Grants struct{ c *Client }

// Grants returns the group of what is kept as granted to other origins.
func (c *Client) Grants() Grants { return Grants{c} }

// List yields what is granted to each origin, as far as it is asked for.
func (g Grants) List(ctx context.Context, req nodeapi.GrantsListRequest) iter.Seq2[nodeapi.OriginGrants, error] {
	return list[nodeapi.OriginGrants](ctx, g.c, nodeapi.MethodGrantsList, req)
}

// Of returns what is granted to an origin, or false if that is nothing.
func (g Grants) Of(ctx context.Context, origin string) (nodeapi.OriginGrants, bool, error) {
	kept, err := collect[nodeapi.OriginGrants](ctx, g.c, nodeapi.MethodGrantsList, nodeapi.GrantsListRequest{Origin: origin})
	if err != nil || len(kept) == 0 {
		return nodeapi.OriginGrants{}, false, err
	}
	return kept[0], true, nil
}

// Set grants something to an origin, in the place of what it was granted before.
// Sessions that it has by that end with nodeapi.CodeGrantsChanged, and may be opened
// again.
func (g Grants) Set(ctx context.Context, origin string, grants nodeapi.Grants) error {
	return do(ctx, g.c, nodeapi.MethodGrantsSet, nodeapi.GrantsSetRequest{Origin: origin, Grants: grants})
}

// Revoke takes back what an origin was granted. Its sessions end, and what they are
// doing at once, with nodeapi.CodeGrantsRevoked. With forget what the origin has
// pinned and its files are let go, too, also if it was granted nothing any more.
func (g Grants) Revoke(ctx context.Context, origin string, forget bool) error {
	return do(ctx, g.c, nodeapi.MethodGrantsRevoke, nodeapi.GrantsRevokeRequest{Origin: origin, Forget: forget})
}
