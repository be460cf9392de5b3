//go:build !js

package node_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// TestExchangeDAGs gets from a peer what is exported, counted and told of.
func TestExchangeDAGs(t *testing.T) {
	for _, method := range []string{"DAGExport", "DAGStat", "Refs"} {
		t.Run(method, func(t *testing.T) {
			a, b := newPair(t, newConfig(), plainConfig())
			root := cborTree(t, a.Node).String()
			switch method {
			case "DAGExport":
				if !bytes.Equal(export(t, b.Node, root), export(t, a.Node, root)) {
					t.Error("the CARs differ")
				}
			case "DAGStat":
				want, err := a.DAGStat(t.Context(), []string{root})
				must(t, err)
				if got, err := b.DAGStat(soon(t), []string{root}); err != nil || got.TotalSize != want.TotalSize {
					t.Errorf("got %+v, %v; want %+v", got, err, want)
				}
			case "Refs":
				req := nodeapi.RefsRequest{Paths: []string{root}, Recursive: true}
				if got, want := refs(t, b.Node, req), refs(t, a.Node, req); !slices.Equal(got, want) {
					t.Errorf("got %+v; want %+v", got, want)
				}
			}
			if got, want := repoStat(t, b.Node).NumObjects, repoStat(t, a.Node).NumObjects; got != want {
				t.Errorf("%d of the %d blocks are there", got, want)
			}
		})
	}
}

// TestImportAsksNoPeer wants a root left unpinned whose blocks a peer has, not the
// repo.
func TestImportAsksNoPeer(t *testing.T) {
	a, b := newPair(t, newConfig(), newConfig())
	root := addFile(t, a.Node, nodeapi.AddOptions{}, noise(100))
	roots, _, err := tryImport(t, b.Node, nodeapi.DAGImportOptions{}, carOf(t, []cid.Cid{root}, nil))
	if err != nil || len(roots) != 1 || roots[0].Code != nodeapi.CodeNotFound {
		t.Errorf("got %+v, %v; want the root, which is not found", roots, err)
	}
}
