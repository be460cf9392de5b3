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
	"time"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func pinList(t testing.TB, n *node.Node, req nodeapi.PinListRequest) ([]string, error) {
	t.Helper()
	var got []string
	for p, err := range n.PinList(t.Context(), req) {
		if err != nil {
			return got, err
		}
		line := p.Cid.String() + " " + p.Type
		if p.Name != "" {
			line += " " + p.Name
		}
		if p.Via != nil {
			line += " via " + p.Via.String()
		}
		got = append(got, line)
	}
	slices.Sort(got)
	return got, nil
}

func TestPins(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		data := noise(48)
		root := addFile(t, n, nodeapi.AddOptions{Chunker: "size-16", Pin: new(false)}, data)
		leaves := []cid.Cid{}
		for i := range 3 {
			leaves = append(leaves, cidOf(t, data[16*i:16*i+16], cid.Raw, multihash.SHA2_256))
		}
		direct := putBlock(t, n, []byte("direct"), nodeapi.BlockPutOptions{})
		for _, req := range []nodeapi.PinAddRequest{
			{Path: root.String(), Name: "the file"},
			{Path: "/ipfs/" + direct.String(), Recursive: new(false), Name: "one block"},
			{Path: leaves[2].String(), Recursive: new(false)}, // both direct and under root
		} {
			if _, err := n.PinAdd(t.Context(), req); err != nil {
				t.Fatalf("PinAdd %+v: %v", req, err)
			}
		}
		var (
			rootLine   = root.String() + " recursive the file"
			directLine = direct.String() + " direct one block"
			leaf2Line  = leaves[2].String() + " direct"
			under      = []string{leaves[0].String() + " indirect via " + root.String(), leaves[1].String() + " indirect via " + root.String()}
		)
		check := func(n *node.Node) {
			t.Helper()
			for _, test := range []struct {
				req  nodeapi.PinListRequest
				want []string
			}{
				{nodeapi.PinListRequest{}, append([]string{rootLine, directLine, leaf2Line}, under...)},
				{nodeapi.PinListRequest{Type: "all"}, append([]string{rootLine, directLine, leaf2Line}, under...)},
				{nodeapi.PinListRequest{Type: "recursive"}, []string{rootLine}},
				{nodeapi.PinListRequest{Type: "direct"}, []string{directLine, leaf2Line}},
				{nodeapi.PinListRequest{Type: "indirect"}, under},
				{nodeapi.PinListRequest{Name: "file"}, []string{rootLine}},
				{nodeapi.PinListRequest{Name: "nobody's"}, nil},
				{nodeapi.PinListRequest{Paths: []string{root.String(), direct.String(), leaves[0].String(), leaves[2].String()}}, []string{rootLine, directLine, under[0], leaf2Line}},
				{nodeapi.PinListRequest{Paths: []string{leaves[2].String()}, Type: "indirect"}, []string{leaves[2].String() + " indirect via " + root.String()}},
			} {
				got, err := pinList(t, n, test.req)
				slices.Sort(test.want)
				if err != nil || !slices.Equal(got, test.want) {
					t.Errorf("%+v:\ngot  %q, %v\nwant %q", test.req, got, err, test.want)
				}
			}
		}
		check(n)
		check(newNode(t, cfg)) // they are in the store

		if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: root.String()}); err != nil {
			t.Errorf("PinRemove: %v", err)
		}
		if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: direct.String(), Recursive: new(false)}); err != nil {
			t.Errorf("PinRemove of a direct pin: %v", err)
		}
		if got, err := pinList(t, n, nodeapi.PinListRequest{}); err != nil || !slices.Equal(got, []string{leaf2Line}) {
			t.Errorf("left: %q, %v; want %q", got, err, leaf2Line)
		}
		wantAfterGC(t, n, 1)
	})
}

