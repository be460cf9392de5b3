package client

import (
	"context"
	"iter"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// Name is the group of names that are published: IPNS, and DNSLink to read.
type Name struct{ c *Client }

// Name returns the group of names that are published.
func (c *Client) Name() Name { return Name{c} }

// Publish points the name of a key, the node's own unless opts has another, at a
// path. What opts says of a value is passed over.
func (n Name) Publish(ctx context.Context, value string, opts nodeapi.NamePublishRequest) (nodeapi.NamePublished, error) {
	opts.Value = value
	return invoke[nodeapi.NamePublished](ctx, n.c, nodeapi.MethodNamePublish, opts)
}

// NameResolveOptions say how a name is resolved.
type NameResolveOptions struct {
	Once    bool // stop at the first path, be that a name as well
	NoCache bool // ask the routers even if what they said is still good
}

// Resolve yields what a name points at: what is known at once, then what is
// newer. The last is the answer.
func (n Name) Resolve(ctx context.Context, name string, opts NameResolveOptions) iter.Seq2[string, error] {
	recursive := !opts.Once
	return func(yield func(string, error) bool) {
		for r, err := range list[nodeapi.NameResolved](ctx, n.c, nodeapi.MethodNameResolve, nodeapi.NameResolveRequest{
			Name: name, Recursive: &recursive, NoCache: opts.NoCache, Offline: nodeapi.IsOffline(ctx),
		}) {
			if !yield(r.Path, err) {
				return
			}
		}
	}
}
