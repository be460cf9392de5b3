package car

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/ipfs/go-cid"
)

// maxCID bounds the bytes of a CID. The longest that the node takes has a digest
// of 128 bytes and four numbers before it.
const maxCID = 256

// readBuffer is what is read at once beside the blocks themselves.
const readBuffer = 64 << 10

// ErrMalformed is what errors of a CAR that is none match, by errors.Is. Those of
// the reader beneath are passed on as they are.
var ErrMalformed = errors.New("malformed CAR")

// A TooLargeError is that of a block over the limit.
type TooLargeError struct {
	Cid  cid.Cid
	Size uint64
}

func (e *TooLargeError) Error() string { return fmt.Sprintf("block %s has %d bytes", e.Cid, e.Size) }

// A Reader reads a CAR of version 1 or 2.
type Reader struct {
	// Roots are those that the header names. They need not be in the CAR.
	Roots []cid.Cid

	source   *source
	buffered *bufio.Reader // over source
	maxBlock uint64
	end      int64 // the offset at which the data end; negative for that of the source
}

// A source counts what it reads, and remembers an error that is not its end.
type source struct {
	r    io.Reader
	read int64
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.read += int64(n)
	if err != nil && err != io.EOF { // itself: what wraps it is an error
		s.err = err
	}
	return n, err
}

// NewReader reads the header. Blocks are of at most maxBlock bytes.
func NewReader(r io.Reader, maxBlock uint64) (*Reader, error) {
	s := &source{r: r}
	c := &Reader{source: s, buffered: bufio.NewReaderSize(s, readBuffer), maxBlock: maxBlock, end: -1}
	return c, c.wrap(c.begin())
}

// Offset is how many bytes have been read and understood.
func (c *Reader) Offset() int64 { return c.source.read - int64(c.buffered.Buffered()) }

func (c *Reader) begin() error {
	version, err := c.header()
	if err != nil || version == 1 {
		return err
	}
	if version != 2 {
		return fmt.Errorf("it is of version %d", version)
	}
	padding, size, err := readV2Header(c.buffered)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, c.buffered, padding); err != nil {
		return cutShort(err)
	}
	c.end = c.Offset() + size
	switch version, err = c.header(); {
	case err != nil:
		return err
	case version != 1:
		return fmt.Errorf("in it is one of version %d", version)
	case c.Offset() > c.end:
		return errors.New("its header is longer than its data")
	}
	return nil
}

func (c *Reader) header() (version int64, err error) {
	size, err := c.length()
	if errors.Is(err, io.EOF) {
		return 0, io.ErrUnexpectedEOF
	}
	if err != nil {
		return 0, err
	}
	if size == 0 || size > maxHeader {
		return 0, fmt.Errorf("a header of %d bytes; want 1 to %d", size, maxHeader)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(c.buffered, data); err != nil {
		return 0, cutShort(err)
	}
	version, c.Roots, err = decodeHeader(data)
	if err != nil {
		return 0, fmt.Errorf("the header: %w", err)
	}
	return version, nil
}

// Next returns the next block, whose bytes are the caller's, or io.EOF after the
// last. Of a block that is too large the error is a *TooLargeError.
func (c *Reader) Next() (cid.Cid, []byte, error) {
	if c.end >= 0 && c.Offset() >= c.end {
		return cid.Undef, nil, io.EOF
	}
	id, data, err := c.section()
	if errors.Is(err, io.EOF) {
		if c.end < 0 {
			return cid.Undef, nil, io.EOF
		}
		err = io.ErrUnexpectedEOF
	}
	return id, data, c.wrap(err)
}

func (c *Reader) section() (cid.Cid, []byte, error) {
	size, err := c.length()
	if err != nil {
		return cid.Undef, nil, err
	}
	id, width, err := c.cid(size)
	if err != nil {
		return cid.Undef, nil, err
	}
	size -= uint64(width)
	if size > c.maxBlock {
		return cid.Undef, nil, &TooLargeError{Cid: id, Size: size}
	}
	if c.end >= 0 && c.end-c.Offset() < int64(size) {
		return cid.Undef, nil, fmt.Errorf("block %s is longer than the data it is in", id)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(c.buffered, data); err != nil {
		return cid.Undef, nil, cutShort(err)
	}
	return id, data, nil
}

// cid reads the CID with which a section of a size begins.
func (c *Reader) cid(size uint64) (id cid.Cid, width int, err error) {
	head, err := c.buffered.Peek(int(min(size, maxCID)))
	if err != nil {
		return cid.Undef, 0, cutShort(err)
	}
	width, id, err = cid.CidFromBytes(head)
	if err != nil {
		return cid.Undef, 0, fmt.Errorf("a section without a CID: %w", err)
	}
	_, err = c.buffered.Discard(width)
	return id, width, err
}

// length reads a varint. io.EOF means that there is not even its first byte.
func (c *Reader) length() (uint64, error) {
	return binary.ReadUvarint(c.buffered)
}

// cutShort is for an end where there should be more.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wrap marks what is wrong with the CAR, not with the source of it.
func (c *Reader) wrap(err error) error {
	var large *TooLargeError
	switch {
	case err == nil:
		return nil
	case c.source.err != nil:
		return c.source.err
	case errors.As(err, &large):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends at byte %d, before its time", ErrMalformed, c.source.read)
	}
	return fmt.Errorf("%w: at byte %d: %w", ErrMalformed, c.Offset(), err)
}
