package wasmbuild

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleScripts writes the client, once for bundlers and once for pages without
// one; what it loads when it is needed, and where there is no SharedWorker, with the
// Service Worker for that; the room and Helia's stores, which need nothing of any of
// them but a node; and the worker's script.
func (b *build) bundleScripts(ctx context.Context) error {
	forBundlers := b.script("src/index.ts", "index.js", api.FormatESModule)
	forBundlers.Packages = api.PackagesExternal
	forBundlers.MinifyWhitespace = false
	forBundlers.MinifyIdentifiers = false
	forBundlers.MinifySyntax = false

	selfContained := b.script("src/index.ts", "index.min.js", api.FormatESModule)
	rare := b.script("src/rare.ts", "rare.js", api.FormatESModule)
	leaves := b.script("src/leaves.ts", "leaves.js", api.FormatESModule)
	elected := b.script("src/elected.ts", "elected.js", api.FormatESModule)
	carrier := b.script("src/port-sw.ts", "port-sw.js", api.FormatIIFE)
	room := b.script("src/room.ts", "room.js", api.FormatESModule)
	helia := b.script("src/helia.ts", "helia.js", api.FormatESModule)

	worker, err := b.workerScript(ctx)
	if err != nil {
		return err
	}
	for _, options := range []api.BuildOptions{forBundlers, selfContained, rare, leaves, elected, carrier, room, helia, worker} {
		if err := bundle(options); err != nil {
			return err
		}
	}
	return nil
}

// workerScript is the worker's own script after the one that the toolchain
// gives to run what it compiles, which must be of the same version. A classic
// script: not every engine has module workers.
func (b *build) workerScript(ctx context.Context) (api.BuildOptions, error) {
	goroot, err := b.goOutput(ctx, "env", "GOROOT")
	if err != nil {
		return api.BuildOptions{}, err
	}
	wasmExec := filepath.Join(goroot, "lib", "wasm", "wasm_exec.js")

	options := b.script("", "worker.js", api.FormatIIFE)
	options.Stdin = &api.StdinOptions{
		Contents:   fmt.Sprintf("import %s;\nimport './src/worker.ts';\n", strconv.Quote(wasmExec)),
		ResolveDir: options.AbsWorkingDir,
	}
	return options, nil
}

// script returns how a script of the client is bundled: self-contained and small.
func (b *build) script(entry, out string, format api.Format) api.BuildOptions {
	options := api.BuildOptions{
		AbsWorkingDir:     filepath.Join(b.Root, clientDir),
		Outfile:           b.path(out),
		Bundle:            true,
		Write:             true,
		Format:            format,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2022,
		Define:            map[string]string{"SHAREDNODE_VERSION": strconv.Quote(b.Version)},
		External:          []string{"./rare.js", "./leaves.js", "./elected.js"}, // loaded when they are needed
		Plugins:           []api.Plugin{pureBases},
		LegalComments:     api.LegalCommentsNone,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
	}
	if entry != "" {
		options.EntryPoints = []string{entry}
	}
	return options
}

func bundle(options api.BuildOptions) error {
	result := api.Build(options)
	messages := append(result.Errors, result.Warnings...)
	if len(messages) == 0 {
		return nil
	}
	// A warning is a mistake as well, or the script would not say it.
	formatted := api.FormatMessages(messages, api.FormatMessagesOptions{})
	return errors.New(strings.TrimSpace(strings.Join(formatted, "")))
}