func TestPinAgain(t *testing.T) {
	n := newNode(t, newConfig())
	c := addFile(t, n, nodeapi.AddOptions{PinName: "old"}, []byte("x")).String()
	pin := func(req nodeapi.PinAddRequest) error {
		req.Path = c
		_, err := n.PinAdd(t.Context(), req)
		return err
	}
	must(t, pin(nodeapi.PinAddRequest{Name: "new"}))
	if got, err := pinList(t, n, nodeapi.PinListRequest{}); err != nil || len(got) != 1 || !strings.HasSuffix(got[0], "recursive new") {
		t.Errorf("pinned again: got %q, %v; want the new name alone", got, err)
	}
	wantCode(t, "direct under its own recursive pin", pin(nodeapi.PinAddRequest{Recursive: new(false)}), nodeapi.CodePinned, "cid", c, "type", "recursive")
	_, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: c, Recursive: new(false)})
	wantCode(t, "removing a recursive pin as a direct one", err, nodeapi.CodeNotPinned, "cid", c)
	_, err = n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: c})
	must(t, err)
	must(t, pin(nodeapi.PinAddRequest{Recursive: new(false)}))
	must(t, pin(nodeapi.PinAddRequest{}))
	if got, err := pinList(t, n, nodeapi.PinListRequest{}); err != nil || len(got) != 1 || !strings.HasSuffix(got[0], " recursive") {
		t.Errorf("recursive after direct: got %q, %v", got, err)
	}
}

// TestPinAddWantsAll refuses to pin what is not all there, to the last leaf.
func TestPinAddWantsAll(t *testing.T) {
	cfg := newConfig()
	n := newNode(t, cfg)
	data := noise(64)
	for name, opts := range map[string]nodeapi.AddOptions{
		"raw leaves":    {Chunker: "size-16", Pin: new(false)},
		"dag-pb leaves": {Chunker: "size-16", Pin: new(false), RawLeaves: new(false)},
	} {
		root := addFile(t, n, opts, data)
		resolved, err := n.DAGResolve(t.Context(), "/ipld/"+root.String()+"/Links/3/Hash")
		must(t, err)
		must(t, cfg.Blockstore.DeleteBlock(t.Context(), resolved.Cid))
		_, err = n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: root.String()})
		wantCode(t, name, err, nodeapi.CodeNotFound, "cid", resolved.Cid.String())
	}
	if got := pinnedRoots(t, n); len(got) != 0 {
		t.Errorf("pinned %q", got)
	}
}

func TestPinErrors(t *testing.T) {
	n := newNode(t, newConfig())
	c := addFile(t, n, nodeapi.AddOptions{Chunker: "size-16"}, noise(32)).String()
	leaf := cidOf(t, noise(32)[:16], cid.Raw, multihash.SHA2_256).String()
	missing := cidOf(t, []byte("missing"), cid.Raw, multihash.SHA2_256).String()
	unread := putBlock(t, n, []byte("tree 0"), nodeapi.BlockPutOptions{Format: "git-raw"}).String()
	bad := putBlock(t, n, []byte{0xff}, nodeapi.BlockPutOptions{Format: "dag-cbor"}).String()
	inside := putDAG(t, n, `{"a":1}`, nodeapi.DAGPutOptions{}).String() + "/a"
	for _, test := range []struct {
		req     nodeapi.PinAddRequest
		code    nodeapi.Code
		details []any
	}{
		{nodeapi.PinAddRequest{Path: "x"}, nodeapi.CodeInvalidCID, []any{"value", "x"}},
		{nodeapi.PinAddRequest{Path: missing}, nodeapi.CodeNotFound, []any{"cid", missing}},
		{nodeapi.PinAddRequest{Path: missing, Recursive: new(false)}, nodeapi.CodeNotFound, []any{"cid", missing}},
		{nodeapi.PinAddRequest{Path: c, Name: strings.Repeat("n", 256)}, nodeapi.CodeInvalidOption, []any{"option", "name"}},
		{nodeapi.PinAddRequest{Path: inside}, nodeapi.CodeInvalidPath, []any{"value", inside}},
		{nodeapi.PinAddRequest{Path: unread}, nodeapi.CodeUnknownCodec, nil},
		{nodeapi.PinAddRequest{Path: bad}, nodeapi.CodeInvalidBlock, []any{"cid", bad}},
	} {
		_, err := n.PinAdd(t.Context(), test.req)
		wantCode(t, fmt.Sprintf("PinAdd %.40q", test.req.Path), err, test.code, test.details...)
	}
	for _, path := range []string{leaf, missing} {
		_, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: path})
		wantCode(t, "PinRemove "+path, err, nodeapi.CodeNotPinned, "cid", path)
	}
	_, err := pinList(t, n, nodeapi.PinListRequest{Type: "x"})
	wantCode(t, "type", err, nodeapi.CodeInvalidOption, "option", "type", "value", "x")
	_, err = pinList(t, n, nodeapi.PinListRequest{Paths: []string{c, missing}})
	wantCode(t, "an unpinned path", err, nodeapi.CodeNotPinned, "cid", missing)
	_, err = pinList(t, n, nodeapi.PinListRequest{Paths: []string{c}, Type: "direct"})
	wantCode(t, "a path pinned otherwise", err, nodeapi.CodeNotPinned, "cid", c)
	_, err = pinList(t, n, nodeapi.PinListRequest{Paths: []string{c}, Type: "indirect"})
	wantCode(t, "a root as indirect", err, nodeapi.CodeNotPinned, "cid", c)
}

