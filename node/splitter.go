package node

import (
	"errors"
	"io"
	"strconv"
	"strings"

	chunk "github.com/ipfs/boxo/chunker"
)

// leastBuffer is what the first chunk of a file is read into until there is more.
const leastBuffer = 16 << 10

// A sizeSplitter cuts a reader into chunks of one size. boxo's gives the same
// chunks, but takes memory for a whole one to read a file of a few bytes.
type sizeSplitter struct {
	reader io.Reader
	size   int
	begun  bool // there was a whole chunk, so there may be many
	end    bool
}

var _ chunk.Splitter = (*sizeSplitter)(nil)

// newSplitter cuts r by a chunker that was checked.
func newSplitter(r io.Reader, chunker string) (chunk.Splitter, error) {
	if digits, sized := strings.CutPrefix(chunker, "size-"); sized {
		size, err := strconv.Atoi(digits)
		return &sizeSplitter{reader: r, size: size}, err
	}
	return chunk.FromString(r, chunker)
}

// NextBytes returns the next chunk, and io.EOF once there is none.
func (s *sizeSplitter) NextBytes() ([]byte, error) {
	if s.end {
		return nil, io.EOF
	}
	length := s.size
	if !s.begun {
		length = min(length, leastBuffer)
	}
	data := make([]byte, length)
	filled := 0
	for {
		k, err := io.ReadFull(s.reader, data[filled:])
		filled += k
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.end = true
			if filled == 0 {
				return nil, io.EOF
			}
			return data[:filled:filled], nil
		case err != nil:
			return nil, err
		case filled == s.size:
			s.begun = true
			return data, nil
		}
		larger := make([]byte, min(s.size, 4*filled))
		copy(larger, data)
		data = larger
	}
}

// Reader is part of chunk.Splitter.
func (s *sizeSplitter) Reader() io.Reader { return s.reader }
