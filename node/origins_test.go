package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/query"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

const (
	originA = "https://a.example"
	originB = "https://b.example:8443"

	pinCost = 512
)

// onAccount is the context of a call of an origin's; of "" it is the node's own.
func onAccount(ctx context.Context, origin string, quota uint64) context.Context {
	if origin == "" {
		return ctx
	}
	return nodeapi.WithAccount(ctx, nodeapi.Account{Origin: origin, Quota: quota})
}

// directoryFor is where an origin has its files.
func directoryFor(origin string) string {
	if origin == "" {
		return "/own"
	}
	return "/origins/" + strings.Replace(origin, "://", "/", 1)
}

// used returns what is accounted to an origin.
func used(t testing.TB, n *node.Node, origin string) uint64 {
	t.Helper()
	kept, ok, err := n.OriginGrantsOf(t.Context(), origin)
	must(t, err)
	if !ok {
		must(t, n.SetOriginGrants(t.Context(), origin, nodeapi.Grants{}))
		return used(t, n, origin)
	}
	return kept.Used
}

// pinnedFor returns the CIDs that an origin has pinned, with how.
func pinnedFor(t testing.TB, n *node.Node, origin string) []string {
	t.Helper()
	var got []string
	for _, kind := range []string{"recursive", "direct"} {
		for p, err := range n.PinList(onAccount(t.Context(), origin, 1), nodeapi.PinListRequest{Type: kind}) {
			must(t, err)
			got = append(got, p.Cid.String()+" "+p.Type)
		}
	}
	slices.Sort(got)
	return got
}

// fresh counts what is kept for an origin, by other means than the node does.
func fresh(t testing.TB, n *node.Node, origin string) uint64 {
	t.Helper()
	var paths []string
	var cost uint64
	for _, p := range pinnedFor(t, n, origin) {
		c, kind, _ := strings.Cut(p, " ")
		if kind != "recursive" {
			t.Fatal("a direct pin is not counted here")
		}
		paths = append(paths, c)
		cost += pinCost
	}
	st, err := n.FilesStat(t.Context(), nodeapi.FilesStatRequest{Path: directoryFor(origin)})
	if err == nil {
		paths = append(paths, st.Cid.String())
	} else if nodeapi.CodeOf(err) != nodeapi.CodeNoLink {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		return 0
	}
	stat, err := n.DAGStat(t.Context(), paths)
	must(t, err)
	return cost + stat.TotalSize
}

func addFor(t testing.TB, n *node.Node, origin string, quota uint64, opts nodeapi.AddOptions, data []byte) (cid.Cid, error) {
	t.Helper()
	added, err := tryAdd(onAccount(t.Context(), origin, quota), n, opts, source(file("", data)))
	if err != nil {
		return cid.Undef, err
	}
	return added[0].Cid, nil
}

func unpinFor(t testing.TB, n *node.Node, origin string, c cid.Cid) error {
	t.Helper()
	_, err := n.PinRemove(onAccount(t.Context(), origin, 1<<20), nodeapi.PinRemoveRequest{Path: c.String()})
	return err
}

