package interop

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/boxo/bitswap"
	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	"github.com/ipfs/boxo/bitswap/network/bsnet"
	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// A ledger is a peer, boxo's bitswap over the stock host, that has no block at
// first and notes who asks for what.
type ledger struct {
	addr   string
	server *bitswap.Bitswap
	store  blockstore.Blockstore

	mu     sync.Mutex      // guards following
	asked  map[cid.Cid]int // to be sent the block
	probed map[cid.Cid]int // whether it is there
	sent   map[cid.Cid]int
}

func startLedger(t *testing.T) *ledger {
	t.Helper()
	host, err := libp2p.New(libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0/ws"), libp2p.DisableRelay())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close() })
	l := &ledger{
		addr:   host.Addrs()[0].String() + "/p2p/" + host.ID().String(),
		store:  blockstore.NewBlockstore(dssync.MutexWrap(ds.NewMapDatastore())),
		asked:  map[cid.Cid]int{},
		probed: map[cid.Cid]int{},
		sent:   map[cid.Cid]int{},
	}
	l.server = bitswap.New(t.Context(), bsnet.NewFromIpfsHost(host), nil, l.store, bitswap.WithTracer(l))
	t.Cleanup(func() { l.server.Close() })
	return l
}

// MessageReceived notes what is asked for.
func (l *ledger) MessageReceived(_ peer.ID, m message.BitSwapMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range m.Wantlist() {
		switch {
		case e.Cancel:
		case e.WantType == pb.Message_Wantlist_Block:
			l.asked[e.Cid]++
		default:
			l.probed[e.Cid]++
		}
	}
}

// MessageSent notes which blocks go out.
func (l *ledger) MessageSent(_ peer.ID, m message.BitSwapMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range m.Blocks() {
		l.sent[b.Cid()]++
	}
}

// counts is how often a block was asked for in either way, and sent.
func (l *ledger) counts(c cid.Cid) (asked, probed, sent int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[c], l.probed[c], l.sent[c]
}

func (l *ledger) put(ctx context.Context, b blocks.Block) error {
	if err := l.store.Put(ctx, b); err != nil {
		return err
	}
	return l.server.NotifyNewBlocks(ctx, b)
}

// TestTabsShareOneRequest has three tabs want the same blocks, which come only
// later, and one of them give up: each is asked for, and sent, once.
func TestTabsShareOneRequest(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	l := startLedger(t)
	b := newBrowser(t)
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Bootstrap: []string{l.addr}}
	tabs := []*tab{b.tab(cfg), b.tab(cfg), b.tab(cfg)}
	eventually(t, "the node is connected", func() bool { return len(tabs[0].Peers()) == 1 })

	var wanted []blocks.Block
	var cids []string
	for seed := range 3 {
		block := blocks.NewBlock(random(1000, seed))
		raw := cid.NewCidV1(cid.Raw, block.Multihash())
		block, err := blocks.NewBlockWithCid(block.RawData(), raw)
		if err != nil {
			t.Fatal(err)
		}
		wanted, cids = append(wanted, block), append(cids, raw.String())
	}
	for _, tab := range tabs {
		tab.do(nil, `
			globalThis.giveUp = new AbortController()
			globalThis.getting = Promise.all(args[0].map(cid => node.block.get(cid, { signal: giveUp.signal })))
				.then(blocks => blocks.map(block => block.length).join(), error => error.name)`, cids)
	}
	eventually(t, "the peer is asked for all", func() bool {
		for _, block := range wanted {
			if asked, probed, _ := l.counts(block.Cid()); asked+probed == 0 {
				return false
			}
		}
		return true
	})
	var ending string
	tabs[1].do(&ending, "giveUp.abort(); return getting")
	if !strings.Contains(ending, "Abort") {
		t.Errorf("the tab that gave up got %q", ending)
	}
	for _, block := range wanted {
		if err := l.put(t.Context(), block); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{0, 2} {
		tabs[i].do(&ending, "return getting")
		if ending != "1000,1000,1000" {
			t.Errorf("tab %d got %q", i, ending)
		}
	}
	time.Sleep(200 * time.Millisecond) // for a second copy, if there were one
	for _, block := range wanted {
		asked, probed, sent := l.counts(block.Cid())
		// A small block is sent to who only asks whether it is there.
		if asked > 1 || probed > 1 || sent != 1 {
			t.Errorf("%s: asked for %d times, probed for %d times, sent %d times; want each once at most",
				block.Cid(), asked, probed, sent)
		}
	}
}
