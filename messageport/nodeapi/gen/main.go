// Command gen writes the TypeScript twin of package nodeapi: its methods, error
// codes and wire types, with their comments; and the codes of package messageport. It is run by go generate in the
// package's directory:
//
//	gen -o ../../client/js/src/nodeapi.gen.ts
//
// A wire type is a struct all of whose fields carry a cbor tag. Its other types
// are Go's alone and have no twin.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	dir := flag.String("dir", ".", "directory of package nodeapi")
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	src, err := readSource(dir)
	if err != nil {
		return err
	}
	text, err := render(src)
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}