// TestOriginsPinApart wants each origin to see and remove its own pins alone, and
// blocks to stay as long as anybody's pin is on them.
func TestOriginsPinApart(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		everybody := []string{"", originA, originB}
		data := noise(1000)
		var c cid.Cid
		for i, who := range everybody {
			var err error
			if c, err = addFor(t, n, who, 1<<20, nodeapi.AddOptions{Chunker: "size-100"}, data); err != nil {
				t.Fatal(err)
			}
			for j, other := range everybody {
				if got, want := len(pinnedFor(t, n, other)), min(1, max(0, i-j+1)); got != want {
					t.Errorf("after the pin of %q, %q has %d pins; want %d", who, other, got, want)
				}
			}
		}
		blocks := repoStat(t, n).NumObjects
		n = crashed(t, cfg)
		for _, who := range everybody {
			gc(t, n)
			if got := repoStat(t, n).NumObjects; got != blocks {
				t.Fatalf("before %q unpins, %d blocks are left; want %d", who, got, blocks)
			}
			for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{c, cidOf(t, data[:100], cid.Raw, 0x12)}}) {
				must(t, err)
				if o.Code != nodeapi.CodePinned || o.Origin != who || !strings.Contains(o.Error, who) {
					t.Errorf("before %q unpins: %+v; want it pinned by that", who, o)
				}
			}
			must(t, unpinFor(t, n, who, c))
			wantCode(t, "a second time", unpinFor(t, n, who, c), nodeapi.CodeNotPinned)
		}
		wantAfterGC(t, n, 0)
		for _, who := range everybody[1:] {
			if got := used(t, n, who); got != 0 {
				t.Errorf("%q has %d bytes when all is gone", who, got)
			}
		}
	})
}

// TestQuota goes over the quota in each way that there is.
func TestQuota(t *testing.T) {
	const quota = 20_000
	big := noise(30_000)
	for _, way := range []struct {
		name string
		try  func(ctx context.Context, n *node.Node, own cid.Cid) error
	}{
		{"add", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			_, err := tryAdd(ctx, n, nodeapi.AddOptions{Chunker: "size-1000"}, source(file("", big)))
			return err
		}},
		{"add unpinned", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			_, err := tryAdd(ctx, n, nodeapi.AddOptions{Chunker: "size-1000", Pin: new(false)}, source(file("", big)))
			return err
		}},
		{"what the repo has", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			_, err := tryAdd(ctx, n, nodeapi.AddOptions{}, source(file("", noise(25_000))))
			return err
		}},
		{"put", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			_, err := n.BlockPut(ctx, big, nodeapi.BlockPutOptions{})
			return err
		}},
		{"a node", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			_, err := n.DAGPut(ctx, fmt.Appendf(nil, "%q", strings.Repeat("a", 30_000)), nodeapi.DAGPutOptions{InputCodec: "dag-json"})
			return err
		}},
		{"pin", func(ctx context.Context, n *node.Node, own cid.Cid) error {
			_, err := n.PinAdd(ctx, nodeapi.PinAddRequest{Path: own.String()})
			return err
		}},
		{"pin one block", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			c := putBlock(t, n, noise(20_001), nodeapi.BlockPutOptions{})
			_, err := n.PinAdd(ctx, nodeapi.PinAddRequest{Path: c.String(), Recursive: new(false)})
			return err
		}},
		{"write", func(ctx context.Context, n *node.Node, _ cid.Cid) error {
			return n.FilesWrite(ctx, bytes.NewReader(big), nodeapi.FilesWriteRequest{Path: directoryFor(originA) + "/f", Create: true, Parents: true})
		}},
		{"copy", func(ctx context.Context, n *node.Node, own cid.Cid) error {
			return n.FilesCopy(ctx, nodeapi.FilesCopyRequest{From: []string{"/ipfs/" + own.String()}, To: directoryFor(originA) + "/f", Parents: true})
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			n := newNode(t, newConfig())
			own := addFile(t, n, nodeapi.AddOptions{Chunker: "size-1000"}, noise(25_000))
			kept, err := addFor(t, n, originA, quota, nodeapi.AddOptions{}, noise(5000))
			must(t, err)
			mkdir(t, n, "/before")
			files := statFile(t, n, "/").Cid
			pins := pinnedFor(t, n, originA)

			err = way.try(onAccount(t.Context(), originA, quota), n, own)
			wantCode(t, way.name, err, nodeapi.CodeQuotaExceeded, "origin", originA, "limit", uint64(quota))
			if got := statFile(t, n, "/").Cid; got != files {
				t.Error("the files are not as they were")
			}
			if got := pinnedFor(t, n, originA); !slices.Equal(got, pins) {
				t.Errorf("the pins are %q; want %q", got, pins)
			}
			if _, err := addFor(t, n, originB, 40_000, nodeapi.AddOptions{}, big); err != nil {
				t.Errorf("another origin: %v", err)
			}
			addFile(t, n, nodeapi.AddOptions{}, big)
			gc(t, n)
			if got, want := used(t, n, originA), fresh(t, n, originA); got != want || want != 5000+pinCost {
				t.Errorf("%d bytes are accounted; a fresh count says %d", got, want)
			}
			if got := cat(t, n, kept.String()); !bytes.Equal(got, noise(5000)) {
				t.Error("what was kept before is gone")
			}
			if _, err := addFor(t, n, originA, quota, nodeapi.AddOptions{}, noise(10_000)); err != nil {
				t.Errorf("what there is room for: %v", err)
			}
		})
	}
}

