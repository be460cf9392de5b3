package wasmbuild

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Contents tells what the node is made of, before any optimizer.
type Contents struct {
	// Code and Data are bytes of functions, and of what memory begins with: types,
	// strings, tables, and what the runtime knows of each function.
	Code int `json:"code"`
	Data int `json:"data"`
	// Packages are the bytes of functions by the packages they are from. Copies of
	// generic ones count for the package that has them.
	Packages map[string]int `json:"packages"`
}

// takeStock finds out what the node is made of.
func (b *build) takeStock(context.Context) error {
	node, err := os.ReadFile(b.path(nodeFile))
	if err != nil {
		return err
	}
	contents, err := contentsOf(node)
	if err != nil {
		return err
	}
	b.info.Contents = &contents
	return nil
}

var errNoTable = errors.New("no table of functions, or one that is not as Go 1.26 makes it")

// contentsOf tells the functions' bodies from each other by the runtime's own
// table of them, as there are no other names in the module.
func contentsOf(module []byte) (Contents, error) {
	sections, err := sectionsOf(module)
	if err != nil {
		return Contents{}, err
	}
	c := Contents{Packages: map[string]int{}}
	var names []string
	var sizes []int
	for _, s := range sections {
		switch s.id {
		case wasmCode:
			if sizes, err = bodySizes(s.body); err != nil {
				return c, err
			}
		case wasmData:
			segments, err := segmentsOf(s.body)
			if err != nil {
				return c, err
			}
			segments = merge(segments, 1<<20) // as much as any gap
			for _, s := range segments {
				c.Data += len(s.data)
				if found, err := functionNames(s.data); err == nil {
					names = found
				}
			}
		}
	}
	if len(names) == 0 || len(names) != len(sizes) {
		return c, fmt.Errorf("%w: %d names for %d functions", errNoTable, len(names), len(sizes))
	}
	for i, name := range names {
		c.Code += sizes[i]
		c.Packages[packageOf(name)] += sizes[i]
	}
	return c, nil
}

// bodySizes returns the sizes of a module's functions, in order.
func bodySizes(code []byte) ([]int, error) {
	count, n := binary.Uvarint(code)
	if n <= 0 || count > uint64(len(code)) {
		return nil, errNoWasm
	}
	code = code[n:]
	sizes := make([]int, count)
	for i := range sizes {
		size, n := binary.Uvarint(code)
		if n <= 0 || size > uint64(len(code)-n) {
			return nil, errNoWasm
		}
		sizes[i] = int(size)
		code = code[n:][size:]
	}
	return sizes, nil
}

// tableHeader begins the runtime's table: a magic number, two zeros, the least
// size of an instruction and that of a pointer (runtime.pcHeader).
var tableHeader = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// functionNames returns the names of all functions, in the order of the code,
// from the table that is in memory. See runtime.pcHeader and runtime._func.
func functionNames(memory []byte) ([]string, error) {
	start := bytes.Index(memory, tableHeader)
	if start < 0 {
		return nil, errNoTable
	}
	table := memory[start:]
	var header [8]uint64 // count, files, text, names, units, file names, pc values, functions
	if len(table) < 8+8*len(header) {
		return nil, errNoTable
	}
	for i := range header {
		header[i] = binary.LittleEndian.Uint64(table[8+8*i:])
	}
	count, nameTab, functions := header[0], header[3], header[7]
	if size := uint64(len(table)); nameTab > size || functions > size || count > (size-functions)/8 {
		return nil, errNoTable
	}
	tab := table[functions:]
	names := make([]string, count)
	for i := range names {
		at := uint64(binary.LittleEndian.Uint32(tab[8*i+4:])) // after where it begins
		if at+8 > uint64(len(tab)) {
			return nil, errNoTable
		}
		name := nameTab + uint64(binary.LittleEndian.Uint32(tab[at+4:]))
		if name > uint64(len(table)) {
			return nil, errNoTable
		}
		text, _, ok := bytes.Cut(table[name:], []byte{0})
		if !ok {
			return nil, errNoTable
		}
		names[i] = string(text)
	}
	return names, nil
}

// packageOf returns the package that a function is from, as
// "github.com/a/b" for "github.com/a/b.(*T).m[...].func1".
func packageOf(function string) string {
	if strings.HasPrefix(function, "type:") || strings.HasPrefix(function, "go:") {
		return "(made by the compiler)"
	}
	name, _, _ := strings.Cut(function, "[")
	dir := strings.LastIndexByte(name, '/') + 1
	base, _, ok := strings.Cut(name[dir:], ".")
	if !ok {
		return "runtime" // what is written in assembly has no package
	}
	return strings.ReplaceAll(name[:dir]+base, "%2e", ".")
}
