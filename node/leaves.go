package node

import (
	"bytes"
	"context"
	"errors"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// leavesFrom is of how many bytes more are not sent to who can read the database by
// himself. What is read again soon is best read from memory, and so much fits there.
// Tests make it less.
var leavesFrom uint64 = 16 << 20

const (
	// maxLeaves bounds the leaves that are told at once, to what one item takes:
	// bytes of their keys and of what is told of each besides. It is enough for
	// hundreds.
	maxLeaves   = 28 << 10
	besidesLeaf = 24
)

// locator tells where blocks are stored. The node's blockstore may be one.
type locator interface {
	Location() (database, store string)
	Locate(c cid.Cid, size int) (key []byte)
}

// leaves tells where the bytes from..to of a file are stored, or those of them
// that come before what is not in leaves, or not to be had. There may be none.
// Whether the leaves themselves are there is not looked at.
func (s *store) leaves(ctx context.Context, file *fileNode, from, to uint64) nodeapi.Leaves {
	where, ok := s.given.(locator)
	if !ok {
		return nodeapi.Leaves{}
	}
	l := leafList{ctx: ctx, store: s, where: where}
	l.told.Database, l.told.Store = where.Location()
	if l.told.Database == "" {
		return nodeapi.Leaves{}
	}
	l.told.More = l.node(file, from, to, 0) != nil
	return l.told
}

// A leafList goes through a file's DAG in order and notes where its leaves are.
type leafList struct {
	ctx   context.Context
	store *store
	where locator
	told  nodeapi.Leaves
	bytes int // that telling them takes
}

// errNoLeaf ends a list before what has to be read by the node.
var errNoLeaf = errors.New("node: not a leaf that is stored as it is")

// node notes the leaves of bytes from..to of a node.
func (l *leafList) node(f *fileNode, from, to uint64, depth int) error {
	own, parts := f.cut(from, to)
	if len(own) > 0 || depth == maxFileDepth {
		return errNoLeaf
	}
	for _, p := range parts {
		if err := l.part(p, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (l *leafList) part(p part, depth int) error {
	if p.cid.Type() == cid.Raw {
		return l.leaf(p)
	}
	f, err := l.store.filePart(l.ctx, p)
	if err != nil {
		return err
	}
	return l.node(f, p.from, p.to, depth)
}

func (l *leafList) leaf(p part) error {
	key := l.where.Locate(p.cid, int(min(p.size, maxBlockSize+1)))
	l.bytes += len(key) + besidesLeaf
	if key == nil || p.size > maxBlockSize || l.bytes > maxLeaves {
		return errNoLeaf
	}
	if len(l.told.Leaves) == 0 {
		l.told.Skip = p.from
	}
	l.told.Leaves = append(l.told.Leaves, nodeapi.Leaf{Key: key, Size: p.size})
	l.told.Length += p.to - p.from
	return nil
}

// inDatabase is a part of a file that who asked reads from the database. It has
// no bytes itself.
type inDatabase struct {
	bytes.Reader
	leaves nodeapi.Leaves
	end    func()
}

// Leaves implements server.InDatabase.
func (r *inDatabase) Leaves() nodeapi.Leaves { return r.leaves }

// Close ends the operation.
func (r *inDatabase) Close() error {
	r.end()
	return nil
}
