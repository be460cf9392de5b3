package client

import (
	"context"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Bootstrap is the group of the peers that the node stays connected with. They
// are those of the configuration that runs, for all of the node's clients.
type Bootstrap struct{ c *Client }

// Bootstrap returns the group of the peers that the node stays connected with.
func (c *Client) Bootstrap() Bootstrap { return Bootstrap{c} }

// List returns their addresses.
func (b Bootstrap) List(ctx context.Context) ([]string, error) {
	return b.do(ctx, nodeapi.MethodBootstrapList, nil)
}

// Add adds a multiaddr that ends in "/p2p/<peer id>". It returns what was added:
// nothing if it was there already.
func (b Bootstrap) Add(ctx context.Context, addr string) ([]string, error) {
	return b.do(ctx, nodeapi.MethodBootstrapAdd, nodeapi.AddrRequest{Addr: addr})
}

// Remove takes an address away, until the worker ends or a client asks for it
// again. It returns what was removed. What is connected stays so.
func (b Bootstrap) Remove(ctx context.Context, addr string) ([]string, error) {
	return b.do(ctx, nodeapi.MethodBootstrapRemove, nodeapi.AddrRequest{Addr: addr})
}

// Clear removes all of them, and returns them.
func (b Bootstrap) Clear(ctx context.Context) ([]string, error) {
	return b.do(ctx, nodeapi.MethodBootstrapClear, nil)
}

// Reset goes back to those with which the node started, and returns them.
func (b Bootstrap) Reset(ctx context.Context) ([]string, error) {
	return b.do(ctx, nodeapi.MethodBootstrapReset, nil)
}

func (b Bootstrap) do(ctx context.Context, method string, request any) ([]string, error) {
	result, err := invoke[nodeapi.AddrList](ctx, b.c, method, request)
	return result.Addrs, err
}
