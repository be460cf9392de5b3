package node_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
)

func TestRepoStat(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		cfg.RepoName, cfg.StorageMax = "sharednode:test", 1<<30
		cfg.Estimate = func(context.Context) (uint64, uint64, error) { return 5, 50, nil }
		n := newNode(t, cfg)
		putBlock(t, n, make([]byte, 100), nodeapi.BlockPutOptions{})
		putBlock(t, n, make([]byte, 23), nodeapi.BlockPutOptions{})
		want := nodeapi.RepoStat{
			NumObjects: 2, RepoSize: 123, StorageMax: 1 << 30, RepoPath: "sharednode:test", Version: "1", Usage: 5, Quota: 50,
		}
		if got := repoStat(t, n); got != want {
			t.Errorf("got %+v; want %+v", got, want)
		}
	})
	cfg := newConfig()
	cfg.Estimate = func(context.Context) (uint64, uint64, error) { return 0, 0, errors.New("none") }
	repoStat(t, newNode(t, cfg)) // an estimate that fails is none
}

func TestRepoVerify(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		n := newNode(t, cfg)
		addFile(t, n, nodeapi.AddOptions{HashAlg: "blake2b-256", Chunker: "size-1000"}, noise(50_000))
		right := cidOf(t, []byte("right"), cid.Raw, multihash.SHA2_256)
		wrong, err := blocks.NewBlockWithCid([]byte("wrong"), right)
		must(t, err)
		must(t, cfg.Blockstore.Put(t.Context(), wrong))
		var told []nodeapi.CIDOutcome
		got, err := n.RepoVerify(t.Context(), func(o nodeapi.CIDOutcome) error {
			told = append(told, o)
			return nil
		})
		if want := (nodeapi.RepoVerified{Checked: 52, Bad: 1}); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if len(told) != 1 || told[0].Code != nodeapi.CodeInvalidBlock || told[0].Cid != right {
			t.Errorf("told %+v; want %s", told, right)
		}
		enough := errors.New("enough")
		if _, err := n.RepoVerify(t.Context(), func(nodeapi.CIDOutcome) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("got error %v; want that of the callback", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := n.RepoVerify(ctx, func(nodeapi.CIDOutcome) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: got %v", err)
		}
	})
}

// TestStorageLimit fills a repo to its limit.
func TestStorageLimit(t *testing.T) {
	eachStore(t, func(t *testing.T, cfg node.Config) {
		cfg.StorageMax = 1000
		first := newNode(t, cfg)
		putBlock(t, first, noise(400), nodeapi.BlockPutOptions{})
		n := newNode(t, cfg) // counts what is there already
		kept := addFile(t, n, nodeapi.AddOptions{}, noise(500))
		_, err := n.BlockPut(t.Context(), noise(101), nodeapi.BlockPutOptions{})
		wantCode(t, "one byte too many", err, nodeapi.CodeStorageFull, "limit", uint64(1000))
		putBlock(t, n, noise(500), nodeapi.BlockPutOptions{}) // there already
		addFile(t, n, nodeapi.AddOptions{}, noise(500))
		putBlock(t, n, noise(100), nodeapi.BlockPutOptions{})
		_, err = tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", noise(1))))
		wantCode(t, "one more byte", err, nodeapi.CodeStorageFull)
		wantAfterGC(t, n, 1)
		putBlock(t, n, noise(100), nodeapi.BlockPutOptions{})
		putBlock(t, n, noise(300), nodeapi.BlockPutOptions{})
		if got := cat(t, n, kept.String()); len(got) != 500 {
			t.Errorf("what was there before gives %d bytes; want 500", len(got))
		}
		_, err = tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("", noise(10<<20))))
		wantCode(t, "a large file", err, nodeapi.CodeStorageFull)
	})
}

// TestStorageLimitAfterFailedPut wants room that a failed put did not use.
func TestStorageLimitAfterFailedPut(t *testing.T) {
	cfg := plainConfig()
	cfg.StorageMax = 1000
	w := watch(cfg.Blockstore)
	cfg.Blockstore = w
	n := newNode(t, cfg)
	w.setHook(func(op string) error {
		if op == "put" {
			return errors.New("no")
		}
		return nil
	})
	_, err := n.BlockPut(t.Context(), noise(900), nodeapi.BlockPutOptions{})
	wantCode(t, "put", err, nodeapi.CodeStorageFailed)
	w.setHook(func(string) error { return nil })
	putBlock(t, n, noise(900), nodeapi.BlockPutOptions{})
}

