package idb

import (
	"slices"
	"syscall/js"
)

var uint8Array = js.Global().Get("Uint8Array")

// staging keeps Uint8Arrays to copy bytes into on their way to IndexedDB, which
// takes its own copy before the call returns. A fresh array costs 25 times what
// copying into an old one does: it is memory new to the process.
type staging struct {
	bySize map[int]js.Value
	recent []int // sizes kept, the least recently used first
	kept   int   // bytes
}

// Limits of what is kept. Few sizes are common, that of chunks above all.
const (
	stagingSizes = 32
	stagingBytes = 4 << 20
)

// load copies b into an array of its exact size, which is valid until the next
// call of load.
func (s *staging) load(b []byte) js.Value {
	array, ok := s.bySize[len(b)]
	if ok {
		i := slices.Index(s.recent, len(b))
		s.recent = append(slices.Delete(s.recent, i, i+1), len(b))
	} else {
		array = uint8Array.New(len(b))
		s.keep(array, len(b))
	}
	js.CopyBytesToJS(array, b)
	return array
}

func (s *staging) keep(array js.Value, size int) {
	if size > stagingBytes {
		return
	}
	for len(s.recent) >= stagingSizes || s.kept+size > stagingBytes {
		oldest := s.recent[0]
		s.recent = s.recent[1:]
		s.kept -= oldest
		delete(s.bySize, oldest)
	}
	if s.bySize == nil {
		s.bySize = make(map[int]js.Value)
	}
	s.bySize[size] = array
	s.recent = append(s.recent, size)
	s.kept += size
}

// copyBytes returns the bytes of a Uint8Array.
func copyBytes(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

// copyKey returns the bytes of a key, which IndexedDB gives as an ArrayBuffer.
func copyKey(key js.Value) []byte {
	return copyBytes(uint8Array.New(key))
}
