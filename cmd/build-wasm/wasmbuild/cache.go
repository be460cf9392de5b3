package wasmbuild

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// cacheEntries is how many results are kept: a few builds, each of up to three.
const cacheEntries = 12

// cached returns what work makes of input, from .cache/build if the same recipe
// was used on the same input not long ago.
func (b *build) cached(recipe string, input []byte, work func() ([]byte, error)) ([]byte, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\n", recipe)
	hash.Write(input)
	dir := filepath.Join(b.Root, ".cache", "build")
	name := filepath.Join(dir, fmt.Sprintf("%x", hash.Sum(nil)))
	if kept, err := os.ReadFile(name); err == nil {
		return kept, nil
	}
	output, err := work()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := writeWhole(name, output); err != nil {
		return nil, err
	}
	return output, prune(dir)
}

// writeWhole writes a file that others see whole or not at all.
func writeWhole(name string, data []byte) error {
	partial := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.WriteFile(partial, data, 0o644); err != nil {
		return err
	}
	return os.Rename(partial, name)
}

// prune removes all but the newest files of dir.
func prune(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []os.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil { // or another build removed it
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, old := range files[min(cacheEntries, len(files)):] {
		if err := os.Remove(filepath.Join(dir, old.Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
