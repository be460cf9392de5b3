// Package functab makes smaller what the runtime of a Go program in WebAssembly
// has of each of its functions: where it begins, what it is called, and how its
// stack looks at each point. The linker writes it, and much of it is for lines of
// tracebacks and for debuggers.
//
// It is laid out as Go 1.26 does it; see the runtime's pcHeader, moduledata and
// _func, and cmd/link/internal/ld/pcln.go:
//
//   - a header;
//   - the functions' names, each with a zero after it;
//   - for each compilation unit, which files it is from;
//   - the files' names;
//   - tables of values by position, which functions share. Each is a list of pairs
//     of differences, of the value and of the position;
//   - by number of a function the place of its record, and the records. A record
//     refers to a name, to tables of values, and to further data, by offsets;
//   - further data, which functions share: what of the stack are pointers, which
//     functions are copied into this one, and more;
//   - an index that finds a function by an address in its code.
//
// Whatever is not as described is refused, so that another version of Go fails to
// be built rather than crashes.
package functab
