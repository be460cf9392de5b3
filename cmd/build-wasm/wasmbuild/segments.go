package wasmbuild

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
)

// mergeBelow is how many zeros between two segments of data are written rather
// than skipped. Go's linker skips 8 and more, and so makes 100 000 segments, as
// many as it may, whose headers compress worse than zeros: of 23.9 MB with them,
// brotli makes 150 kB more than of 24.9 MB with 64 segments. Engines also check
// the bounds of each as they instantiate.
const mergeBelow = 64

// mergeSegments joins the node's segments of data that are close to each other.
func (b *build) mergeSegments(context.Context) error {
	node, err := os.ReadFile(b.path(nodeFile))
	if err != nil {
		return err
	}
	merged, err := mergeSegments(node, mergeBelow)
	if err != nil {
		return err
	}
	return os.WriteFile(b.path(nodeFile), merged, 0o644)
}

// The parts of https://webassembly.github.io/spec/core/binary/modules.html that
// matter here.
const (
	wasmHeader  = "\x00asm\x01\x00\x00\x00"
	wasmCode    = 10
	wasmData    = 11
	opI32Const  = 0x41
	opEnd       = 0x0b
	activeInMem = 0 // a segment for the one memory
)

var errNoWasm = errors.New("not a WebAssembly module as Go makes them")

// A wasmSection is one of a module.
type wasmSection struct {
	id   byte
	body []byte
}

// sectionsOf splits a module.
func sectionsOf(module []byte) ([]wasmSection, error) {
	rest, ok := bytes.CutPrefix(module, []byte(wasmHeader))
	if !ok {
		return nil, errNoWasm
	}
	var sections []wasmSection
	for len(rest) > 0 {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errNoWasm
		}
		rest = rest[1+n:]
		sections = append(sections, wasmSection{id, rest[:size]})
		rest = rest[size:]
	}
	return sections, nil
}

// A segment is data for an offset in memory.
type segment struct {
	offset int64
	data   []byte
}

func (s segment) end() int64 { return s.offset + int64(len(s.data)) }

// mergeSegments returns a module that puts the same into memory, with segments
// that are less than below bytes apart made one.
func mergeSegments(module []byte, below int64) ([]byte, error) {
	sections, err := sectionsOf(module)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(module)*5/4), wasmHeader...)
	for _, s := range sections {
		body := s.body
		if s.id == wasmData {
			segments, err := segmentsOf(body)
			if err != nil {
				return nil, err
			}
			body = appendSegments(nil, merge(segments, below))
		}
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	return out, nil
}

func merge(segments []segment, below int64) []segment {
	var merged []segment
	for _, s := range segments {
		if last := len(merged) - 1; last >= 0 {
			// They are not all in order.
			if gap := s.offset - merged[last].end(); gap >= 0 && gap < below {
				data := append(merged[last].data, make([]byte, gap)...)
				merged[last].data = append(data, s.data...)
				continue
			}
		}
		merged = append(merged, segment{s.offset, bytes.Clone(s.data)}) // to be appended to
	}
	return merged
}

// segmentsOf reads a section of data.
func segmentsOf(body []byte) ([]segment, error) {
	count, n := binary.Uvarint(body)
	if n <= 0 || count > uint64(len(body)) {
		return nil, errNoWasm
	}
	body = body[n:]
	segments := make([]segment, count)
	for i := range segments {
		if len(body) < 2 || body[0] != activeInMem || body[1] != opI32Const {
			return nil, errNoWasm
		}
		offset, n := varint(body[2:])
		if n == 0 || len(body) < 2+n+1 || body[2+n] != opEnd {
			return nil, errNoWasm
		}
		body = body[2+n+1:]
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) {
			return nil, errNoWasm
		}
		segments[i] = segment{offset, body[n:][:size]}
		body = body[n:][size:]
	}
	if len(body) > 0 {
		return nil, errNoWasm
	}
	return segments, nil
}

func appendSegments(b []byte, segments []segment) []byte {
	b = binary.AppendUvarint(b, uint64(len(segments)))
	for _, s := range segments {
		b = append(b, activeInMem, opI32Const)
		b = appendVarint(b, s.offset)
		b = append(b, opEnd)
		b = binary.AppendUvarint(b, uint64(len(s.data)))
		b = append(b, s.data...)
	}
	return b
}

// varint reads a signed LEB128 number, which is not as encoding/binary has them.
// It returns 0 bytes for what is none.
func varint(b []byte) (v int64, n int) {
	for shift := 0; n < len(b) && shift < 64; {
		c := b[n]
		n++
		v |= int64(c&0x7f) << shift
		shift += 7
		if c&0x80 == 0 {
			if c&0x40 != 0 && shift < 64 {
				v |= -1 << shift
			}
			return v, n
		}
	}
	return 0, 0
}

func appendVarint(b []byte, v int64) []byte {
	for v < -0x40 || v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}