// TestQuotaMakesRoomByItself wants garbage of an origin's to be no reason to refuse
// it anything: it is collected then.
func TestQuotaMakesRoomByItself(t *testing.T) {
	n := newNode(t, newConfig())
	const quota = 20_000
	for i := range 10 {
		c, err := addFor(t, n, originA, quota, nodeapi.AddOptions{Chunker: "size-1000"}, fmt.Append(noise(8000), i))
		if nodeapi.CodeOf(err) == nodeapi.CodeQuotaExceeded {
			// Collections for a quota take no more than a part of the time.
			eventually(t, "room for a file", func() bool {
				c, err = addFor(t, n, originA, quota, nodeapi.AddOptions{Chunker: "size-1000"}, fmt.Append(noise(8000), i))
				return err == nil
			})
		}
		must(t, err)
		must(t, unpinFor(t, n, originA, c))
	}
	if n.Collections() == 0 {
		t.Error("nothing was collected")
	}
}

// TestQuotaIsOfAllCallsTogether wants many adds at once to keep no more than the
// quota.
func TestQuotaIsOfAllCallsTogether(t *testing.T) {
	n := newNode(t, newConfig())
	const quota = 200_000
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, refused := 0, 0
	for i := range 64 {
		wg.Go(func() {
			_, err := addFor(t, n, originA, quota, nodeapi.AddOptions{Chunker: "size-1000"}, fmt.Append(nil, i, string(noise(9000))))
			mu.Lock()
			defer mu.Unlock()
			switch nodeapi.CodeOf(err) {
			case "":
				done++
			case nodeapi.CodeQuotaExceeded:
				refused++
			default:
				t.Errorf("Add: %v", err)
			}
		})
	}
	wg.Wait()
	gc(t, n)
	if got, want := used(t, n, originA), fresh(t, n, originA); got != want || got > quota {
		t.Errorf("%d bytes are accounted; a fresh count says %d; the quota is %d", got, want, quota)
	}
	if got := len(pinnedFor(t, n, originA)); got != done || refused == 0 {
		t.Errorf("%d pins of %d adds, and %d were refused", got, done, refused)
	}
}

// TestRemovalNeedsNoQuota: who is at its quota can make room.
func TestRemovalNeedsNoQuota(t *testing.T) {
	n := newNode(t, newConfig())
	ctx := onAccount(t.Context(), originA, 20_000)
	dir := directoryFor(originA)
	for _, name := range []string{"/a", "/b"} {
		must(t, n.FilesWrite(ctx, bytes.NewReader(noise(5000)), nodeapi.FilesWriteRequest{Path: dir + name, Create: true, Parents: true}))
	}
	c, err := addFor(t, n, originA, 20_000, nodeapi.AddOptions{}, noise(1000))
	must(t, err)
	gc(t, n)
	full := onAccount(t.Context(), originA, used(t, n, originA))
	if _, err := n.BlockPut(full, []byte("more"), nodeapi.BlockPutOptions{}); nodeapi.CodeOf(err) != nodeapi.CodeQuotaExceeded {
		t.Fatalf("at the quota: %v", err)
	}
	low := onAccount(t.Context(), originA, 1)
	must(t, n.FilesRemove(low, nodeapi.FilesRemoveRequest{Paths: []string{dir + "/a"}}))
	_, err = n.PinRemove(low, nodeapi.PinRemoveRequest{Path: c.String()})
	must(t, err)
}

