package idb

import "syscall/js"

var uint8Array = js.Global().Get("Uint8Array")

// staging keeps Uint8Arrays to copy bytes into on their way to IndexedDB, which
// takes its own copy before the call returns. A fresh array costs 25 times what
// copying into an old one does, most of it the browser's mapping of new memory.
type staging struct {
	bySize map[int]js.Value
	sizes  []int // of those kept, the least recently made first
	kept   int   // bytes
}

// Limits of what is kept: few sizes are common, that of chunks above all.
const (
	stagingSizes = 64
	stagingBytes = 8 << 20
)

// load copies b into an array of its exact size, which is valid until the next
// call of load.
func (s *staging) load(b []byte) js.Value {
	array, ok := s.bySize[len(b)]
	if !ok {
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
	for len(s.sizes) >= stagingSizes || s.kept+size > stagingBytes {
		oldest := s.sizes[0]
		s.sizes = s.sizes[1:]
		s.kept -= oldest
		delete(s.bySize, oldest)
	}
	if s.bySize == nil {
		s.bySize = make(map[int]js.Value)
	}
	s.bySize[size] = array
	s.sizes = append(s.sizes, size)
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
