package node

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/ipfs/go-cid"
	prime "github.com/ipld/go-ipld-prime"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/multiformats/go-multibase"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// DAGResolve follows a path over links to the block in which it ends. That
// block is read only if part of the path is inside it.
//
// A dag-pb block is walked by the names of its links, through sharded
// directories too, unless the path begins with "/ipld/"; blocks of other codecs
// by their fields.
func (n *Node) DAGResolve(ctx context.Context, path string) (nodeapi.DAGResolved, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	p, err := n.path(ctx, path)
	if err != nil {
		return nodeapi.DAGResolved{}, err
	}
	c, rest, err := n.store.resolve(ctx, p)
	if err != nil {
		return nodeapi.DAGResolved{}, err
	}
	return nodeapi.DAGResolved{Cid: c, RemainderPath: strings.Join(rest, "/")}, nil
}

// Resolve returns the path "/ipfs/<cid>" of the block in which a path ends, with
// what of the path is inside that block; of a path that begins with "/ipld/" so
// does the result. Of one that begins with "/ipns/" it first finds out what that
// name points at, and if the request is not recursive returns that.
//
// The CID is told in the multibase of the path's own. If that has none, a name or
// a CID of version 0, it is told in its version's default one.
func (n *Node) Resolve(ctx context.Context, req nodeapi.ResolveRequest) (string, error) {
	ctx, end := n.beginFetching(ctx)
	defer end()
	encode, err := cidEncoder(req)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(req.Name, ipnsNamespace) && req.Recursive != nil && !*req.Recursive {
		return n.lastName(ctx, req.Name, false)
	}
	p, err := n.path(ctx, req.Name)
	if err != nil {
		return "", err
	}
	c, rest, err := n.store.resolve(ctx, p)
	if err != nil {
		return "", err
	}
	namespace := "/ipfs/"
	if p.plain {
		namespace = "/ipld/"
	}
	return namespace + strings.Join(append([]string{encode(c)}, rest...), "/"), nil
}

// cidEncoder returns what makes the text of the CID of a Resolve. Version 0 has
// one base alone: to be told in another, a CID is made one of version 1.
func cidEncoder(req nodeapi.ResolveRequest) (func(cid.Cid) string, error) {
	if req.CidBase != "" {
		base, err := multibase.EncoderByName(req.CidBase)
		if err != nil {
			return nil, invalidOption("cidBase", req.CidBase, "multibase %q is not known", req.CidBase)
		}
		return func(c cid.Cid) string {
			if base.Encoding() != multibase.Base58BTC {
				c = cid.NewCidV1(c.Type(), c.Hash())
			}
			return c.Encode(base)
		}, nil
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(req.Name, "/ipfs/"), "/ipld/"), "/")
	own, err := cid.Decode(first)
	if err != nil || own.Version() == 0 {
		return cid.Cid.String, nil
	}
	encoding, _, err := multibase.Decode(first)
	if err != nil {
		return cid.Cid.String, nil
	}
	base, err := multibase.NewEncoder(encoding)
	if err != nil {
		return nil, invalidOption("cidBase", first, "the multibase of %q is not known", first)
	}
	return func(c cid.Cid) string { return cid.NewCidV1(c.Type(), c.Hash()).Encode(base) }, nil
}

// resolve returns the block in which a path ends and what of the path is inside
// it.
func (s *store) resolve(ctx context.Context, p contentPath) (cid.Cid, []string, error) {
	at, rest := p.root, p.parts
	for len(rest) > 0 {
		step := s.stepInside
		if at.Type() == cid.DagProtobuf && !p.plain || at.Type() == cid.Raw {
			step = s.stepByName
		}
		next, left, err := step(ctx, p, at, rest)
		if err != nil {
			return cid.Undef, nil, err
		}
		if next == at {
			return at, left, nil
		}
		at, rest = next, left
	}
	return at, nil, nil
}

// stepByName follows the first part of rest as the name of a link.
func (s *store) stepByName(ctx context.Context, p contentPath, at cid.Cid, rest []string) (cid.Cid, []string, error) {
	if at.Type() == cid.Raw {
		return cid.Undef, nil, notADirectory(p.text)
	}
	nd, err := s.getFS(ctx, at)
	if err != nil {
		return cid.Undef, nil, err
	}
	if nd.inner != nil && !nd.isDir() {
		return cid.Undef, nil, notADirectory(p.text)
	}
	next, err := nd.find(ctx, s, rest[0])
	if errors.Is(err, os.ErrNotExist) {
		return cid.Undef, nil, noLink(p.text, at, rest[0])
	}
	return next, rest[1:], err
}

// stepInside follows rest through the fields of a block up to the first link. If
// there is none it returns the block and all of rest.
func (s *store) stepInside(ctx context.Context, p contentPath, at cid.Cid, rest []string) (cid.Cid, []string, error) {
	b, err := s.get(ctx, at)
	if err != nil {
		return cid.Undef, nil, err
	}
	nd, err := decodeBlock(b)
	if err != nil {
		return cid.Undef, nil, err
	}
	for i, field := range rest {
		nd, err = nd.LookupBySegment(prime.PathSegmentOfString(field))
		if err != nil {
			return cid.Undef, nil, noLink(p.text, at, field)
		}
		if l, err := nd.AsLink(); err == nil {
			return l.(cidlink.Link).Cid, rest[i+1:], nil
		}
	}
	return at, rest, nil
}

// resolveFS follows a path to a block and reads it as UnixFS.
func (s *store) resolveFS(ctx context.Context, p contentPath) (*fsNode, error) {
	c, rest, err := s.resolve(ctx, p)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, errNotUnixFS
	}
	f, err := s.getFS(ctx, c)
	if err == nil && f.inner == nil && f.pb != nil {
		return nil, errNotUnixFS
	}
	return f, err
}

// resolveBlock follows a path to a block as a whole.
func (n *Node) resolveBlock(ctx context.Context, path string) (cid.Cid, error) {
	p, err := n.path(ctx, path)
	if err != nil {
		return cid.Undef, err
	}
	c, rest, err := n.store.resolve(ctx, p)
	if err == nil && len(rest) > 0 {
		err = invalidPath(path, "it ends inside a block")
	}
	return c, err
}
