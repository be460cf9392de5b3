package wasmbuild

import (
	"context"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// inspectorDir has the inspector's page and its script, below the root.
const inspectorDir = clientDir + "/src/inspector"

// writeInspector writes the page that shows what a worker does. Its script is
// bundled around the client beside it, so that both speak of one worker's script
// and one client.
func (b *build) writeInspector(context.Context) error {
	script := b.script("src/inspector/index.ts", "inspector.js", api.FormatESModule)
	script.Plugins = []api.Plugin{besidePage("sharednode", "./index.min.js")}
	if err := bundle(script); err != nil {
		return err
	}
	return b.copyFrom(inspectorDir, "inspector.html", "inspector.css")
}

// copyFrom copies files of a directory below the root into the package.
func (b *build) copyFrom(dir string, names ...string) error {
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(b.Root, dir, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.path(name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// besidePage has a module be imported from a URL instead of being bundled.
func besidePage(module, url string) api.Plugin {
	return api.Plugin{Name: module, Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: "^" + module + "$"}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: url, External: true}, nil
		})
	}}
}
