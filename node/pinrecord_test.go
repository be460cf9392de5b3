package node

import (
	"context"
	"path"
	"slices"
	"strings"
	"testing"

	pin "github.com/ipfs/boxo/pinning/pinner"
	"github.com/ipfs/boxo/pinning/pinner/dspinner"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/multiformats/go-multihash"
)

// TestPinRecords wants pins written as boxo's pinner writes them, byte for byte
// but for their random ids.
func TestPinRecords(t *testing.T) {
	ctx := context.Background()
	digest, err := multihash.Sum([]byte("pinned"), multihash.SHA2_256, -1)
	if err != nil {
		t.Fatal(err)
	}
	long, err := multihash.Sum([]byte("pinned"), multihash.SHA2_512, -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []cid.Cid{cid.NewCidV0(digest), cid.NewCidV1(cid.Raw, digest), cid.NewCidV1(cid.DagJSON, long)} {
		for _, mode := range []pin.Mode{pin.Recursive, pin.Direct} {
			for _, length := range []int{0, 1, 23, 24, 255, 256} {
				name := strings.Repeat("ñ", length)[:length]
				theirs := dssync.MutexWrap(ds.NewMapDatastore())
				p, err := dspinner.New(ctx, theirs, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.PinWithMode(ctx, c, mode, name); err != nil {
					t.Fatal(err)
				}
				ours := dssync.MutexWrap(ds.NewMapDatastore())
				s := newPinStore(ours)
				settled, err := s.do(ctx, func() error {
					added, err := s.addNew(ctx, c, mode, name)
					if !added {
						t.Error("nothing was added")
					}
					return err
				})
				if err != nil || settled() != nil {
					t.Fatal(err)
				}
				if got, want := anonymous(t, ours), anonymous(t, theirs); !slices.Equal(got, want) {
					t.Errorf("%s, mode %d, name of %d:\ngot  %q\nwant %q", c, mode, length, got, want)
				}
			}
		}
	}
}

// anonymous returns keys and values with the one id in them left out.
func anonymous(t *testing.T, d ds.Datastore) []string {
	t.Helper()
	results, err := d.Query(context.Background(), query.Query{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := results.Rest()
	if err != nil {
		t.Fatal(err)
	}
	var id string
	for _, e := range entries {
		if strings.HasPrefix(e.Key, pinRecords+"/") {
			id = path.Base(e.Key)
		}
	}
	var found []string
	for _, e := range entries {
		if e.Key == pinDirtyKey.String() {
			continue
		}
		found = append(found, strings.NewReplacer(id, "ID", encodeIndexed(id), "ENCODED").Replace(e.Key)+" "+string(e.Value))
	}
	slices.Sort(found)
	return found
}