// TestFilesAboveAnOriginsAreNotItsOwn: what is beside its directory costs it
// nothing.
func TestFilesAboveAnOriginsAreNotItsOwn(t *testing.T) {
	n := newNode(t, newConfig())
	for i := range 100 {
		must(t, n.FilesMkdir(t.Context(), nodeapi.FilesMkdirRequest{Path: fmt.Sprintf("/a directory with a long name, number %d", i), Flush: new(false)}))
	}
	must(t, n.FilesWrite(onAccount(t.Context(), originA, 1000), strings.NewReader("text"),
		nodeapi.FilesWriteRequest{Path: directoryFor(originA) + "/f", Create: true, Parents: true}))
	if got := used(t, n, originA); got > 500 { // a hundred names are thousands
		t.Errorf("%d bytes are accounted", got)
	}
}

// TestUsedIsKept wants what is accounted to outlive the node: exactly if it was
// closed, and as a bound after a crash.
func TestUsedIsKept(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	_, err := addFor(t, n, originA, 1<<30, nodeapi.AddOptions{Pin: new(false)}, noise(5_000_000))
	must(t, err)
	want := used(t, n, originA)
	if got := used(t, crashed(t, cfg), originA); got < want || got > want+2<<20 {
		t.Errorf("after a crash: %d bytes; there were %d", got, want)
	}
	must(t, n.Close())
	n = crashed(t, cfg)
	if got := used(t, n, originA); got != want {
		t.Errorf("after a restart: %d bytes; want %d", got, want)
	}
	gc(t, n)
	if got := used(t, n, originA); got != 0 {
		t.Errorf("%d bytes are accounted when all was collected", got)
	}
}

// TestGrantsAreKept is what the server asks of a backend.
func TestGrantsAreKept(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	grants := nodeapi.Grants{Read: true, Topics: []string{"a/", ""}, Quota: 1 << 40, Expires: 1 << 50}
	must(t, n.SetOriginGrants(t.Context(), originA, grants))
	must(t, n.SetOriginGrants(t.Context(), originB, nodeapi.Grants{ID: true}))
	n = crashed(t, cfg)
	kept, ok, err := n.OriginGrantsOf(t.Context(), originA)
	if err != nil || !ok || kept.Origin != originA || fmt.Sprint(kept.Grants) != fmt.Sprint(grants) || kept.Granted == 0 {
		t.Errorf("got %+v, %v, %v", kept, ok, err)
	}
	must(t, n.RemoveOriginGrants(t.Context(), originA, false))
	var got []string
	for kept, err := range crashed(t, cfg).OriginGrants(t.Context(), nodeapi.GrantsListRequest{}) {
		must(t, err)
		got = append(got, kept.Origin)
	}
	if !slices.Equal(got, []string{originB}) {
		t.Errorf("got %q; want %q alone", got, originB)
	}
}

