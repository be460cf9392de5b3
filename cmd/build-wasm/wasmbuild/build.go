package wasmbuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Version is the version of the npm package and of the node in it, unless a
// build is told another.
const Version = "0.1.0"

// Config says what to build and where to.
type Config struct {
	// Out is the directory to write, which is replaced as a whole once
	// everything is there. A relative one is below Root. Default "dist".
	Out string
	// Root is the directory of the module. Default: that of the main module of
	// the working directory.
	Root string
	// Version of the package, as of https://semver.org/. Workers that meet on one
	// origin go by it: the newest runs the node. Default: the constant Version.
	Version string
	// Worker is the package of the worker's main. Default
	// "./cmd/build-wasm/wasm".
	Worker string
	// Quick leaves out wasm-opt and compresses lightly. The package works the
	// same and is larger to download.
	Quick bool
	// Names keeps the names of functions in the node, for profiles to tell them. It
	// is larger then.
	Names bool
	// Log takes the steps, one a line, and what the tools print. Default: none.
	Log io.Writer
}

// semver is the shape of a version.
var semver = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

func (c Config) withDefaults() (Config, error) {
	if c.Root == "" {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
		if err != nil {
			return c, fmt.Errorf("finding the module: %w", err)
		}
		c.Root = strings.TrimSpace(string(out))
	}
	if c.Out == "" {
		c.Out = "dist"
	}
	if !filepath.IsAbs(c.Out) {
		c.Out = filepath.Join(c.Root, c.Out)
	}
	if c.Version == "" {
		c.Version = Version
	}
	if !semver.MatchString(c.Version) {
		return c, fmt.Errorf("%q is no version; want one like 1.2.3 or 1.2.3-rc.1", c.Version)
	}
	if c.Worker == "" {
		c.Worker = "./cmd/build-wasm/wasm"
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	return c, nil
}

// A build is one run: its configuration, where it puts files until all are
// there, and what it finds out on the way.
type build struct {
	Config

	stage string // a directory beside Out
	info  Info
	// ownStd tells that the node is compiled by our edits of the standard library.
	ownStd bool
	// functions are the names of the node's, in the order of its code.
	functions []string
}

// BuildScripts writes the package's scripts alone into the directory Out, which
// must be there, beside what else is in it: for tests that need the same node
// under scripts of several versions. Dependencies must have been installed.
func BuildScripts(ctx context.Context, cfg Config) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	return (&build{Config: cfg, stage: cfg.Out}).bundleScripts(ctx)
}

// Build writes the package and returns an account of it.
func Build(ctx context.Context, cfg Config) (_ Info, err error) {
	cfg, err = cfg.withDefaults()
	if err != nil {
		return Info{}, err
	}
	if err := os.MkdirAll(filepath.Dir(cfg.Out), 0o755); err != nil {
		return Info{}, err
	}
	stage, err := os.MkdirTemp(filepath.Dir(cfg.Out), ".building-*")
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()

	b := &build{Config: cfg, stage: stage}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"installing the client's dependencies", b.installDependencies},
		{"bundling the scripts", b.bundleScripts},
		{"writing the inspector", b.writeInspector},
		{"writing the hub", b.writeHub},
		{"writing the types", b.writeTypes},
		{"compiling the node", b.compileNode},
		{"shrinking its table of functions", b.shrinkTable},
		{"looking into the node", b.takeStock},
		{"optimizing the node", b.optimizeNode},
		{"merging the node's data", b.mergeSegments},
		{"compressing the node", b.compressNode},
		{"writing the manifest", b.writeManifest},
		{"taking stock", b.writeInfo},
	} {
		b.logf("%s", step.name)
		if err := step.run(ctx); err != nil {
			return Info{}, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return b.info, replaceDir(stage, cfg.Out)
}

// replaceDir puts the directory stage in the place of out.
func replaceDir(stage, out string) error {
	if err := os.Chmod(stage, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return os.Rename(stage, out)
}

func (b *build) logf(format string, args ...any) {
	fmt.Fprintf(b.Log, format+"\n", args...)
}

// path returns that of a file of the package while it is being built.
func (b *build) path(name string) string { return filepath.Join(b.stage, name) }

// command returns one that runs in dir, below the root, and prints to the log.
func (b *build) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(b.Root, dir)
	cmd.Stdout, cmd.Stderr = b.Log, b.Log
	return cmd
}
