package node_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/blockstore/blockstoretest/version1"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

// TestRepoOfVersion1 runs a node on a repo that the first version made.
func TestRepoOfVersion1(t *testing.T) {
	name := fmt.Sprintf("node-test-%d", time.Now().UnixNano())
	version1.Load(t, name)
	for range 2 {
		store, err := blockstore.Open(t.Context(), name, blockstore.Options{})
		must(t, err)
		n, err := node.New(t.Context(), node.Config{Blockstore: store.Blocks(), Datastore: store.Datastore()})
		must(t, err)
		id, err := n.ID(t.Context())
		if err != nil || id.ID != "12D3KooWJYMC1XDJD8szucgjeCH4VxGpDZugWT9cAPY56F5vQheJ" {
			t.Errorf("the node is %s, %v", id.ID, err)
		}
		wantPinsOfVersion1(t, n)
		const book = "bafybeibwsmuvdtynn2ju4gvow6oc6rrsqqwrhpv5x23yuhwv5rzfvgvpde"
		var text strings.Builder
		for i := range 900 {
			fmt.Fprintf(&text, "line %d\n", i)
		}
		if got := string(cat(t, n, book)); got != text.String() {
			t.Errorf("the file has %d bytes, not what was added", len(got))
		}
		if got := string(cat(t, n, "QmVVXcAF64TpHSSruTqgqBmzUb4vUSriFxaxckRwHjeQuh/a.txt")); got != "line 0\nline 1\nline 2\n" {
			t.Errorf("the file in the directory is %q", got)
		}
		verified, err := n.RepoVerify(t.Context(), func(o nodeapi.CIDOutcome) error { return fmt.Errorf("%s: %s", o.Cid, o.Error) })
		if err != nil || verified.Checked < 15 {
			t.Errorf("verified %d blocks, %v", verified.Checked, err)
		}
		wantAfterGC(t, n, 15) // one is garbage
		must(t, n.Close())
		must(t, store.Close())
	}
}

func wantPinsOfVersion1(t *testing.T, n *node.Node) {
	t.Helper()
	var got []string
	for _, kind := range []string{"recursive", "direct"} {
		pins, err := pinList(t, n, nodeapi.PinListRequest{Type: kind})
		must(t, err)
		got = append(got, pins...)
	}
	slices.Sort(got)
	want := []string{
		"QmVVXcAF64TpHSSruTqgqBmzUb4vUSriFxaxckRwHjeQuh recursive",
		"bafk2bzacea3wnxvafpqxh4fyrjn66v7vkdh4fecdnkkmwa3kjfrmuwf5gjr2w direct one block",
		"bafybeibwsmuvdtynn2ju4gvow6oc6rrsqqwrhpv5x23yuhwv5rzfvgvpde recursive book",
		"bafyreigch53dkkijkqlyeqv6abk7xsm4bimh32abz4qbkvzzctwl4wmcc4 recursive",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got the pins %q; want %q", got, want)
	}
}