// TestRecordsThatCannotBeRead wants each told of, and nothing else in its way.
func TestRecordsThatCannotBeRead(t *testing.T) {
	later := []byte{0xa1, 0x67, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0x02} // {"version": 2}
	for name, record := range map[string][]byte{"rubbish": []byte("rubbish"), "nothing": {}, "a later version": later} {
		t.Run(name, func(t *testing.T) {
			cfg := newConfig()
			n := newNode(t, cfg)
			c, err := addFor(t, n, originA, 1<<20, nodeapi.AddOptions{}, noise(5000))
			must(t, err)
			must(t, n.SetOriginGrants(t.Context(), originA, nodeapi.Grants{Read: true}))
			must(t, n.SetOriginGrants(t.Context(), originB, nodeapi.Grants{Read: true}))
			must(t, n.Close())
			results, err := cfg.Datastore.Query(t.Context(), query.Query{Prefix: "/origins", KeysOnly: true})
			must(t, err)
			entries, err := results.Rest()
			must(t, err)
			for _, e := range entries {
				if strings.HasPrefix(e.Key, "/origins/used/") || strings.HasPrefix(e.Key, "/origins/grants/uaHR0cHM6Ly9hL") {
					must(t, cfg.Datastore.Put(t.Context(), ds.RawKey(e.Key), record))
				}
			}
			n = crashed(t, cfg)
			if _, ok, err := n.OriginGrantsOf(t.Context(), originA); ok || err != nil {
				t.Errorf("got %v, %v; want no grants", ok, err)
			}
			if _, ok, err := n.OriginGrantsOf(t.Context(), originB); !ok || err != nil {
				t.Errorf("got %v, %v; want the grants of another origin", ok, err)
			}
			_, err = addFor(t, n, originA, 6000, nodeapi.AddOptions{}, noise(2000))
			wantCode(t, "over the quota, as it is counted", err, nodeapi.CodeQuotaExceeded)
			ctx, cancel := context.WithCancel(soon(t))
			defer cancel()
			told := 0
			for w := range n.Warnings(ctx) {
				if w.Code == nodeapi.CodeStorageFailed && strings.Contains(w.Message, originA) {
					told++
				}
				if told == 2 {
					cancel()
				}
			}
			if told != 2 {
				t.Errorf("%d were told of; want 2", told)
			}
			gc(t, n)
			if got := cat(t, n, c.String()); len(got) != 5000 {
				t.Errorf("the pinned file has %d bytes left", len(got))
			}
			if got := used(t, n, originA); got != 5000+pinCost {
				t.Errorf("%d bytes are accounted; want those of the pin", got)
			}
		})
	}
}

