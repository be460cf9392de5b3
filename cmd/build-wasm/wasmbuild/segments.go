package wasmbuild

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
)

// mergeBelow is how many zeros in the data are written rather than skipped. Go's
// linker skips 8 and more, and so makes 100 000 segments, as many as it may, whose
// headers compress worse than zeros: of 23.9 MB with them, brotli makes 150 kB more
// than of 24.9 MB with 64 segments. Engines also check the bounds of each as they
// instantiate.
const mergeBelow = 64

// maxMemory is the most that memory may begin with, so that no offset makes a
// build ask for gigabytes.
const maxMemory = 1 << 28

// mergeSegments joins the node's segments of data that are close to each other,
// after an optimizer that may have split them.
func (b *build) mergeSegments(context.Context) error {
	return b.editMemory(func([]byte) error { return nil })
}

// editMemory changes what the node's memory begins with.
func (b *build) editMemory(edit func(memory []byte) error) error {
	node, err := os.ReadFile(b.path(nodeFile))
	if err != nil {
		return err
	}
	if node, err = withMemory(node, mergeBelow, edit); err != nil {
		return err
	}
	return os.WriteFile(b.path(nodeFile), node, 0o644)
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

// withMemory returns a module that begins with the memory that edit makes of what
// it was, in segments that are at least below zeros apart.
func withMemory(module []byte, below int, edit func(memory []byte) error) ([]byte, error) {
	sections, err := sectionsOf(module)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(module)*5/4), wasmHeader...)
	for _, s := range sections {
		body := s.body
		if s.id == wasmData {
			memory, err := memoryOf(body)
			if err != nil {
				return nil, err
			}
			if err := edit(memory); err != nil {
				return nil, err
			}
			body = appendSegments(nil, split(memory, below))
		}
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	return out, nil
}

// memoryOf returns what a section of data puts into memory, from its beginning.
func memoryOf(body []byte) ([]byte, error) {
	segments, err := segmentsOf(body)
	if err != nil {
		return nil, err
	}
	var size int64
	for _, s := range segments {
		end := s.offset + int64(len(s.data))
		if s.offset < 0 || end > maxMemory {
			return nil, errNoWasm
		}
		size = max(size, end)
	}
	memory := make([]byte, size)
	for _, s := range segments {
		copy(memory[s.offset:], s.data)
	}
	return memory, nil
}

// split returns segments for all of a memory that is not zero, at least below zeros
// apart.
func split(memory []byte, below int) []segment {
	var segments []segment
	begin, end := 0, 0 // of the segment so far
	for at, c := range memory {
		if c == 0 {
			continue
		}
		if end > 0 && at-end >= below {
			segments = append(segments, segment{int64(begin), memory[begin:end]})
			end = 0
		}
		if end == 0 {
			begin = at
		}
		end = at + 1
	}
	if end > 0 {
		segments = append(segments, segment{int64(begin), memory[begin:end]})
	}
	return segments
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
