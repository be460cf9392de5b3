package wasmbuild

import (
	"context"
	"encoding/binary"
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
	contents, err := contentsOf(node, b.functions)
	if err != nil {
		return err
	}
	b.info.Contents = &contents
	return nil
}

// contentsOf tells the bodies of the functions of those names, in order.
func contentsOf(module []byte, names []string) (Contents, error) {
	c := Contents{Packages: map[string]int{}}
	sections, err := sectionsOf(module)
	if err != nil {
		return c, err
	}
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
			for _, s := range segments {
				c.Data += len(s.data)
			}
		}
	}
	if len(names) != len(sizes) {
		return c, fmt.Errorf("%d names for %d functions", len(names), len(sizes))
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
