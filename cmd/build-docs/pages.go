package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sharednode/sharednode/cmd/build-docs/godocs"
	"github.com/sharednode/sharednode/cmd/build-docs/reference"
)

// packages are those of which there are pages: what Go programs have to do with.
var packages = []godocs.Package{
	{Path: "client", Examples: true},
	{Path: "messageport/nodeapi"},
	{Path: "server"},
	{Path: "node"},
	{Path: "blockstore"},
	{Path: "pubsub"},
	{Path: "messageport", Brief: true},
}

const indexText = `# Reference

What %s says of each call, from the sources: its signature, options with their
defaults, what it gives, its errors, and an example. The tests run each example.

[Types that the groups share](types.md) · [Error codes](../errors.md) · [What kubo-rpc-client has of it](../../testing/coreapi.md) · [Sharednode](../../README.md)

## TypeScript

Examples have ` + "`node`" + `, which ` + "`connect`" + ` gives. Where they speak of ` + "`addr`" + `, that is the multiaddr
of a peer that is up, and ` + "`peer`" + ` its peer id. What stands behind ` + "`// →`" + ` is what the line before
it logs.

- Each call takes ` + "`signal`" + ` and ` + "`timeout`" + ` among its options ([CallOptions](types.md#type-calloptions)), and
  rejects with a [SharednodeError](types.md#type-sharednodeerror), whose ` + "`code`" + ` is stable. The pages name the
  codes that are a call's own. Any call may end with ` + "`timeout`, `closed`, `disconnected`, `worker-restarted`," + `
  ` + "`worker-failed`, `script-failed`, `invalid-option`, `bad-request`, `too-many-calls` or `storage-failed`" + `.
- What is iterated is asked for by the first step, comes only as fast as it is taken,
  and is given up by leaving the loop.
- A ` + "`path`" + ` is a CID, or ` + "`<cid>/a/b`, `/ipfs/<cid>/a/b`" + ` ([IPFSPath](types.md#type-ipfspath)); text is taken
  wherever an object of another library is ([TextLike](types.md#type-textlike)).

`

// pages returns the text of each file below docs/api, and what is lacking in the
// sources.
func pages(root string) (files map[string]string, problems []string, err error) {
	api, err := reference.Read(filepath.Join(root, "client/js"),
		filepath.Join(root, "testing/reference/examples.js"), filepath.Join(root, "testing/helia/web/examples.js"))
	if err != nil {
		return nil, nil, err
	}
	files, problems = api.Render()
	goFiles, synopses, goProblems, err := godocs.Render(root, reference.Header, packages)
	if err != nil {
		return nil, nil, err
	}
	for name, text := range goFiles {
		files["go/"+name] = text
	}
	var index strings.Builder
	index.WriteString(reference.Header)
	fmt.Fprintf(&index, indexText, "Sharednode")
	index.WriteString(api.Index())
	index.WriteString("## Go\n\n| package | what it is |\n| --- | --- |\n")
	for _, p := range packages {
		fmt.Fprintf(&index, "| [`%s`](go/%s.md) | %s |\n", p.Path, p.Name(), synopses[p.Name()])
	}
	files["README.md"] = index.String()
	return files, append(problems, goProblems...), nil
}
