package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

const (
	// shardsAhead is how many parts of a sharded directory are read at a time.
	shardsAhead = 32
	// maxShardDepth is the most levels that a 64-bit hash has, at three bits each,
	// the least that a shard uses.
	maxShardDepth = 22
)

// A dirEntry is a name in a directory and what it links to.
type dirEntry struct {
	name string
	cid  cid.Cid
	size uint64 // of the whole DAG in bytes, as the directory says
}

// entries calls visit with each entry of a directory, those of a sharded one in
// the order of its shards.
func (f *fsNode) entries(ctx context.Context, s *store, visit func(dirEntry) error) error {
	if f.kind() == unixfs.THAMTShard {
		return f.shardEntries(ctx, s, visit, 0)
	}
	for _, l := range f.pb.Links() {
		if err := visit(dirEntry{l.Name, l.Cid, l.Size}); err != nil {
			return err
		}
	}
	return nil
}

// shardEntries visits the entries of a shard and of those under it.
//
// A shard's links have as a name the slot in hexadecimal, followed by the
// entry's name or, if another shard is there, by nothing.
func (f *fsNode) shardEntries(ctx context.Context, s *store, visit func(dirEntry) error, depth int) error {
	if depth == maxShardDepth {
		return invalidBlock(f.cid, errors.New("the directory's shards are too deep"))
	}
	slot := len(fmt.Sprintf("%X", f.inner.Fanout()-1))
	for some := range slices.Chunk(f.pb.Links(), shardsAhead) {
		shards, err := loadShards(ctx, s, some, slot)
		if err != nil {
			return err
		}
		for i, l := range some {
			switch {
			case len(l.Name) < slot:
				err = invalidBlock(f.cid, fmt.Errorf("a shard with a link named %q", l.Name))
			case shards[i] != nil:
				err = shards[i].shardEntries(ctx, s, visit, depth+1)
			default:
				err = visit(dirEntry{l.Name[slot:], l.Cid, l.Size})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// loadShards reads the shards among links; where a link leads to an entry stands
// nil.
func loadShards(ctx context.Context, s *store, links []*ipld.Link, slot int) ([]*fsNode, error) {
	shards := make([]*fsNode, len(links))
	var cids []cid.Cid
	var places []int
	for i, l := range links {
		if len(l.Name) == slot {
			cids = append(cids, l.Cid)
			places = append(places, i)
		}
	}
	bs, err := s.getMany(ctx, cids)
	if err != nil {
		return nil, err
	}
	for i, b := range bs {
		f, err := parseFS(b)
		if err == nil && f.kind() != unixfs.THAMTShard || errors.Is(err, errNotUnixFS) {
			err = invalidBlock(b.Cid(), errors.New("a part of a sharded directory is none"))
		}
		if err != nil {
			return nil, err
		}
		shards[places[i]] = f
	}
	return shards, nil
}
