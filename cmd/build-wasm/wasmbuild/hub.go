package wasmbuild

import (
	"context"

	"github.com/evanw/esbuild/pkg/api"
)

// hubDir has the hub's pages and their scripts, below the root.
const hubDir = clientDir + "/src/hub"

// writeHub writes what other origins reach the node by: the script for both sides,
// once for bundlers and once for pages without one, each around the client of its
// kind; and the pages with theirs.
func (b *build) writeHub(context.Context) error {
	client := besidePage("sharednode", "./index.min.js")
	forBundlers := b.script("src/hub.ts", "hub.js", api.FormatESModule)
	forBundlers.Plugins = []api.Plugin{besidePage("sharednode", "./index.js")}
	selfContained := b.script("src/hub.ts", "hub.min.js", api.FormatESModule)
	selfContained.Plugins = []api.Plugin{client}
	page := b.script("src/hub/page.ts", "hub-page.js", api.FormatESModule)
	page.Plugins = []api.Plugin{client, besidePage("sharednode/hub", "./hub.min.js")}
	consent := b.script("src/hub/consent.ts", "consent.js", api.FormatESModule)
	for _, options := range []api.BuildOptions{forBundlers, selfContained, page, consent} {
		if err := bundle(options); err != nil {
			return err
		}
	}
	return b.copyFrom(hubDir, "hub.html", "consent.html", "hub.css", "hub-theme.css")
}
