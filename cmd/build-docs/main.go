// Command build-docs writes docs/api, the reference of the API, from the sources.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "`directory` of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "build-docs:", err)
		os.Exit(1)
	}
}

// outDir is where the pages are.
const outDir = "docs/api"

// run writes the pages, and tells what they lack.
func run(root string) error {
	files, problems, err := pages(root)
	if err != nil {
		return err
	}
	out := filepath.Join(root, outDir)
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, "build-docs:", problem)
	}
	return nil
}
