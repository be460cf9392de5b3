package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// installPeers installs what peers/package-lock.json pins, unless that is done.
func installPeers(dir string) error {
	lock, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	if done, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	fmt.Fprintln(os.Stderr, "installing the peers")
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir, npm.Stdout, npm.Stderr = dir, os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("installing the peers: %w", err)
	}
	return nil
}

// bundle bundles a page's module, or a classic worker's script, minified.
func bundle(entry, peers string, format api.Format) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{entry}, Format: format, Outdir: "/",
		Bundle: true, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Platform: api.PlatformBrowser, Target: api.ES2022, LogLevel: api.LogLevelSilent,
		Define:   map[string]string{"global": "globalThis"},
		External: []string{"/dist/*"}, // measured as it is shipped
		Plugins:  []api.Plugin{withoutNode(peers)},
	})
	if len(result.Errors) > 0 {
		text := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, fmt.Errorf("bundling %s: %s", entry, text[0])
	}
	return result.OutputFiles[0].Contents, nil
}

// withoutNode gives empty modules for those of Node's own, and for the port
// mapper, which code meant for both names but does not run in a browser, and
// npm's twins of the two that do run. js-ipfs needs it.
func withoutNode(dir string) api.Plugin {
	const builtins = `^(node:)?(assert|child_process|crypto|dgram|dns|fs|fs/promises|http|https|module|net|os|path|process|stream|timers|tls|url|util|zlib)$|^node:(events|buffer)$|^@achingbrain/nat-port-mapper$`
	twins := map[string]string{"node:events": "events/events.js", "node:buffer": "buffer/index.js"}
	return api.Plugin{Name: "without-node", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: builtins}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if twin := twins[args.Path]; twin != "" {
				return api.OnResolveResult{Path: filepath.Join(dir, "node_modules", twin)}, nil
			}
			return api.OnResolveResult{Path: args.Path, Namespace: "without-node"}, nil
		})
		empty := "module.exports = {}"
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "without-node"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			return api.OnLoadResult{Contents: &empty}, nil
		})
	}}
}