// TestStorageErrors has each operation of the store fail in each way, under each
// method, and wants the error's code and a repo that is as it was.
func TestStorageErrors(t *testing.T) {
	missing := cidOf(t, []byte("missing"), cid.Raw, multihash.SHA2_256)
	calls := map[string]struct {
		ops  []string
		call func(*node.Node, cid.Cid) error
	}{
		"add": {[]string{"put"}, func(n *node.Node, _ cid.Cid) error {
			_, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(file("d/a", noise(5<<20)), file("d/b", noise(3))))
			return err
		}},
		"cat": {[]string{"get"}, func(n *node.Node, c cid.Cid) error {
			_, err := tryCat(t.Context(), n, nodeapi.CatRequest{Path: c.String()})
			return err
		}},
		"get": {[]string{"get"}, func(n *node.Node, c cid.Cid) error {
			_, err := tryGet(t, n, nodeapi.GetRequest{Path: c.String()})
			return err
		}},
		"ls": {[]string{"get"}, func(n *node.Node, c cid.Cid) error {
			for _, err := range n.List(t.Context(), c.String()) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		"dag.put": {[]string{"put"}, func(n *node.Node, _ cid.Cid) error {
			_, err := n.DAGPut(t.Context(), []byte("1"), nodeapi.DAGPutOptions{InputCodec: "json"})
			return err
		}},
		"dag.resolve": {[]string{"get"}, func(n *node.Node, c cid.Cid) error {
			_, err := n.DAGResolve(t.Context(), "/ipld/"+c.String()+"/Links/0/Hash")
			return err
		}},
		"block.put": {[]string{"put"}, func(n *node.Node, _ cid.Cid) error {
			_, err := n.BlockPut(t.Context(), noise(3), nodeapi.BlockPutOptions{})
			return err
		}},
		"block.get": {[]string{"get"}, func(n *node.Node, c cid.Cid) error {
			_, err := n.BlockGet(t.Context(), c)
			return err
		}},
		"block.stat": {[]string{"size"}, func(n *node.Node, c cid.Cid) error {
			_, err := n.BlockStat(t.Context(), c)
			return err
		}},
		"block.rm": {[]string{"has"}, func(n *node.Node, _ cid.Cid) error {
			for o, err := range n.BlockRemove(t.Context(), nodeapi.BlockRemoveRequest{Cids: []cid.Cid{missing}}) {
				if err != nil {
					return err
				}
				if o.Code != "" {
					return &nodeapi.Error{Code: o.Code, Message: o.Error}
				}
			}
			return nil
		}},
		"pin.add": {[]string{"get", "has"}, func(n *node.Node, c cid.Cid) error {
			_, err := n.PinAdd(t.Context(), nodeapi.PinAddRequest{Path: c.String()})
			return err
		}},
		"pin.ls": {[]string{"get"}, func(n *node.Node, _ cid.Cid) error {
			_, err := pinList(t, n, nodeapi.PinListRequest{Type: "indirect"})
			return err
		}},
		"repo.stat": {[]string{"list", "size"}, func(n *node.Node, _ cid.Cid) error {
			_, err := n.RepoStat(t.Context())
			return err
		}},
		"repo.gc": {[]string{"get", "list", "delete"}, func(n *node.Node, _ cid.Cid) error {
			for _, err := range n.RepoGC(t.Context()) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		"repo.verify": {[]string{"get", "list"}, func(n *node.Node, _ cid.Cid) error {
			_, err := n.RepoVerify(t.Context(), func(nodeapi.CIDOutcome) error { return nil })
			return err
		}},
	}
	for name, c := range calls {
		for _, op := range c.ops {
			t.Run(name+" "+op, func(t *testing.T) {
				t.Parallel()
				cfg := plainConfig()
				cfg.FullError, cfg.ClosedError = blockstore.ErrFull, blockstore.ErrClosed
				w := watch(cfg.Blockstore)
				cfg.Blockstore = w
				n := newNode(t, cfg)
				root := addFile(t, n, nodeapi.AddOptions{}, noise(3<<20))
				putBlock(t, n, []byte("garbage"), nodeapi.BlockPutOptions{})
				pins := pinnedRoots(t, n)
				for code, cause := range map[nodeapi.Code]error{
					nodeapi.CodeStorageFull:   fmt.Errorf("quota: %w", blockstore.ErrFull),
					nodeapi.CodeStorageClosed: fmt.Errorf("gone: %w", blockstore.ErrClosed),
					nodeapi.CodeStorageFailed: errors.New("sector 7"),
				} {
					w.setHook(func(o string) error {
						if o == op {
							return cause
						}
						return nil
					})
					err := c.call(n, root)
					w.setHook(func(string) error { return nil })
					wantCode(t, fmt.Sprintf("%v", cause), err, code)
				}
				if got := pinnedRoots(t, n); len(got) != len(pins) {
					t.Errorf("pinned %q; before it was %q", got, pins)
				}
				wantAfterGC(t, n, 4)
			})
		}
	}
}

// TestClose wants Close to end an add under way, and nothing of that to stay.
func TestClose(t *testing.T) {
	cfg := newConfig()
	n, err := node.New(t.Context(), cfg)
	must(t, err)
	started := make(chan struct{})
	result := make(chan error, 1)
	go func() {
		_, err := tryAdd(t.Context(), n, nodeapi.AddOptions{}, source(nodeapi.AddEntry{Content: endless(started)}))
		result <- err
	}()
	<-started
	must(t, n.Close())
	wantCode(t, "the add under way", <-result, nodeapi.CodeStorageClosed)
	reopened := newNode(t, cfg)
	if got := pinnedRoots(t, reopened); len(got) != 0 {
		t.Errorf("pinned %q", got)
	}
}

// endless is a source that never ends, and closes started some way into it.
func endless(started chan struct{}) *endlessReader { return &endlessReader{started: started} }

type endlessReader struct {
	read    int
	started chan struct{}
}

func (e *endlessReader) Read(p []byte) (int, error) {
	before := e.read
	for i := range p {
		p[i] = byte(e.read)
		e.read++
	}
	const far = 9 << 20
	if before < far && e.read >= far {
		close(e.started)
	}
	return len(p), nil
}
