package wasmbuild

import (
	"os"
	"regexp"

	"github.com/evanw/esbuild/pkg/api"
)

// pureBases has esbuild leave out the bases of multiformats that nobody uses. It
// cannot know by itself that nothing else comes of making one.
var pureBases = api.Plugin{
	Name: "pure-bases",
	Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `multiformats.dist.src.bases.base\d+\.js$`},
			func(args api.OnLoadArgs) (api.OnLoadResult, error) {
				script, err := os.ReadFile(args.Path)
				marked := string(makingBase.ReplaceAll(script, []byte("= /* @__PURE__ */ $1(")))
				return api.OnLoadResult{Contents: &marked}, err
			})
	},
}

var makingBase = regexp.MustCompile(`= (rfc4648|baseX)\(`)
