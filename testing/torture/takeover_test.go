package torture

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/sharednode/sharednode/cmd/build-wasm/wasmbuild"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// takeOver has a tab come in another's place that asks for a worker of a newer
// version, for which the one that runs makes way in an orderly manner.
func (r *run) takeOver() error {
	r.versions++
	path := fmt.Sprintf("/newer%d/", r.versions)
	if err := r.deploy(path, fmt.Sprintf("1000.0.%d", r.versions)); err != nil {
		return err
	}
	t := r.anyTab()
	if err := errors.Join(t.closePage(), r.awaitGone(t)); err != nil {
		return err
	}
	options := maps.Clone(r.options)
	options["workerURL"] = path + "worker.js"
	ctx, cancel := r.context()
	defer cancel()
	_, err := r.openTab(ctx, nil, options, false)
	return err
}

// deploy serves scripts of a version at path, with the node under test.
func (r *run) deploy(path, version string) error {
	ctx, cancel := r.context()
	defer cancel()
	dist, err := harness.Dist()
	if err != nil {
		return err
	}
	dir := r.t.TempDir()
	if err := wasmbuild.BuildScripts(ctx, wasmbuild.Config{Out: dir, Version: version}); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(dist, "node.wasm"), filepath.Join(dir, "node.wasm")); err != nil {
		return err
	}
	r.server.Files(path, os.DirFS(dir))
	return nil
}
