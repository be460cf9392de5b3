package server

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// guarded is the backend of a session that does not have all rights. It has those
// groups of methods alone of which some can be granted, and of these it lets no
// request through that asks for more than the grants say: whoever calls it has seen
// to it that the method itself is granted.
type guarded struct {
	inner   Backend
	mandate *mandate
	files   filesRoot
}

var (
	_ Files        = (*guarded)(nil)
	_ DAG          = (*guarded)(nil)
	_ References   = (*guarded)(nil)
	_ Archives     = (*guarded)(nil)
	_ Resolver     = (*guarded)(nil)
	_ Blocks       = (*guarded)(nil)
	_ Pins         = (*guarded)(nil)
	_ Repo         = (*guarded)(nil)
	_ MutableFiles = (*guarded)(nil)
	_ PubSub       = (*guarded)(nil)
	_ Rooms        = (*guarded)(nil)
	_ Streams      = (*guarded)(nil)
)

// innerGroup returns a group of methods of the backend that is guarded.
func innerGroup[Group any](g *guarded, method string) (Group, error) {
	group, ok := g.inner.(Group)
	if !ok {
		return group, notSupported(method)
	}
	return group, nil
}

// need refuses a part of a request that needs a grant beside the method's own.
func (g *guarded) need(method string, needed grant, what string) error {
	if needed.given(g.mandate.grants) {
		return nil
	}
	return notGranted(method, needed.name, what)
}

// offline checks a call that may have asked to look in the repo alone: what it
// finds then is what the node holds.
func (g *guarded) offline(ctx context.Context, method string) error {
	if !nodeapi.IsOffline(ctx) {
		return nil
	}
	return g.need(method, grantList, " that looks in the repo alone")
}

// reading checks the paths of what is to be read.
func (g *guarded) reading(ctx context.Context, method string, paths ...string) error {
	for _, path := range paths {
		if _, err := checkContent(method, path); err != nil {
			return err
		}
	}
	return g.offline(ctx, method)
}

// checkContent lets paths pass that begin with a CID, and no names: to follow one is
// to ask others for it. inside says that the path goes on below the CID.
func checkContent(method, path string) (inside bool, err error) {
	rest := path
	for _, namespace := range []string{"/ipfs/", "/ipld/"} {
		rest = strings.TrimPrefix(rest, namespace)
		if rest != path {
			break
		}
	}
	if namespace, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/"); namespace == "ipns" || namespace == "dns" {
		return false, notGranted(method, "", " of a name")
	}
	wrong := func(why string) error {
		return nodeapi.Errorf(nodeapi.CodeInvalidPath, map[string]any{"value": brief(path)}, "path: %s", why)
	}
	root, below, _ := strings.Cut(rest, "/")
	c, err := cid.Decode(root)
	if err != nil {
		return false, nodeapi.Errorf(nodeapi.CodeInvalidCID, map[string]any{"value": brief(root)}, "%q is not a CID", brief(root))
	}
	if c.Type() == cid.Libp2pKey {
		return false, notGranted(method, "", " of a name")
	}
	for part := range strings.SplitSeq(below, "/") {
		if part == "." || part == ".." {
			return false, wrong(`it has a part "." or ".."`)
		}
	}
	return strings.Trim(below, "/") != "", nil
}

// ID implements Backend. Where the node can be reached, and what protocols it
// handles for others, is not told.
func (g *guarded) ID(ctx context.Context) (nodeapi.ID, error) {
	id, err := g.inner.ID(ctx)
	id.Addresses, id.Protocols = []string{}, []string{}
	return id, err
}

// Version implements Backend.
func (g *guarded) Version(ctx context.Context) (nodeapi.Version, error) { return g.inner.Version(ctx) }

// IsOnline implements Backend.
func (g *guarded) IsOnline(ctx context.Context) (bool, error) { return g.inner.IsOnline(ctx) }

// Config implements Backend.
func (g *guarded) Config() nodeapi.Config { return nodeapi.Config{} }

// Close implements Backend. The backend is not this session's to close.
func (g *guarded) Close() error {
	return errors.New("server: a guarded backend is closed")
}

// hasPrefix reports whether name begins as one of those granted.
func hasPrefix(name string, granted []string) bool {
	return slices.ContainsFunc(granted, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

func notThisOne(method, name, kind, asked string) error {
	err := nodeapi.Errorf(nodeapi.CodeNotGranted, map[string]any{"method": method, "grant": name, "value": brief(asked)},
		"%s of the %s %q is not granted", method, kind, brief(asked))
	return err
}
