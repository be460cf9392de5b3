package bitnet

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/libp2p/go-libp2p/core/peer"
)

// TestStall has peers asked for blocks, and looks at who counts as stalled after
// a while.
func TestStall(t *testing.T) {
	one, two := blocks.NewBlock([]byte("one")), blocks.NewBlock([]byte("two"))
	asks := func(bs ...blocks.Block) message.BitSwapMessage {
		m := message.New(false)
		for _, b := range bs {
			m.AddEntry(b.Cid(), 1, pb.Message_Wantlist_Block, true)
		}
		return m
	}
	sends := func(bs ...blocks.Block) message.BitSwapMessage {
		m := message.New(false)
		for _, b := range bs {
			m.AddBlock(b)
		}
		return m
	}
	const p = peer.ID("p")
	for _, test := range []struct {
		name   string
		happen func(d *debts)
		stalls bool
	}{
		{"asked and silent", func(d *debts) { d.asked(p, asks(one)) }, true},
		{"asked for a HAVE alone", func(d *debts) {
			m := message.New(false)
			m.AddEntry(one.Cid(), 1, pb.Message_Wantlist_Have, true)
			d.asked(p, m)
		}, false},
		{"answers", func(d *debts) {
			d.asked(p, asks(one, two))
			d.answered(p, sends(one, two))
		}, false},
		{"has it not", func(d *debts) {
			d.asked(p, asks(one))
			m := message.New(false)
			m.AddDontHave(one.Cid())
			d.answered(p, m)
		}, false},
		{"is told not to", func(d *debts) {
			d.asked(p, asks(one))
			m := message.New(false)
			m.Cancel(one.Cid())
			d.asked(p, m)
		}, false},
		{"sends what it was not asked for", func(d *debts) {
			d.asked(p, asks(one))
			for range 10 {
				time.Sleep(time.Second)
				d.answered(p, sends(two))
			}
		}, true},
		{"sends one of many now and then", func(d *debts) {
			d.asked(p, asks(one, two))
			time.Sleep(stallTime - time.Second)
			d.answered(p, sends(one))
			time.Sleep(stallTime - time.Second)
			d.answered(p, sends(two))
		}, false},
		{"is slow", func(d *debts) {
			d.asked(p, asks(one))
			for range 10 {
				time.Sleep(stallTime / 2)
				d.heard(p)
			}
			d.answered(p, sends(one))
		}, false},
		{"trickles", func(d *debts) {
			d.asked(p, asks(one))
			for range 40 {
				time.Sleep(stallTime / 2)
				d.heard(p)
			}
		}, true},
		{"disconnects", func(d *debts) {
			d.asked(p, asks(one))
			d.forgive(p)
		}, false},
		{"is not asked any more", func(d *debts) {
			d.asked(p, asks(one))
			d.stop()
		}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var stalled []peer.ID
			d := &debts{stalled: func(p peer.ID, _ time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				stalled = append(stalled, p)
			}}
			test.happen(d)
			time.Sleep(3 * stallTime)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			d.mu.Lock()
			defer d.mu.Unlock()
			if got := slices.Equal(stalled, []peer.ID{p}); got != test.stalls || len(stalled) > 1 {
				t.Errorf("%s: stalled %v; want that %v", test.name, stalled, test.stalls)
			}
			if d.sweep != nil {
				t.Errorf("%s: the timer runs on", test.name)
			}
		})
	}
}

// TestStallPauses wants longer pauses for a peer that stalls again and again, and
// the shortest one once it has sent a block.
func TestStallPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := blocks.NewBlock([]byte("one"))
		asks, sends := message.New(false), message.New(false)
		asks.AddEntry(one.Cid(), 1, pb.Message_Wantlist_Block, true)
		sends.AddBlock(one)
		var mu sync.Mutex
		var pauses []time.Duration
		d := &debts{stalled: func(_ peer.ID, pause time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			pauses = append(pauses, pause)
		}}
		stall := func(times int) {
			for range times {
				d.asked("p", asks)
				time.Sleep(2 * stallTime)
			}
		}
		stall(8)
		d.asked("p", asks)
		d.answered("p", sends)
		stall(1)
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 1}
		for i := range want {
			want[i] *= time.Second
		}
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(pauses, want) {
			t.Errorf("pauses of %v; want %v", pauses, want)
		}
		d.forgive("p")
		if len(d.peers) != 0 {
			t.Error("a peer that is gone is remembered")
		}
	})
}
