package functab

import (
	"bytes"
	"encoding/binary"
)

// Shrink leaves out of the table, in a memory that begins at address 0, what the
// program runs without: lines, files, what the arguments in tracebacks are, where
// threads must not be stopped, and of the names of generic functions the types,
// which tracebacks do not print either. What is left moves together, so that each
// part ends with zeros.
//
// With withoutIndex it clears the index that finds functions, too, for a runtime
// that does without.
//
// It returns the names of all functions, in the order of the code.
func Shrink(memory []byte, withoutIndex bool) ([]string, error) {
	t, err := read(memory)
	if err != nil {
		return nil, err
	}
	functions := make([]string, len(t.functions))
	for i, f := range t.functions {
		functions[i] = string(t.name(f.name))
	}
	s := shrinker{
		table:  t,
		names:  names{old: t, moved: map[uint32]uint32{}, known: map[string]uint32{}},
		values: moved{pieces: t.values, out: []byte{0}, places: map[uint32]uint32{0: 0}}, // 0 is none
		data:   moved{pieces: t.data, places: map[uint32]uint32{none: none}},
	}
	s.shrink()
	for _, p := range []struct {
		part
		now []byte
	}{
		{t.layout.names, s.names.out},
		{t.units, nil},
		{t.fileNames, nil},
		{t.layout.values, s.values.out},
		{t.records, s.records()},
		{t.layout.data, s.data.out},
	} {
		old := p.of(memory)
		if len(p.now) > len(old) {
			return nil, refuse("%d bytes instead of %d", len(p.now), len(old))
		}
		clear(old[copy(old, p.now):])
	}
	if withoutIndex {
		clear(t.index.of(memory))
	}
	return functions, nil
}

// A shrinker moves what functions refer to.
type shrinker struct {
	*table

	names  names
	values moved
	data   moved
}

// shrink has all functions refer to what is kept, in its new place. Pieces of a
// kind lie beside each other, which compresses better; those of further data with
// the greatest alignment come first.
func (s *shrinker) shrink() {
	for i := range s.functions {
		f := &s.functions[i]
		f.name = s.names.move(f.name)
		f.stack = s.values.move(f.stack, 1)
		f.values = s.kept(f.values, 0, unsafePoints, liveArgs)
		f.data = s.kept(f.data, none, argInfo, argLiveInfo, wrapped)
	}
	for _, kind := range []int{stackMaps, copied, panicBounds} {
		s.each(kind, func(f *function) []uint32 { return f.values }, func(at uint32) uint32 {
			return s.values.move(at, 1)
		})
	}
	// by alignment
	for _, kind := range []struct{ kind, alignment int }{
		{objects, 8}, {argMaps, 4}, {localMaps, 4}, {copies, 4}, {openDefers, 1},
	} {
		s.each(kind.kind, func(f *function) []uint32 { return f.data }, func(at uint32) uint32 {
			known := len(s.data.out)
			to := s.data.move(at, kind.alignment)
			if kind.kind == copies && len(s.data.out) > known {
				s.rename(s.data.out[to:])
			}
			return to
		})
	}
}

// each calls move for what each function has of a kind.
func (s *shrinker) each(kind int, list func(*function) []uint32, move func(uint32) uint32) {
	for i := range s.functions {
		if of := list(&s.functions[i]); kind < len(of) {
			of[kind] = move(of[kind])
		}
	}
}

// kept returns a list of references without those of some kinds.
func (s *shrinker) kept(list []uint32, none uint32, without ...int) []uint32 {
	for _, kind := range without {
		if kind < len(list) {
			list[kind] = none
		}
	}
	for len(list) > 0 && list[len(list)-1] == none {
		list = list[:len(list)-1]
	}
	return list
}

// rename sets the names of the functions that are copied into one, and takes the
// lines they begin at out (runtime.inlinedCall).
func (s *shrinker) rename(calls []byte) {
	for ; len(calls) >= 16; calls = calls[16:] {
		name := binary.LittleEndian.Uint32(calls[4:])
		binary.LittleEndian.PutUint32(calls[4:], s.names.move(name))
		binary.LittleEndian.PutUint32(calls[12:], 0)
	}
}

// records returns the places of the records, and those.
func (s *shrinker) records() []byte {
	var records []byte
	places := make([]byte, 0, 8*len(s.functions)+4)
	for _, f := range s.functions {
		places = appendWords(places, f.entry, uint32(cap(places)+len(records)))
		records = f.append(records)
	}
	end := s.functions[len(s.functions)-1].entry + 1
	return append(appendWords(places, end), records...)
}

// moved are pieces in the order in which they are asked for.
type moved struct {
	pieces

	out    []byte
	places map[uint32]uint32 // by where they were
}

// move returns where the piece is now, at a multiple of alignment.
func (m *moved) move(at uint32, alignment int) uint32 {
	to, ok := m.places[at]
	if !ok {
		for len(m.out)%alignment != 0 {
			m.out = append(m.out, 0)
		}
		to = uint32(len(m.out))
		m.places[at] = to
		m.out = append(m.out, m.at(at)...)
	}
	return to
}

// names are those of functions, each once.
type names struct {
	old   *table
	out   []byte
	moved map[uint32]uint32 // by where they were
	known map[string]uint32
}

// move returns where a name is now.
func (n *names) move(at uint32) uint32 {
	to, ok := n.moved[at]
	if ok {
		return to
	}
	name := string(shortened(n.old.name(at)))
	if to, ok = n.known[name]; !ok || to == 0 { // 0 is of no other than the first
		to = uint32(len(n.out))
		n.known[name] = to
		n.out = append(append(n.out, name...), 0)
	}
	n.moved[at] = to
	return to
}

// shortened returns a name as tracebacks print it, with "[...]" for the types of a
// generic function (runtime.funcNamePiecesForPrint).
func shortened(name []byte) []byte {
	from, to := bytes.IndexByte(name, '['), bytes.LastIndexByte(name, ']')
	if from < 0 || to <= from {
		return name
	}
	return append(append(bytes.Clone(name[:from]), "[...]"...), name[to+1:]...)
}
