package car

import (
	"encoding/binary"
	"io"

	"github.com/ipfs/go-cid"
)

// A Writer writes a CAR of version 1. It writes in small parts.
type Writer struct {
	w    io.Writer
	head []byte // of a section, kept for the next
}

// NewWriter writes the header.
func NewWriter(w io.Writer, roots ...cid.Cid) (*Writer, error) {
	header, err := encodeHeader(roots)
	if err != nil {
		return nil, err
	}
	head := binary.AppendUvarint(nil, uint64(len(header)))
	if _, err := w.Write(append(head, header...)); err != nil {
		return nil, err
	}
	return &Writer{w: w}, nil
}

// Put writes a block.
func (w *Writer) Put(c cid.Cid, data []byte) error {
	id := c.Bytes()
	w.head = append(binary.AppendUvarint(w.head[:0], uint64(len(id)+len(data))), id...)
	if _, err := w.w.Write(w.head); err != nil {
		return err
	}
	_, err := w.w.Write(data)
	return err
}
