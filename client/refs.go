package client

import (
	"context"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// RefsOptions say which links are wanted, and as what text. See
// nodeapi.RefsRequest.
type RefsOptions struct {
	Recursive bool
	Unique    bool
	Format    string
	Edges     bool
	MaxDepth  *int
}

// Refs yields the links of the blocks that paths name. What is wrong with one of
// the paths, or under it, is told as the Err of a Ref, and others still are.
func (c *Client) Refs(ctx context.Context, paths []string, opts RefsOptions) iter.Seq2[nodeapi.Ref, error] {
	return list[nodeapi.Ref](ctx, c, nodeapi.MethodRefs, nodeapi.RefsRequest{
		Paths:     paths,
		Recursive: opts.Recursive,
		Unique:    opts.Unique,
		Format:    opts.Format,
		Edges:     opts.Edges,
		MaxDepth:  opts.MaxDepth,
		Offline:   nodeapi.IsOffline(ctx),
	})
}

// RefsLocal yields the blocks of the repo, each as a raw one: of what codec it
// is the repo does not know.
func (c *Client) RefsLocal(ctx context.Context) iter.Seq2[cid.Cid, error] {
	return func(yield func(cid.Cid, error) bool) {
		for result, err := range list[nodeapi.CIDResult](ctx, c, nodeapi.MethodRefsLocal, nil) {
			if !yield(result.Cid, err) {
				return
			}
		}
	}
}

// ResolveOptions say how far a name is resolved, and in which multibase its CID
// is told. See nodeapi.ResolveRequest.
type ResolveOptions struct {
	Once    bool // what a name stands for, be it another name
	CidBase string
}

// Resolve returns what a path comes to: "/ipfs/<cid>", with what of the path is
// left inside that block.
func (c *Client) Resolve(ctx context.Context, name string, opts ResolveOptions) (string, error) {
	recursive := !opts.Once
	result, err := invoke[nodeapi.ResolvedPath](ctx, c, nodeapi.MethodResolve, nodeapi.ResolveRequest{
		Name: name, Recursive: &recursive, CidBase: opts.CidBase, Offline: nodeapi.IsOffline(ctx),
	})
	return result.Path, err
}

// DNSOptions say how far a domain is resolved.
type DNSOptions struct {
	Once bool // what it links to, be it another domain
}

// DNS returns the path that a domain links to (DNSLink).
func (c *Client) DNS(ctx context.Context, domain string, opts DNSOptions) (string, error) {
	recursive := !opts.Once
	result, err := invoke[nodeapi.ResolvedPath](ctx, c, nodeapi.MethodDNS,
		nodeapi.DNSRequest{Domain: domain, Recursive: &recursive})
	return result.Path, err
}