// wantListed compares those that are listed as having grants, or something else.
func wantListed(t testing.TB, n *node.Node, req nodeapi.GrantsListRequest, want ...string) {
	t.Helper()
	var got []string
	for kept, err := range n.OriginGrants(t.Context(), req) {
		must(t, err)
		got = append(got, kept.Origin)
		if kept.Granted == 0 && kept.Used < 8000 {
			t.Errorf("%s is listed, with %d bytes", kept.Origin, kept.Used)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v lists %q; want %q", req, got, want)
	}
}

// TestForget wants nothing left of an origin, and others untouched.
func TestForget(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	for _, who := range []string{"", originA, originB} {
		_, err := addFor(t, n, who, 1<<20, nodeapi.AddOptions{PinName: "name"}, append(noise(5000), who...))
		must(t, err)
		must(t, n.FilesWrite(onAccount(t.Context(), who, 1<<20), bytes.NewReader(append(noise(3000), who...)),
			nodeapi.FilesWriteRequest{Path: directoryFor(who) + "/f", Create: true, Parents: true}))
		must(t, n.SetOriginGrants(t.Context(), originA, nodeapi.Grants{Read: true}))
	}
	must(t, n.RemoveOriginGrants(t.Context(), originA, false))
	if len(pinnedFor(t, n, originA)) != 1 {
		t.Error("without forget the pins are gone")
	}
	wantListed(t, n, nodeapi.GrantsListRequest{})
	wantListed(t, n, nodeapi.GrantsListRequest{Origin: originA})
	wantListed(t, n, nodeapi.GrantsListRequest{Revoked: true}, originA, originB)
	wantListed(t, n, nodeapi.GrantsListRequest{Revoked: true, Origin: originA}, originA)
	wantListed(t, crashed(t, cfg), nodeapi.GrantsListRequest{Revoked: true}, originA, originB)
	must(t, n.RemoveOriginGrants(t.Context(), originA, true))
	must(t, n.RemoveOriginGrants(t.Context(), originA, true)) // and again
	wantListed(t, n, nodeapi.GrantsListRequest{Revoked: true}, originB)
	for _, n := range []*node.Node{n, crashed(t, cfg)} {
		if got := pinnedFor(t, n, originA); len(got) != 0 {
			t.Errorf("the pins are %q", got)
		}
		if got := listFiles(t, n, "/origins/https"); !slices.Equal(got, []string{"b.example:8443"}) {
			t.Errorf("there are the files of %q", got)
		}
		results, err := cfg.Datastore.Query(t.Context(), query.Query{Prefix: "/origins", KeysOnly: true})
		must(t, err)
		entries, err := results.Rest()
		must(t, err)
		for _, e := range entries {
			if strings.Contains(e.Key, "aHR0cHM6Ly9hL") {
				t.Errorf("there is %s", e.Key)
			}
		}
		gc(t, n)
		for _, who := range []string{"", originB} {
			if len(pinnedFor(t, n, who)) != 1 || fresh(t, n, who) < 8000 {
				t.Errorf("%q has lost something", who)
			}
		}
	}
	_, err := addFor(t, n, originA, 1<<20, nodeapi.AddOptions{}, noise(100))
	must(t, err)
	if got := used(t, n, originA); got != 100+pinCost {
		t.Errorf("%d bytes are accounted to an origin that came back", got)
	}
}

// TestOriginsAfterEachCrash has the stores fail from some write on, each one in its
// turn, and wants of a node that takes over that what was acknowledged is there, a
// pin is whole, and no more is kept than is accounted.
func TestOriginsAfterEachCrash(t *testing.T) {
	down := errors.New("the power is off")
	for last := 0; ; last++ {
		cfg := plainConfig()
		stored := cfg
		var mu sync.Mutex
		writes := 0
		count := func() error {
			mu.Lock()
			defer mu.Unlock()
			if writes++; writes > last {
				return down
			}
			return nil
		}
		w := watch(cfg.Blockstore)
		cfg.Blockstore = w
		d := &hookedDatastore{Batching: &failingDatastore{Batching: cfg.Datastore, put: func() error { return nil }}}
		cfg.Datastore = d
		n, err := node.New(t.Context(), cfg)
		must(t, err)
		w.setHook(func(op string) error {
			if op == "put" || op == "delete" {
				return count()
			}
			return nil
		})
		d.Batching.(*failingDatastore).put = count
		d.setHook(count)
		acknowledged := map[string]int{}
		done := func() bool {
			for i := range 3 {
				for _, who := range []string{originA, originB} {
					if _, err := addFor(t, n, who, 1<<20, nodeapi.AddOptions{Chunker: "size-100"}, fmt.Append(noise(500), i)); err != nil {
						return false
					}
					acknowledged[who]++
				}
				if i == 1 {
					for _, err := range n.RepoGC(t.Context()) {
						if err != nil {
							return false
						}
					}
				}
			}
			return n.RemoveOriginGrants(t.Context(), originB, true) == nil
		}()
		after := crashed(t, stored)
		for who, pins := range acknowledged {
			got := len(pinnedFor(t, after, who))
			if got < pins && (who == originA || pins < 3) || got > pins+1 {
				t.Errorf("the power off at write %d: %s has %d pins; %d were acknowledged", last, who, got, pins)
			}
			if accounted, kept := used(t, after, who), fresh(t, after, who); accounted < kept {
				t.Errorf("the power off at write %d: %d bytes are accounted to %s, and %d kept", last, accounted, who, kept)
			}
		}
		gc(t, after)
		for who := range acknowledged {
			if got, want := used(t, after, who), fresh(t, after, who); got != want {
				t.Errorf("the power off at write %d: %d bytes are accounted to %s; a fresh count says %d", last, got, who, want)
			}
		}
		w.setHook(func(string) error { return nil })
		d.Batching.(*failingDatastore).put = func() error { return nil }
		d.setHook(func() error { return nil })
		must(t, n.Close())
		if done {
			t.Logf("%d writes", writes)
			return
		}
	}
}
