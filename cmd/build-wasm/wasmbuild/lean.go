package wasmbuild

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// leanDir has what is compiled into the node in the place of parts of the modules
// that it needs: see its README.
const leanDir = "cmd/build-wasm/lean"

// leanModule is a module that the node is compiled with another form of.
type leanModule struct {
	Path string `json:"path"`
	// Version is the one that the other form was made for.
	Version string `json:"version"`
	// Packages are those, by their paths below the module's, that are others as a
	// whole. Files are those files, with the SHA-256 of what they were; one that is
	// not in the other form is left out. Edits are changes of others. Without any
	// of these all of the module is another.
	Packages []string          `json:"packages,omitempty"`
	Files    map[string]string `json:"files,omitempty"`
	Edits    []leanEdit        `json:"edits,omitempty"`
	// Added are files that the module does not have.
	Added []string `json:"added,omitempty"`
}

// leanEdit is a change of a file, which has Old once.
type leanEdit struct {
	File string `json:"file"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

func (m leanModule) whole() bool {
	return len(m.Packages) == 0 && len(m.Files) == 0 && len(m.Edits) == 0
}

// dir is where the other form is, below the root.
func (m leanModule) dir() string { return filepath.Join(leanDir, filepath.FromSlash(m.Path)) }

func readLean(root string) ([]leanModule, error) {
	data, err := os.ReadFile(filepath.Join(root, leanDir, "lean.json"))
	if err != nil {
		return nil, err
	}
	var modules []leanModule
	if err := json.Unmarshal(data, &modules); err != nil {
		return nil, fmt.Errorf("%s/lean.json: %w", leanDir, err)
	}
	return modules, nil
}

// ModFile returns a go.mod by which the node is compiled, for its parts to be
// tested as they are in the package.
func ModFile(ctx context.Context, cfg Config) (string, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return "", err
	}
	return (&build{Config: cfg}).leanModFile(ctx)
}

// leanModFile returns a go.mod by which the node is compiled: the module's own
// with replacements. It is below the root, in .cache/lean.
func (b *build) leanModFile(ctx context.Context) (string, error) {
	modules, err := readLean(b.Root)
	if err != nil {
		return "", err
	}
	mod, err := os.ReadFile(filepath.Join(b.Root, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(b.Root, "go.sum"))
	if err != nil {
		return "", err
	}
	for _, m := range modules {
		dir := m.dir()
		if !m.whole() {
			if dir, err = b.patched(ctx, m); err != nil {
				return "", fmt.Errorf("%s: %w", m.Path, err)
			}
		}
		mod = fmt.Appendf(mod, "\nreplace %s %s => ./%s\n", m.Path, m.Version, filepath.ToSlash(dir))
	}
	hash := sha256.New()
	hash.Write(mod)
	hash.Write(sum)
	name := filepath.Join(b.Root, ".cache", "lean", hex.EncodeToString(hash.Sum(nil)[:8]))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", err
	}
	return name + ".mod", errors.Join(writeWhole(name+".sum", sum), writeWhole(name+".mod", mod))
}

// patched returns the directory, below the root, of a copy of a module with some
// of its packages and files being others.
func (b *build) patched(ctx context.Context, m leanModule) (string, error) {
	source, err := b.goOutput(ctx, "mod", "download", "-json", m.Path+"@"+m.Version)
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(source), &module); err != nil {
		return "", err
	}
	others := os.DirFS(filepath.Join(b.Root, m.dir()))
	key, err := hashOf(m, others)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(".cache", "lean", filepath.FromSlash(m.Path)+"@"+key)
	out := filepath.Join(b.Root, dir)
	if _, err := os.Stat(out); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return "", err
	}
	stage, err := os.MkdirTemp(filepath.Dir(out), ".copying-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(stage) //nolint:errcheck // it has been renamed, as a rule
	if err := m.copy(os.DirFS(module.Dir), others, stage); err != nil {
		return "", err
	}
	if err := os.Rename(stage, out); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, made := os.Stat(out); made != nil { // nor by another build meanwhile
			return "", err
		}
	}
	return dir, nil
}

// hashOf names what a module's copy is made of.
func hashOf(m leanModule, others fs.FS) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, m)
	err := eachFile(others, func(name string, data []byte) error {
		fmt.Fprintln(hash, name, len(data))
		hash.Write(data)
		return nil
	})
	return hex.EncodeToString(hash.Sum(nil)[:8]), err
}

// copy writes the module with the other packages and files to the directory out.
func (m leanModule) copy(source, others fs.FS, out string) error {
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); base == "testdata" || base != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		is := filepath.Ext(name)
		if is != ".go" && is != ".mod" && is != ".s" || strings.HasSuffix(name, "_test.go") ||
			slices.Contains(m.Packages, filepath.ToSlash(filepath.Dir(name))) {
			return nil
		}
		data, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		if want, ok := m.Files[name]; ok {
			if got := sumOf(data); got != want {
				return fmt.Errorf("%s has another sum than it had when its other form was made: got %s; want %s", name, got, want)
			}
			return nil
		}
		if data, err = m.edit(name, data); err != nil {
			return err
		}
		return writeBelow(out, name, data)
	})
	if err != nil {
		return err
	}
	return eachFile(others, func(name string, data []byte) error {
		if _, err := os.Stat(filepath.Join(out, name)); err == nil {
			return fmt.Errorf("%s is a file of the module's that is not to be another", name)
		}
		return writeBelow(out, name, data)
	})
}

// eachFile calls f with each file of a directory, which need not be there.
func eachFile(dir fs.FS, f func(name string, data []byte) error) error {
	return fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if name == "." && errors.Is(err, fs.ErrNotExist) {
			return fs.SkipAll
		}
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		return f(name, data)
	})
}

// edit returns a file as it is to be.
func (m leanModule) edit(name string, data []byte) ([]byte, error) {
	for _, e := range m.Edits {
		if e.File != name {
			continue
		}
		if n := bytes.Count(data, []byte(e.Old)); n != 1 {
			return nil, fmt.Errorf("%s has %d times %q; want it once", name, n, e.Old)
		}
		data = bytes.Replace(data, []byte(e.Old), []byte(e.New), 1)
	}
	return data, nil
}

func sumOf(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

func writeBelow(dir, name string, data []byte) error {
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}
