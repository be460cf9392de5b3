package node

import (
	"bufio"
	"context"
	"io"
	"slices"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/car"
)

// exportBuffer gathers what a CAR is written in, small parts among them.
const exportBuffer = 256 << 10

// DAGExport returns what a path names, and all that is under it, as a CAR of
// version 1 with that block as its root. It has each block once, where a walk
// meets it that goes down before it goes on, through the links of a block in
// their order: byte for byte what Kubo exports.
//
// Blocks are loaded as the reader takes them, a few ahead. It remembers 16 bytes
// for each block. The reader must be closed.
func (n *Node) DAGExport(ctx context.Context, path string) (io.ReadCloser, error) {
	ctx, end := n.beginFetching(ctx)
	root, err := n.resolveBlock(ctx, path)
	if err == nil {
		err = n.store.need(ctx, root)
	}
	if err != nil {
		end()
		return nil, err
	}
	read, write := io.Pipe()
	unhook := context.AfterFunc(ctx, func() { _ = write.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer end()
		defer unhook()
		_ = write.CloseWithError(n.store.export(ctx, write, root))
	}()
	return read, nil
}

func (s *store) export(ctx context.Context, w io.Writer, root cid.Cid) error {
	buffer := bufio.NewWriterSize(w, exportBuffer)
	archive, err := car.NewWriter(buffer, root)
	if err != nil {
		return err
	}
	err = s.eachInOrder(ctx, root, func(b blocks.Block) error { return archive.Put(b.Cid(), b.RawData()) })
	if err != nil {
		return err
	}
	return buffer.Flush()
}

// eachInOrder visits a block and all that is under it, each once, in the order
// in which DAGExport has them.
func (s *store) eachInOrder(ctx context.Context, root cid.Cid, visit func(blocks.Block) error) error {
	l, leave := newLoader(s)
	defer leave()
	// Unlike a dagWalk this tells blocks of one hash apart that have other codecs.
	seen := fingerprints{}
	stack := []cid.Cid{root}
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !seen.add(fingerprintOfKey(c.KeyString())) {
			continue
		}
		inner, err := canHaveLinks(c)
		if err != nil {
			return err
		}
		b, err := l.load(ctx, c, func(yield func(cid.Cid) bool) {
			for _, next := range slices.Backward(stack) {
				if !seen.has(fingerprintOfKey(next.KeyString())) && !yield(next) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
		nodeapi.Spend(ctx, walkCost)
		if err := visit(b); err != nil {
			return err
		}
		if !inner {
			continue
		}
		links, err := linksOf(b)
		if err != nil {
			return err
		}
		for _, link := range slices.Backward(links) {
			if !seen.has(fingerprintOfKey(link.KeyString())) {
				stack = append(stack, link)
			}
		}
	}
	return nil
}
