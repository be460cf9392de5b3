package helia

import (
	"fmt"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle makes a page's script of one in web, the package left out.
func bundle(entry string) ([]byte, error) {
	web, err := filepath.Abs("web")
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: web, EntryPoints: []string{entry}, Format: api.FormatESModule, Outdir: "/",
		Bundle: true, Platform: api.PlatformBrowser, Target: api.ES2022, LogLevel: api.LogLevelSilent,
		Define:   map[string]string{"global": "globalThis"},
		Alias:    map[string]string{"aegir/chai": "./chai.js", "sharednode/helia": "/dist/helia.js"},
		External: []string{"/dist/*"}, // tested as it is shipped
		Plugins:  []api.Plugin{withoutNode},
	})
	if len(result.Errors) > 0 {
		text := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, fmt.Errorf("bundling %s: %s", entry, text[0])
	}
	return result.OutputFiles[0].Contents, nil
}

// withoutNode gives empty modules for Node's own, and for a port mapper that is
// for Node, which Helia has beside what runs in a browser.
var withoutNode = api.Plugin{Name: "without-node", Setup: func(build api.PluginBuild) {
	const builtins = `^(node:.*|crypto|dgram|dns|fs|net|os|path|stream|tls|util|http|https|@achingbrain/nat-port-mapper)$`
	build.OnResolve(api.OnResolveOptions{Filter: builtins}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: args.Path, Namespace: "without-node"}, nil
	})
	empty := "module.exports = {}"
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "without-node"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
		return api.OnLoadResult{Contents: &empty}, nil
	})
}}
