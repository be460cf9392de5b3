package node

import (
	"context"
	"errors"
	"fmt"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// A fileNode is a block of a file: bytes of its own, then those under its links.
type fileNode struct {
	cid   cid.Cid
	data  []byte
	links []*ipld.Link
	sizes []uint64 // how many of the file's bytes are under each link
	size  uint64   // of all
}

// errNotFile is for blocks that are no part of a file.
var errNotFile = errors.New("node: not a file")

// file reads the node as a file or a part of one.
func (f *fsNode) file() (*fileNode, error) {
	switch {
	case !f.isFile():
		return nil, errNotFile
	case f.pb == nil:
		return &fileNode{cid: f.cid, data: f.raw, size: uint64(len(f.raw))}, nil
	}
	n := &fileNode{cid: f.cid, data: f.inner.Data(), links: f.pb.Links(), sizes: f.inner.BlockSizes()}
	if len(n.links) != len(n.sizes) {
		return nil, invalidBlock(f.cid, fmt.Errorf("a file with %d links and %d sizes", len(n.links), len(n.sizes)))
	}
	n.size = uint64(len(n.data))
	for _, size := range n.sizes {
		if n.size+size < n.size {
			return nil, invalidBlock(f.cid, errors.New("a file whose size overflows"))
		}
		n.size += size
	}
	return n, nil
}

// parseFile reads a block that a parent says has size bytes of a file.
func parseFile(b blocks.Block, size uint64) (*fileNode, error) {
	f, err := parseFS(b)
	if errors.Is(err, errNotUnixFS) {
		err = invalidBlock(b.Cid(), errors.New("a part of a file is no file"))
	}
	if err != nil {
		return nil, err
	}
	n, err := f.file()
	if errors.Is(err, errNotFile) {
		err = invalidBlock(b.Cid(), errors.New("a part of a file is no file"))
	}
	if err == nil && n.size != size {
		err = invalidBlock(b.Cid(), fmt.Errorf("it has %d bytes of the file; its parent says %d", n.size, size))
	}
	return n, err
}

// A part is a range of a file's bytes that one link leads to.
type part struct {
	cid      cid.Cid
	size     uint64 // bytes under the link
	from, to uint64 // the range in those
}

// filePart returns what a link of a file leads to.
func (s *store) filePart(ctx context.Context, p part) (*fileNode, error) {
	b, err := s.get(ctx, p.cid)
	if err != nil {
		return nil, err
	}
	return parseFile(b, p.size)
}

// cut returns what the range from..to has of the node's own bytes and of each
// of its links.
func (n *fileNode) cut(from, to uint64) (own []byte, parts []part) {
	length := uint64(len(n.data))
	own = n.data[min(from, length):min(to, length)]
	start := length
	for i, l := range n.links {
		size := n.sizes[i]
		if a, b := max(from, start), min(to, start+size); a < b {
			parts = append(parts, part{l.Cid, size, a - start, b - start})
		}
		start += size
	}
	return own, parts
}
