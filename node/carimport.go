package node

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	pin "github.com/ipfs/boxo/pinning/pinner"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/car"
)

// maxRoots bounds the roots that the CARs of one import may name, all in all.
const maxRoots = 1 << 16

// DAGImport takes CARs in and pins the roots that they name, those whose blocks
// are all in the CARs or were in the repo before: it asks no peers. It tells of
// each root, in the order in which the CARs name them, and ends at tell's error.
//
// Blocks are checked against their CIDs and written while the next ones come in,
// and are on the import's lease until the roots are pinned. With an error, that of
// a CAR for one, nothing is pinned, and what was written is garbage.
func (n *Node) DAGImport(ctx context.Context, src iter.Seq2[nodeapi.CAR, error], opts nodeapi.DAGImportOptions,
	tell func(nodeapi.ImportedRoot) error,
) (nodeapi.DAGImported, error) {
	ctx, end := n.begin(ctx)
	defer end()
	lease := n.store.guard.lease()
	defer lease.release()
	defer n.imports.join()()
	ctx, cancel := context.WithCancel(ctx)
	im := &carImport{
		node:   n,
		ctx:    ctx,
		lease:  lease,
		writer: newBlockWriter(ctx, n.store, lease, n.imports.share),
		named:  cid.NewSet(),
	}
	defer im.writer.flying.Wait() // the lease covers what it writes
	defer im.hashing.Wait()
	defer cancel()
	if err := im.run(src); err != nil {
		return im.imported, err
	}
	if opts.PinRoots != nil && !*opts.PinRoots {
		return im.imported, nil
	}
	return im.imported, im.pinRoots(tell)
}

// A carImport is a DAGImport under way. It is used by one goroutine.
type carImport struct {
	node   *Node
	ctx    context.Context
	lease  *lease
	writer *blockWriter

	roots    []cid.Cid
	named    *cid.Set // roots
	imported nodeapi.DAGImported

	hashing  sync.WaitGroup
	checking []*checkedBlock // in the order in which they came
	bytes    int64           // of these
}

// A checkedBlock is a block being checked, until done is closed.
type checkedBlock struct {
	block blocks.Block
	done  chan struct{}
	err   error
}

func (im *carImport) run(src iter.Seq2[nodeapi.CAR, error]) error {
	for archive, err := range src {
		if err != nil {
			return err
		}
		if err := im.archive(archive); err != nil {
			return err
		}
	}
	for len(im.checking) > 0 {
		if err := im.settle(); err != nil {
			return err
		}
	}
	return im.writer.flush()
}

// archive takes in one CAR.
func (im *carImport) archive(archive nodeapi.CAR) error {
	r, err := car.NewReader(archive.Content, maxBlockSize)
	if err != nil {
		return carError(err, archive.Name, r.Offset(), cid.Undef)
	}
	for _, root := range r.Roots {
		if im.named.Visit(root) {
			im.roots = append(im.roots, root)
		}
	}
	if len(im.roots) > maxRoots {
		return carError(errTooManyRoots, archive.Name, r.Offset(), cid.Undef)
	}
	last := cid.Undef
	for {
		c, data, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return carError(err, archive.Name, r.Offset(), last)
		}
		if err := im.take(c, data); err != nil {
			return err
		}
		last = c
	}
}

var errTooManyRoots = errors.New("node: too many roots")

// carError gives an error of a CAR its code. Those of who sends it stay as they
// are.
func carError(err error, name string, offset int64, last cid.Cid) error {
	var large *car.TooLargeError
	switch {
	case errors.As(err, &large):
		return blockTooLarge(int(min(large.Size, 1<<31-1)))
	case !errors.Is(err, car.ErrMalformed) && !errors.Is(err, errTooManyRoots):
		return err
	}
	details := map[string]any{"offset": offset}
	what := "the CAR"
	if name != "" {
		details["name"] = name
		what = name
	}
	if !last.Defined() {
		return nodeapi.Errorf(nodeapi.CodeInvalidCAR, details, "%s: %w", what, err)
	}
	details["cid"] = last.String()
	return nodeapi.Errorf(nodeapi.CodeInvalidCAR, details, "%s, after block %s: %w", what, last, err)
}

// take has a block checked, and writes the first of those that were as soon as
// too much is waiting.
func (im *carImport) take(c cid.Cid, data []byte) error {
	if err := checkCID(c); err != nil {
		return err
	}
	b, err := blocks.NewBlockWithCid(data, c)
	if err != nil {
		return err
	}
	checked := &checkedBlock{block: b, done: make(chan struct{})}
	im.hashing.Go(func() {
		defer close(checked.done)
		checked.err = im.node.verify(im.ctx, c, data)
	})
	im.checking = append(im.checking, checked)
	im.bytes += int64(len(data))
	im.imported.BlockCount++
	im.imported.BlockBytesCount += uint64(len(data))
	for im.bytes > im.node.imports.share() || len(im.checking) > chunksAhead {
		if err := im.settle(); err != nil {
			return err
		}
	}
	return nil
}

// settle writes the first of the blocks being checked.
func (im *carImport) settle() error {
	first := im.checking[0]
	im.checking = im.checking[1:]
	im.bytes -= int64(len(first.block.RawData()))
	<-first.done
	if first.err != nil {
		return first.err
	}
	return im.writer.put(first.block)
}

// pinRoots pins what can be pinned, and tells of all.
func (im *carImport) pinRoots(tell func(nodeapi.ImportedRoot) error) error {
	for _, root := range im.roots {
		told := nodeapi.ImportedRoot{Cid: root}
		if err := im.pinRoot(root); err != nil {
			if im.ctx.Err() != nil {
				return context.Cause(im.ctx)
			}
			told.PinErrorMsg, told.Code = err.Error(), nodeapi.CodeOf(err)
		}
		if err := tell(told); err != nil {
			return err
		}
	}
	return nil
}

// pinRoot pins a root, or leaves the pin that it has, with its name.
func (im *carImport) pinRoot(root cid.Cid) error {
	if err := checkCID(root); err != nil {
		return err
	}
	pins, err := im.node.pinsFor(im.ctx)
	if err != nil {
		return err
	}
	old, pinned, err := pins.find(im.ctx, root, pin.Recursive)
	if err != nil || pinned && old.Cid.Equals(root) {
		return im.node.store.wrap(im.ctx, err)
	}
	return im.node.pinWhole(im.ctx, im.lease, root, "")
}