// TestPinsShareWrites wants concurrent adds to share transactions, each to be
// acknowledged once its own pin is written.
func TestPinsShareWrites(t *testing.T) {
	cfg := newConfig()
	store := &hookedDatastore{Batching: cfg.Datastore}
	cfg.Datastore = store
	n := newNode(t, cfg)
	const adds = 200
	var all sync.WaitGroup
	for i := range adds {
		all.Go(func() {
			added, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", fmt.Append(nil, i))))
			if err != nil {
				t.Errorf("Add: %v", err)
				return
			}
			reopened := newNode(t, cfg) // sees what is written
			if got, err := pinList(t, reopened, nodeapi.PinListRequest{Paths: []string{added[0].Cid.String()}}); err != nil || len(got) != 1 {
				t.Errorf("an acknowledged pin is not written: %q, %v", got, err)
			}
		})
	}
	all.Wait()
	if got := pinnedRoots(t, n); len(got) != adds {
		t.Errorf("got %d pins; want %d", len(got), adds)
	}
	if got := store.commits.Load(); got > adds {
		t.Errorf("%d adds took %d transactions for pins", adds, got)
	}
}

// TestPinWriteFails wants no trace of a pin that could not be written, and pins
// to work again once they can be.
func TestPinWriteFails(t *testing.T) {
	cfg := newConfig()
	store := &hookedDatastore{Batching: cfg.Datastore}
	cfg.Datastore = store
	n := newNode(t, cfg)
	kept := addFile(t, n, nodeapi.AddOptions{}, []byte("before")).String()
	store.setHook(func() error { return fmt.Errorf("disk: %w", blockstore.ErrFull) })
	_, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", []byte("now"))))
	wantCode(t, "Add", err, nodeapi.CodeStorageFull)
	_, err = n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: kept})
	wantCode(t, "PinRemove", err, nodeapi.CodeStorageFull)
	if got := pinnedRoots(t, n); !slices.Equal(got, []string{kept}) {
		t.Errorf("pinned %q; want what was pinned before", got)
	}
	store.setHook(func() error { return errors.New("other") })
	_, err = tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", []byte("now"))))
	wantCode(t, "Add", err, nodeapi.CodeStorageFailed)
	store.setHook(func() error { return nil })
	addFile(t, n, nodeapi.AddOptions{}, []byte("now"))
	if got := pinnedRoots(t, n); len(got) != 2 {
		t.Errorf("pinned %q; want two", got)
	}
}

// TestGCDuringFailingPinRemoval collects garbage while the removal of a pin is
// being written, which then fails. What the pin holds must be there.
func TestGCDuringFailingPinRemoval(t *testing.T) {
	cfg := newConfig()
	store := &hookedDatastore{Batching: cfg.Datastore}
	cfg.Datastore = store
	n := newNode(t, cfg)
	data := noise(3 << 20)
	c := addFile(t, n, nodeapi.AddOptions{}, data)
	failed := errors.New("failed")
	store.setHook(func() error {
		if removed := gc(t, n); len(removed) != 0 {
			t.Errorf("removed %d blocks of a pin that is there", len(removed))
		}
		for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{c}}) {
			if err != nil || o.Code != nodeapi.CodePinned {
				t.Errorf("BlockRemove: got %+v, %v; want it pinned", o, err)
			}
		}
		return failed
	})
	if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: c.String()}); !errors.Is(err, failed) {
		t.Errorf("PinRemove: got %v; want %v", err, failed)
	}
	if got := cat(t, n, c.String()); !bytes.Equal(got, data) {
		t.Error("the file is not whole")
	}
	if got := pinnedRoots(t, n); len(got) != 1 {
		t.Errorf("pinned %q; want the file", got)
	}
}

