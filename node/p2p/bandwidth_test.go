package p2p

import (
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

func TestBandwidthCounts(t *testing.T) {
	b := newBandwidth()
	b.LogSentMessage(10)
	b.LogSentMessageStream(10, "/a", "p")
	b.LogRecvMessage(5)
	b.LogRecvMessageStream(5, "/b", "p")
	b.LogRecvMessage(7)
	b.LogRecvMessageStream(7, "/b", "q")
	for _, test := range []struct {
		peer    peer.ID
		proto   protocol.ID
		in, out uint64
	}{
		{"", "", 12, 10}, {"p", "", 5, 10}, {"q", "", 7, 0}, {"", "/a", 0, 10}, {"", "/b", 12, 0}, {"r", "", 0, 0}, {"", "/c", 0, 0},
	} {
		if got := b.traffic(test.peer, test.proto); got.In != test.in || got.Out != test.out {
			t.Errorf("peer %q, protocol %q: got %+v; want %d in, %d out", test.peer, test.proto, got, test.in, test.out)
		}
	}
	if got := b.GetBandwidthByPeer(); len(got) != 2 || got["q"].TotalIn != 7 {
		t.Errorf("by peer: %+v", got)
	}
	if got := b.GetBandwidthByProtocol(); len(got) != 2 || got["/b"].TotalIn != 12 {
		t.Errorf("by protocol: %+v", got)
	}
	if b.GetBandwidthTotals().TotalOut != 10 || b.GetBandwidthForPeer("p").TotalOut != 10 || b.GetBandwidthForProtocol("/a").TotalOut != 10 {
		t.Error("the figures for libp2p are others")
	}
}

// A steady flow is told as what it is, and its rate falls once it has ended.
func TestBandwidthRate(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		b := newBandwidth()
		rate := func() float64 { return b.traffic("", "").RateIn }
		for range 1000 {
			time.Sleep(100 * time.Millisecond)
			b.LogRecvMessage(100)
		}
		if got := rate(); math.Abs(got-1000) > 20 {
			t.Errorf("1000 bytes a second are told as %f", got)
		}
		time.Sleep(5 * time.Second)
		if got := rate(); got < 300 || got > 400 {
			t.Errorf("5 seconds later: %f", got)
		}
		time.Sleep(time.Minute)
		if got := rate(); got > 1 {
			t.Errorf("a minute later: %f", got)
		}
	})
}

// Of more peers than are remembered, those are forgotten that have been quiet.
func TestBandwidthForgets(t *testing.T) {
	synctest.Test(t, func(*testing.T) {
		b := newBandwidth()
		for i := range 3 * maxCountedPeers {
			time.Sleep(time.Millisecond)
			b.LogSentMessageStream(1, protocol.ID("/"+strconv.Itoa(i)), peer.ID(strconv.Itoa(i)))
			b.LogSentMessageStream(1, "/steady", "steady")
		}
		if len(b.peers.by) != maxCountedPeers || len(b.protocols.by) != maxCountedProtocols {
			t.Errorf("%d peers and %d protocols are remembered", len(b.peers.by), len(b.protocols.by))
		}
		if got := b.traffic("steady", "").Out; got != 3*maxCountedPeers {
			t.Errorf("of the steady peer %d bytes are counted", got)
		}
		if got := b.traffic("", "/"+protocol.ID(strconv.Itoa(3*maxCountedPeers-1))).Out; got != 1 {
			t.Errorf("of the newest protocol %d bytes are counted", got)
		}
	})
}
