package wasmbuild

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// stdDir has what is compiled into the node in the place of parts of the standard
// library. std.json beside it names the edits, and the files that are added.
const stdDir = leanDir + "/std"

// overlay returns a file for -overlay by which the standard library is compiled,
// or "" if this Go's is another than the one that the edits were made for: the
// node works with either.
func (b *build) overlay(ctx context.Context) (string, error) {
	data, err := os.ReadFile(filepath.Join(b.Root, stdDir+".json"))
	if err != nil {
		return "", err
	}
	var std leanModule
	if err := json.Unmarshal(data, &std); err != nil {
		return "", fmt.Errorf("%s.json: %w", stdDir, err)
	}
	goroot, err := b.goOutput(ctx, "env", "GOROOT")
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	source := func(name string) string { return filepath.Join(goroot, "src", filepath.FromSlash(name)) }
	for _, name := range std.Added {
		replace[source(name)] = filepath.Join(b.Root, stdDir, filepath.FromSlash(name))
	}
	out := filepath.Join(b.Root, ".cache", "lean", "std@"+sumOf([]byte(goroot + string(data)))[:16])
	for _, e := range std.Edits {
		text, err := os.ReadFile(source(e.File))
		if err != nil {
			return "", err
		}
		if text, err = std.edit(e.File, text); err != nil {
			b.logf("  the standard library stays as it is: %v", err)
			return "", nil
		}
		if err := writeBelow(out, e.File, text); err != nil {
			return "", err
		}
		replace[source(e.File)] = filepath.Join(out, filepath.FromSlash(e.File))
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(out, "overlay.json")
	return name, writeWhole(name, text)
}