// TestAddAgain wants files that are pinned already to cost no write of pins.
func TestAddAgain(t *testing.T) {
	cfg := newConfig()
	store := &hookedDatastore{Batching: cfg.Datastore}
	cfg.Datastore = store
	n := newNode(t, cfg)
	addAll := func(name string) {
		var entries []nodeapi.AddEntry
		for i := range 300 {
			entries = append(entries, file("", fmt.Append(nil, i)))
		}
		add(t, n, nodeapi.AddOptions{PinName: name}, entries...)
	}
	addAll("")
	addAll("")
	if got := store.commits.Load(); got != 1 {
		t.Errorf("two adds of the same files wrote pins %d times; want once", got)
	}
	addAll("named")
	if got := store.commits.Load(); got != 2 {
		t.Errorf("an add under a name made it %d; want 2", got)
	}
	if got, err := pinList(t, n, nodeapi.PinListRequest{Name: "named"}); err != nil || len(got) != 300 {
		t.Errorf("%d pins have the name, %v; want 300", len(got), err)
	}
}

// TestPinRemovalsReadTogether wants concurrent removals to read at a time what
// they need, not one after the other: each of their reads waits for all to come.
func TestPinRemovalsReadTogether(t *testing.T) {
	cfg := newConfig()
	store := &meetingDatastore{Batching: cfg.Datastore}
	cfg.Datastore = store
	n := newNode(t, cfg)
	const pins = 8
	var all sync.WaitGroup
	var cids [pins]string
	for i := range cids {
		cids[i] = addFile(t, n, nodeapi.AddOptions{PinName: fmt.Sprint(i)}, fmt.Append(nil, i)).String()
	}
	store.meet(pins)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for _, c := range cids {
		all.Go(func() {
			if _, err := n.PinRemove(ctx, nodeapi.PinRemoveRequest{Path: c}); err != nil {
				t.Errorf("PinRemove: %v", err)
			}
		})
	}
	all.Wait()
	store.meet(0)
	if got, err := pinList(t, n, nodeapi.PinListRequest{}); err != nil || len(got) != 0 {
		t.Errorf("left: %q, %v", got, err)
	}
	if got, err := pinList(t, newNode(t, cfg), nodeapi.PinListRequest{Name: "3"}); err != nil || len(got) != 0 {
		t.Errorf("left under a name: %q, %v", got, err)
	}
}

// TestPinsChangeAtOnce has many change the same few pins. Each change must be one
// that can be: of those that take a pin away, no more succeed than put one there.
func TestPinsChangeAtOnce(t *testing.T) {
	cfg := newConfig()
	cfg.Datastore = jitteryDatastore{cfg.Datastore}
	n := newNode(t, cfg)
	var cids [3]string
	for i := range cids {
		cids[i] = putBlock(t, n, fmt.Append(nil, i), nodeapi.BlockPutOptions{}).String()
	}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 40 {
				path := cids[(worker+i)%len(cids)]
				var err error
				if i%2 == 0 {
					_, err = n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: path, Name: fmt.Sprint(worker % 2)})
				} else {
					_, err = n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: path})
				}
				if err != nil && nodeapi.CodeOf(err) != nodeapi.CodeNotPinned {
					t.Errorf("%d of %d: %v", i, worker, err)
				}
			}
		})
	}
	all.Wait()
	now, err := pinList(t, n, nodeapi.PinListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := pinList(t, newNode(t, cfg), nodeapi.PinListRequest{}); err != nil || !slices.Equal(again, now) {
		t.Errorf("the store has %q, %v; the node said %q", again, err, now)
	}
	for _, line := range now {
		path, _, _ := strings.Cut(line, " ")
		if _, err := n.PinRemove(t.Context(), nodeapi.PinRemoveRequest{Path: path}); err != nil {
			t.Errorf("PinRemove of what is listed: %v", err)
		}
	}
	if left := keysUnder(t, cfg.Datastore, "/pins"); len(left) != 0 {
		t.Errorf("without pins there is left %q", left)
	}
}
