package functab

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Tables of values by position, in a record's order (internal/abi).
const (
	unsafePoints = iota // where a thread must not be stopped
	stackMaps           // which of the function's maps of pointers holds
	copied              // which function is copied in here
	liveArgs            // which arguments are still there, for tracebacks
	panicBounds         // which index may be out of range
	valueKinds
)

// Further data, in a record's order (internal/abi).
const (
	argMaps     = iota // which arguments are pointers
	localMaps          // which locals are
	objects            // locals whose address is taken
	copies             // the functions that are copied in
	openDefers         // where deferred calls are noted
	argInfo            // what the arguments are, for tracebacks
	argLiveInfo        // which of them are still there, for tracebacks
	wrapped            // what a wrapper wraps, for traces
	dataKinds
)

// none is in the place of data that a function does not have.
const none = ^uint32(0)

// A function is a record (runtime._func).
type function struct {
	entry, name, args, deferReturn uint32
	stack, file, line              uint32 // tables of values: the stack's size, and what tracebacks tell
	id, flag                       byte
	values                         []uint32 // tables by kind; 0 is none
	data                           []uint32 // further data by kind
}

// A table is what there is of all functions.
type table struct {
	layout

	functions []function
	names     []byte
	values    pieces
	data      pieces
}

// name returns one of the names.
func (t *table) name(at uint32) []byte {
	name, _, _ := bytes.Cut(t.names[at:], []byte{0})
	return name
}

// read finds the table in a memory and sees that it knows all of it.
func read(memory []byte) (*table, error) {
	l, err := locate(memory)
	if err != nil {
		return nil, err
	}
	t := &table{layout: l, names: l.names.of(memory)}
	if t.functions, err = readFunctions(l.records.of(memory), l.count); err != nil {
		return nil, err
	}
	var values, data []uint32
	for _, f := range t.functions {
		values = append(append(values, f.stack, f.file, f.line), f.values...)
		data = append(data, f.data...)
	}
	t.values = cut(l.values.of(memory), values, 0)
	t.data = cut(l.data.of(memory), data, none)
	return t, t.check()
}

// readFunctions reads the records, which follow each other.
func readFunctions(records []byte, count int) ([]function, error) {
	places := cursor{b: records}
	functions := make([]function, count)
	at := 8*count + 4
	for i := range functions {
		f := &functions[i]
		entry, place := places.next(), places.next()
		at = (at + 7) &^ 7
		if int(place) != at {
			return nil, refuse("record %d is at %d; want it at %d", i, place, at)
		}
		c := cursor{b: records, at: at}
		f.read(&c)
		if c.short || f.entry != entry || f.entry != functions[0].entry+uint32(i) {
			return nil, refuse("record %d of function %d at %d", i, f.entry, at)
		}
		if len(f.values) > valueKinds || len(f.data) > dataKinds {
			return nil, refuse("function %d has %d tables and %d data", i, len(f.values), len(f.data))
		}
		at = c.at
	}
	if end := places.next(); end != functions[0].entry+uint32(count) || (at+7)&^7 != len(records) {
		return nil, refuse("the records end with function %d, at %d of %d", end, at, len(records))
	}
	return functions, nil
}

// read reads the record at a place.
func (f *function) read(c *cursor) {
	f.entry, f.name, f.args, f.deferReturn = c.next(), c.next(), c.next(), c.next()
	f.stack, f.file, f.line = c.next(), c.next(), c.next()
	values := c.next()
	c.next() // the compilation unit
	c.next() // its first line
	last := c.next()
	f.id, f.flag = byte(last), byte(last>>8)
	f.values = c.list(values)
	f.data = c.list(last >> 24)
}

// append appends the record, without what tells lines.
func (f *function) append(b []byte) []byte {
	b = appendWords(b, f.entry, f.name, f.args, f.deferReturn, f.stack, 0, 0, uint32(len(f.values)), 0, 0)
	b = append(b, f.id, f.flag, 0, byte(len(f.data)))
	return appendWords(appendWords(b, f.values...), f.data...)
}

func appendWords(b []byte, words ...uint32) []byte {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// A cursor reads numbers of 32 bits.
type cursor struct {
	b     []byte
	at    int
	short bool // it has read beyond the end
}

func (c *cursor) next() uint32 {
	if c.at+4 > len(c.b) {
		c.short = true
		return 0
	}
	v := binary.LittleEndian.Uint32(c.b[c.at:])
	c.at += 4
	return v
}

func (c *cursor) list(n uint32) []uint32 {
	if int64(n)*4 > int64(len(c.b)-c.at) {
		c.short = true
		return nil
	}
	list := make([]uint32, n)
	for i := range list {
		list[i] = c.next()
	}
	return list
}

// pieces are the parts of a list without marks between them: each goes on to
// where the next begins. That all are referred to is what makes it possible.
type pieces struct {
	b    []byte
	ends map[uint32]uint32 // by where they begin
}

func cut(b []byte, begins []uint32, none uint32) pieces {
	begins = slices.DeleteFunc(begins, func(at uint32) bool { return at == none })
	slices.Sort(begins)
	begins = slices.Compact(begins)
	p := pieces{b, make(map[uint32]uint32, len(begins))}
	for i, at := range begins {
		end := uint32(len(b))
		if i+1 < len(begins) {
			end = begins[i+1]
		}
		p.ends[at] = end
	}
	return p
}

// at returns the piece that begins there; nil for one that is beyond the end.
func (p pieces) at(at uint32) []byte {
	if end := p.ends[at]; int(end) <= len(p.b) && at < end {
		return p.b[at:end]
	}
	return nil
}
