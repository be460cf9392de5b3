package guts

// WebAssembly has none of what these stand for.
const (
	haveAVX2   = false
	haveAVX512 = false
)
