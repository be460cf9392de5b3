package servertest

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// link is a directory's entry.
type link struct {
	name string
	cid  cid.Cid
}

// links returns those of a directory, none of what is none.
func (b *Backend) links(c cid.Cid) []link {
	dir, err := b.directory(c)
	if err != nil {
		return nil
	}
	var links []link
	for _, name := range slices.Sorted(maps.Keys(dir)) {
		links = append(links, link{name, cid.MustParse(dir[name])})
	}
	return links
}

// DAGStat implements server.References.
func (b *Backend) DAGStat(ctx context.Context, paths []string) (nodeapi.DAGStat, error) {
	var stat nodeapi.DAGStat
	done, err := b.enter(ctx, nodeapi.MethodDAGStat)
	if err != nil {
		return stat, err
	}
	defer done()
	all := cid.NewSet()
	var each uint64
	for _, path := range paths {
		root, err := b.resolveWhole(path)
		if err != nil {
			return stat, err
		}
		one := nodeapi.DAGRootStat{Cid: root}
		for _, c := range b.below(root) {
			data, err := b.get(c)
			if err != nil {
				return stat, err
			}
			one.NumBlocks++
			one.Size += uint64(len(data))
			if all.Visit(c) {
				stat.TotalSize += uint64(len(data))
			}
		}
		each += one.Size
		stat.DAGStats = append(stat.DAGStats, one)
	}
	stat.UniqueBlocks = uint64(all.Len())
	stat.SharedSize = each - stat.TotalSize
	return stat, nil
}

// Refs implements server.References, to any depth or to the first.
func (b *Backend) Refs(ctx context.Context, req nodeapi.RefsRequest) iter.Seq2[nodeapi.Ref, error] {
	format := "<dst>"
	if req.Format != "" {
		format = req.Format
	}
	if req.Edges {
		format = "<src> -> <dst>"
	}
	return sequence(ctx, b, nodeapi.MethodRefs, func(yield func(nodeapi.Ref) bool) error {
		seen := cid.NewSet()
		var visit func(c cid.Cid) bool
		visit = func(c cid.Cid) bool {
			for _, l := range b.links(c) {
				if !seen.Visit(l.cid) && req.Unique {
					continue
				}
				text := strings.NewReplacer("<src>", c.String(), "<dst>", l.cid.String(), "<linkname>", l.name).Replace(format)
				if !yield(nodeapi.Ref{Ref: text}) || req.Recursive && !visit(l.cid) {
					return false
				}
			}
			return true
		}
		for _, path := range req.Paths {
			root, err := b.resolveWhole(path)
			if err != nil {
				return err
			}
			if !visit(root) {
				return nil
			}
		}
		return nil
	})
}

// RefsLocal implements server.References.
func (b *Backend) RefsLocal(ctx context.Context) iter.Seq2[cid.Cid, error] {
	return sequence(ctx, b, nodeapi.MethodRefsLocal, func(yield func(cid.Cid) bool) error {
		for _, c := range b.cids() {
			if !yield(cid.NewCidV1(cid.Raw, c.Hash())) {
				return nil
			}
		}
		return nil
	})
}

// Resolve implements server.Resolver. Of names it knows the domains that DNS does.
func (b *Backend) Resolve(ctx context.Context, req nodeapi.ResolveRequest) (string, error) {
	done, err := b.enter(ctx, nodeapi.MethodResolve)
	if err != nil {
		return "", err
	}
	defer done()
	if domain, ok := strings.CutPrefix(req.Name, "/ipns/"); ok {
		return b.domain(domain)
	}
	if err := oneOf("cidBase", req.CidBase, "", "base32"); err != nil {
		return "", err
	}
	c, rest, err := b.resolve(req.Name)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix("/ipfs/"+c.String()+"/"+rest, "/"), nil
}

// DNS implements server.Domains.
func (b *Backend) DNS(ctx context.Context, req nodeapi.DNSRequest) (string, error) {
	done, err := b.enter(ctx, nodeapi.MethodDNS)
	if err != nil {
		return "", err
	}
	defer done()
	return b.domain(req.Domain)
}

func (b *Backend) domain(name string) (string, error) {
	path, ok := b.Domains[name]
	if !ok {
		return "", nodeapi.Errorf(nodeapi.CodeNameNotFound, map[string]any{"name": name}, "%s links to nothing", name)
	}
	return path, nil
}
