package functab

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrLayout is returned for a memory that has no table of functions, or one that
// is not as Go 1.26 makes it.
var ErrLayout = errors.New("no table of functions as Go 1.26 makes it")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrLayout, fmt.Sprintf(format, args...))
}

// magic begins the table: a number, two zeros, the least size of an instruction
// and that of a pointer (runtime.pcHeader).
var magic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// The words of the header that follow.
const (
	headerCount = iota
	headerFiles
	headerText // always 0
	headerNames
	headerUnits
	headerFileNames
	headerValues
	headerRecords
	headerWords
)

// The words of runtime.moduledata that matter here. Slices have three.
const (
	moduleHeader    = 0
	moduleNames     = 1
	moduleUnits     = 4
	moduleFileNames = 7
	moduleValues    = 10
	moduleRecords   = 13
	moduleFunctions = 16
	moduleIndex     = 19
	moduleData      = 40 // gofunc
	moduleEnd       = 41 // epclntab
	moduleWords     = 42
)

// A part of the memory.
type part struct{ start, end int }

func (p part) of(memory []byte) []byte { return memory[p.start:p.end] }

// A layout tells where the parts of the table are.
type layout struct {
	count                                                 int // of functions
	names, units, fileNames, values, records, data, index part
}

// locate finds the table in a memory, which begins at address 0.
func locate(memory []byte) (layout, error) {
	var l layout
	start := bytes.Index(memory, magic)
	if start < 0 || bytes.Count(memory, magic) > 1 {
		return l, refuse("%d headers", bytes.Count(memory, magic))
	}
	header, ok := words(memory, start+len(magic), headerWords)
	if !ok || header[headerText] != 0 {
		return l, refuse("a header with %d", header)
	}
	l.count = header[headerCount]
	// moduledata begins with the places of the header and of the names.
	begin := binary.LittleEndian.AppendUint64(nil, uint64(start))
	begin = binary.LittleEndian.AppendUint64(begin, uint64(start+header[headerNames]))
	at := bytes.Index(memory, begin)
	if at < 0 || bytes.Count(memory, begin) > 1 {
		return l, refuse("%d descriptions of it", bytes.Count(memory, begin))
	}
	module, ok := words(memory, at, moduleWords)
	if !ok {
		return l, refuse("its description is cut short")
	}
	slices := []struct {
		part         *part
		word, header int
		size         int // of an element
	}{
		{&l.names, moduleNames, headerNames, 1},
		{&l.units, moduleUnits, headerUnits, 4},
		{&l.fileNames, moduleFileNames, headerFileNames, 1},
		{&l.values, moduleValues, headerValues, 1},
		{&l.records, moduleRecords, headerRecords, 1},
	}
	last := start
	for _, s := range slices {
		place, length, capacity := module[s.word], module[s.word+1], module[s.word+2]
		if place != start+header[s.header] || place < last || length != capacity {
			return l, refuse("the slice at word %d is %d, %d, %d", s.word, place, length, capacity)
		}
		*s.part = part{place, place + length*s.size}
		last = s.part.end
	}
	if l.count == 0 || l.count > (l.records.end-l.records.start)/8 ||
		module[moduleFunctions] != l.records.start || module[moduleFunctions+1] != l.count+1 {
		return l, refuse("%d functions are not %d", module[moduleFunctions+1]-1, l.count)
	}
	l.data = part{module[moduleData], module[moduleIndex]}
	l.index = part{module[moduleIndex], module[moduleEnd]}
	if l.data.start < last || l.data.start > last+padding || l.data.end < l.data.start || l.index.end < l.index.start || l.index.end > len(memory) {
		return l, refuse("%d bytes of records, data from %d to %d, an index up to %d of %d", last, l.data.start, l.data.end, l.index.end, len(memory))
	}
	return l, nil
}

// words reads n words of 64 bits, or tells that one is none of a place in memory.
func words(memory []byte, at, n int) ([]int, bool) {
	read := make([]int, n)
	for i := range read {
		if at+8 > len(memory) {
			return read, false
		}
		word := binary.LittleEndian.Uint64(memory[at:])
		if word > 1<<32 {
			return read, false
		}
		read[i] = int(word)
		at += 8
	}
	return read, true
}
