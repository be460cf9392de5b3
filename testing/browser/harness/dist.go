package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Dist returns the directory of the built npm package: SHAREDNODE_DIST, an
// absolute path, whoever built it; or dist in the module's root, which must then
// be newer than what it is built from, so that nobody tests yesterday's code.
func Dist() (string, error) {
	if dir := os.Getenv("SHAREDNODE_DIST"); dir != "" {
		if !filepath.IsAbs(dir) {
			return "", fmt.Errorf("harness: SHAREDNODE_DIST is %q; want an absolute path, as tests run in other directories", dir)
		}
		_, err := buildTime(dir)
		return dir, err
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "dist")
	built, err := buildTime(dir)
	if err != nil {
		return "", err
	}
	newest, changed, err := newestSource(root)
	if err != nil {
		return "", fmt.Errorf("harness: %w", err)
	}
	if changed.After(built) {
		return "", fmt.Errorf("harness: %s is newer than %s; build again by go run ./cmd/build-wasm", newest, dir)
	}
	return dir, nil
}

// buildTime is when the package in dir was built.
func buildTime(dir string) (time.Time, error) {
	info, err := os.Stat(filepath.Join(dir, "build-info.json"))
	if err != nil {
		return time.Time{}, fmt.Errorf("harness: no built package (go run ./cmd/build-wasm makes it): %w", err)
	}
	return info.ModTime(), nil
}

// moduleRoot looks upwards for go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("harness: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("harness: not inside the module")
		}
		dir = parent
	}
}

// newestSource returns the file changed last of those that the package is built
// from, and when that was.
func newestSource(root string) (name string, changed time.Time, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir // git's, and what the build and its tools keep
			}
			switch entry.Name() {
			case "node_modules", "dist", "testing", "testdata", "test", "demo", "build-docs":
				return filepath.SkipDir
			}
			return nil
		}
		if !isSource(entry.Name()) {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.ModTime().After(changed) {
			name, changed = path, info.ModTime()
		}
		return nil
	})
	return name, changed, err
}

func isSource(name string) bool {
	if strings.HasSuffix(name, "_test.go") {
		return false
	}
	switch filepath.Ext(name) {
	case ".go", ".mod", ".ts", ".tmpl":
		return true
	}
	return false
}
