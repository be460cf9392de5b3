package servertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// carHead is what the header of a CAR with one root begins with, up to the
// length of the root's CID, and carTail what it ends with.
var (
	carHead = []byte("\xa2\x65roots\x81\xd8\x2a\x58")
	carTail = []byte("\x67version\x01")
)

// DAGExport implements server.Archives.
func (b *Backend) DAGExport(ctx context.Context, path string) (io.ReadCloser, error) {
	done, err := b.enter(ctx, nodeapi.MethodDAGExport)
	if err != nil {
		return nil, err
	}
	root, err := b.resolveWhole(path)
	if err != nil {
		done()
		return nil, err
	}
	var archive bytes.Buffer
	section(&archive, carHead, []byte{byte(root.ByteLen() + 1), 0}, root.Bytes(), carTail)
	for _, c := range b.below(root) {
		data, err := b.get(c)
		if err != nil {
			done()
			return nil, err
		}
		section(&archive, c.Bytes(), data)
	}
	return &reader{b, ctx, nodeapi.MethodDAGExport, &archive, done}, nil
}

func section(w *bytes.Buffer, parts ...[]byte) {
	data := bytes.Join(parts, nil)
	w.Write(binary.AppendUvarint(nil, uint64(len(data))))
	w.Write(data)
}

// below returns a root and what is under it, each block once.
func (b *Backend) below(root cid.Cid) []cid.Cid {
	seen := cid.NewSet()
	var cids []cid.Cid
	var visit func(c cid.Cid)
	visit = func(c cid.Cid) {
		if !seen.Visit(c) {
			return
		}
		cids = append(cids, c)
		for _, link := range b.links(c) {
			visit(link.cid)
		}
	}
	visit(root)
	return cids
}

// DAGImport implements server.Archives, for CARs of one root as DAGExport makes
// them.
func (b *Backend) DAGImport(ctx context.Context, src iter.Seq2[nodeapi.CAR, error], opts nodeapi.DAGImportOptions, tell func(nodeapi.ImportedRoot) error) (nodeapi.DAGImported, error) {
	var imported nodeapi.DAGImported
	done, err := b.enter(ctx, nodeapi.MethodDAGImport)
	if err != nil {
		return imported, err
	}
	defer done()
	var roots []cid.Cid
	blocks := make(map[cid.Cid][]byte) // kept apart until the end
	for car, err := range src {
		if err != nil {
			return imported, err
		}
		root, err := b.takeIn(ctx, bufio.NewReader(car.Content), blocks, &imported)
		if err != nil {
			return imported, err
		}
		roots = append(roots, root)
	}
	if err := b.step(ctx, nodeapi.MethodDAGImport); err != nil {
		return imported, err
	}
	for c, data := range blocks {
		b.put(c, data)
	}
	if opts.PinRoots != nil && !*opts.PinRoots {
		return imported, nil
	}
	for _, root := range roots {
		told := nodeapi.ImportedRoot{Cid: root}
		if _, err := b.get(root); err != nil {
			told.PinErrorMsg, told.Code = err.Error(), nodeapi.CodeOf(err)
		} else {
			b.pin(ctx, nodeapi.Pin{Cid: root, Type: "recursive"})
		}
		if err := tell(told); err != nil {
			return imported, err
		}
	}
	return imported, nil
}

// takeIn reads the blocks of a CAR and returns its root.
func (b *Backend) takeIn(ctx context.Context, r *bufio.Reader, into map[cid.Cid][]byte, imported *nodeapi.DAGImported) (cid.Cid, error) {
	header, err := nextSection(r)
	if errors.Is(err, io.EOF) {
		err = notACAR(io.ErrUnexpectedEOF)
	}
	if err != nil {
		return cid.Undef, err
	}
	_, rest, _ := bytes.Cut(header, carHead)
	_, root, err := cid.CidFromBytes(rest[min(2, len(rest)):])
	if err != nil {
		return cid.Undef, notACAR(err)
	}
	for {
		if err := b.step(ctx, nodeapi.MethodDAGImport); err != nil {
			return cid.Undef, err
		}
		data, err := nextSection(r)
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return cid.Undef, err
		}
		n, c, err := cid.CidFromBytes(data)
		if err != nil || sum(c.Type(), data[n:]) != c {
			return cid.Undef, notACAR(errors.New("a block is not what its CID says"))
		}
		into[c] = data[n:]
		imported.BlockCount++
		imported.BlockBytesCount += uint64(len(data) - n)
	}
}

func nextSection(r *bufio.Reader) ([]byte, error) {
	const most = 2<<20 + 64
	size, err := binary.ReadUvarint(r)
	switch {
	case errors.Is(err, io.EOF):
		return nil, err
	case err != nil:
		return nil, notACAR(err)
	case size > most:
		return nil, notACAR(errors.New("a part is too large"))
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, notACAR(err)
	}
	return data, nil
}

func notACAR(err error) error {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return err
	}
	return nodeapi.Errorf(nodeapi.CodeInvalidCAR, nil, "not a CAR: %w", err)
}
