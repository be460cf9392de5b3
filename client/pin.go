package client

import (
	"context"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Pin is the group of pins.
type Pin struct{ c *Client }

// Pin returns the group of pins.
func (c *Client) Pin() Pin { return Pin{c} }

// PinAddOptions say how something is pinned.
type PinAddOptions struct {
	Direct bool // the block alone, without what it links to
	Name   string
}

// Add pins what path names, with all that is under it unless opts.Direct.
func (p Pin) Add(ctx context.Context, path string, opts PinAddOptions) (cid.Cid, error) {
	recursive := !opts.Direct
	result, err := invoke[nodeapi.CIDResult](ctx, p.c, nodeapi.MethodPinAdd,
		nodeapi.PinAddRequest{
			Path: path, Recursive: &recursive, Name: opts.Name, Offline: nodeapi.IsOffline(ctx),
		})
	return result.Cid, err
}

// PinRemoveOptions say which pin is meant.
type PinRemoveOptions struct {
	Direct bool // the one of the block alone
}

// Remove takes away a pin.
func (p Pin) Remove(ctx context.Context, path string, opts PinRemoveOptions) (cid.Cid, error) {
	recursive := !opts.Direct
	result, err := invoke[nodeapi.CIDResult](ctx, p.c, nodeapi.MethodPinRemove,
		nodeapi.PinRemoveRequest{Path: path, Recursive: &recursive})
	return result.Cid, err
}

// PinUpdateOptions say what becomes of the old pin.
type PinUpdateOptions struct {
	Keep bool // it stays
}

// Update pins what to names in the place of what from names, which is pinned
// recursively, and under that pin's name. It returns the CIDs of both.
func (p Pin) Update(ctx context.Context, from, to string, opts PinUpdateOptions) (old, pinned cid.Cid, err error) {
	unpin := !opts.Keep
	result, err := invoke[nodeapi.CIDList](ctx, p.c, nodeapi.MethodPinUpdate,
		nodeapi.PinUpdateRequest{From: from, To: to, Unpin: &unpin, Offline: nodeapi.IsOffline(ctx)})
	if err != nil {
		return cid.Undef, cid.Undef, err
	}
	if len(result.Cids) != 2 {
		return cid.Undef, cid.Undef, publicError(messageport.Errorf(messageport.CodeBadRequest, nil,
			"the server answered with %d CIDs, not two", len(result.Cids)))
	}
	return result.Cids[0], result.Cids[1], nil
}

// List yields the pins that opts asks for, all if it is zero.
func (p Pin) List(ctx context.Context, opts nodeapi.PinListRequest) iter.Seq2[nodeapi.Pin, error] {
	return list[nodeapi.Pin](ctx, p.c, nodeapi.MethodPinList, opts)
}
