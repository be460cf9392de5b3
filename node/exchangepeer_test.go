//go:build !js

package node_test

import (
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"google.golang.org/protobuf/proto"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// marshal encodes a message that boxo would not make.
func marshal(m *pb.Message) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

const bitswapProtocol = "/ipfs/bitswap/1.2.0"

// A scripted peer speaks bitswap as it is told to, and counts what it is asked
// for.
type scripted struct {
	t    testing.TB
	host host.Host
	// answer is called with each block that is wanted, in a goroutine of its own.
	answer func(p *scripted, from peer.ID, c cid.Cid)

	mu    sync.Mutex // guards following
	wants map[cid.Cid]int
}

// newScripted starts a peer that says of each block that it has it.
func newScripted(t testing.TB, answer func(p *scripted, from peer.ID, c cid.Cid)) *scripted {
	p := &scripted{t: t, host: newHost(t), answer: answer, wants: map[cid.Cid]int{}}
	p.host.SetStreamHandler(bitswapProtocol, func(s network.Stream) {
		defer s.Close()
		for {
			m, _, err := message.FromNet(s)
			if err != nil {
				return
			}
			p.asked(s.Conn().RemotePeer(), m)
		}
	})
	return p
}

func (p *scripted) asked(from peer.ID, m message.BitSwapMessage) {
	haves := message.New(false)
	for _, e := range m.Wantlist() {
		switch {
		case e.Cancel:
		case e.WantType == pb.Message_Wantlist_Have:
			haves.AddHave(e.Cid)
		default:
			p.mu.Lock()
			p.wants[e.Cid]++
			p.mu.Unlock()
			go p.answer(p, from, e.Cid)
		}
	}
	if !haves.Empty() {
		p.send(from, haves)
	}
}

// asks returns how often a block was asked for.
func (p *scripted) asks(c cid.Cid) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wants[c]
}

func (p *scripted) send(to peer.ID, m message.BitSwapMessage) {
	p.write(to, func(w io.Writer) { _ = m.ToNetV1(w) })
}

func (p *scripted) sendBlocks(to peer.ID, bs ...blocks.Block) {
	m := message.New(false)
	for _, b := range bs {
		m.AddBlock(b)
	}
	p.send(to, m)
}

// sendRaw sends a message of these bytes.
func (p *scripted) sendRaw(to peer.ID, data []byte) {
	p.write(to, func(w io.Writer) {
		_, _ = w.Write(binary.AppendUvarint(nil, uint64(len(data))))
		_, _ = w.Write(data)
	})
}

// write writes to a new stream. That may fail: the other side may have enough.
func (p *scripted) write(to peer.ID, write func(io.Writer)) {
	s, err := p.host.NewStream(context.Background(), to, bitswapProtocol)
	if err != nil {
		return
	}
	write(s)
	_ = s.Close()
}

// TestExchangeAsksOnce has several operations want the same blocks at a time. A
// peer is asked once for each; they are put once; and who gives up, the first
// one included, takes nothing from the others.
func TestExchangeAsksOnce(t *testing.T) {
	const tabs = 8
	store := map[cid.Cid]blocks.Block{}
	answering := make(chan struct{})
	p := newScripted(t, func(p *scripted, from peer.ID, c cid.Cid) {
		<-answering
		p.sendBlocks(from, store[c])
	})
	var cids []cid.Cid
	for i := range 16 {
		b := blocks.NewBlock(noise(1000 + i))
		store[b.Cid()] = b
		cids = append(cids, b.Cid())
	}
	cfg := newConfig()
	w := watch(cfg.Blockstore)
	var mu sync.Mutex
	puts := 0
	w.putHook = func(bs []blocks.Block) {
		mu.Lock()
		defer mu.Unlock()
		puts += len(bs)
	}
	cfg.Blockstore = w
	n := newNetworked(t, cfg)
	connect(t, n.host, p.host)

	var all sync.WaitGroup
	quit, cancel := context.WithCancel(soon(t))
	for tab := range tabs {
		for i, c := range cids {
			ctx, gives := soon(t), true
			if tab == 0 || i%2 == 0 && tab == 1 {
				ctx, gives = quit, false
			}
			all.Go(func() {
				data, err := n.BlockGet(ctx, c)
				if gives && (err != nil || string(data) != string(store[c].RawData())) {
					t.Errorf("BlockGet: %d bytes, %v", len(data), err)
				}
				if !gives && err == nil {
					t.Error("BlockGet succeeded though its context had ended")
				}
			})
			if tab == 0 {
				eventually(t, "the first to ask", func() bool { return p.asks(c) == 1 })
			}
		}
	}
	// Who gives up before another wants the block would end the want.
	eventually(t, "all want all", func() bool {
		return !slices.ContainsFunc(cids, func(c cid.Cid) bool { return n.Waiting(c) < tabs })
	})
	cancel()
	time.Sleep(20 * time.Millisecond)
	close(answering)
	all.Wait()
	for _, c := range cids {
		if got := p.asks(c); got != 1 {
			t.Errorf("block %s was asked for %d times; want once", c, got)
		}
	}
	if puts != len(cids) {
		t.Errorf("put %d blocks; want %d", puts, len(cids))
	}
	st, err := n.BitswapStat(t.Context())
	if err != nil || st.BlocksReceived != uint64(len(cids)) || st.DupBlksReceived != 0 || len(st.Wantlist) != 0 {
		t.Errorf("BitswapStat: %+v, %v; want %d blocks received and no others", st, err, len(cids))
	}
}

// TestExchangeBadPeers has peers misbehave while a block is wanted that only a
// good one gives, which it does after a while.
func TestExchangeBadPeers(t *testing.T) {
	other := blocks.NewBlock(noise(4321))
	for _, test := range []struct {
		name   string
		answer func(p *scripted, from peer.ID, c cid.Cid)
		// dropped reports whether what was sent is accounted for.
		dropped func(st nodeapi.BitswapStat) bool
	}{
		{"hangs", func(*scripted, peer.ID, cid.Cid) {}, nil},
		{"sends what nobody asked for", func(p *scripted, from peer.ID, _ cid.Cid) {
			for range 10 {
				p.sendBlocks(from, other)
			}
		}, func(st nodeapi.BitswapStat) bool { return st.DupBlksReceived == 10 && st.DupDataReceived == 43210 }},
		{"sends other bytes for it", func(p *scripted, from peer.ID, c cid.Cid) {
			b, _ := blocks.NewBlockWithCid([]byte("other bytes"), c)
			p.sendBlocks(from, b)
		}, func(st nodeapi.BitswapStat) bool { return st.DupBlksReceived == 1 }},
		{"sends a hash that is not taken", func(p *scripted, from peer.ID, _ cid.Cid) {
			b := &pb.Message_Block{Prefix: []byte{1, 0x55, 0xd5, 0x01, 16}, Data: []byte("md5")}
			p.sendRaw(from, marshal(&pb.Message{Payload: []*pb.Message_Block{b}}))
		}, func(st nodeapi.BitswapStat) bool { return st.DupBlksReceived == 1 }},
		{"sends a CID that cannot be", func(p *scripted, from peer.ID, _ cid.Cid) {
			b := &pb.Message_Block{Prefix: []byte{0, 0x55, 0x12, 32}, Data: []byte("raw in version 0")}
			p.sendRaw(from, marshal(&pb.Message{Payload: []*pb.Message_Block{b}}))
		}, func(st nodeapi.BitswapStat) bool { return st.DupBlksReceived == 1 }},
		{"sends garbage", func(p *scripted, from peer.ID, _ cid.Cid) {
			p.sendRaw(from, noise(5000))
		}, func(st nodeapi.BitswapStat) bool { return st.MessagesDropped == 1 }},
		{"sends a message too large", func(p *scripted, from peer.ID, _ cid.Cid) {
			p.sendRaw(from, noise(4<<20+1))
		}, func(st nodeapi.BitswapStat) bool { return st.MessagesDropped == 1 }},
		{"promises a message and sends half", func(p *scripted, from peer.ID, _ cid.Cid) {
			p.write(from, func(w io.Writer) { _, _ = w.Write([]byte{200, 1, 1, 2, 3}) })
		}, func(st nodeapi.BitswapStat) bool { return st.MessagesDropped == 1 }},
		{"closes the connection", func(p *scripted, from peer.ID, _ cid.Cid) {
			_ = p.host.Network().ClosePeer(from)
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n, good := newNetworked(t, newConfig()), newNetworked(t, newConfig())
			bad := newScripted(t, test.answer)
			connect(t, n.host, bad.host)
			wanted := noise(50_000)
			c := putBlock(t, newNode(t, newConfig()), wanted, nodeapi.BlockPutOptions{})
			got := make(chan error, 1)
			go func() {
				data, err := n.BlockGet(soon(t), c)
				if err == nil && string(data) != string(wanted) {
					t.Errorf("got %d other bytes", len(data))
				}
				got <- err
			}()
			eventually(t, "the bad peer to be asked", func() bool { return bad.asks(c) > 0 })
			if test.dropped != nil {
				eventually(t, "the account of what was dropped", func() bool {
					st, err := n.BitswapStat(t.Context())
					return err == nil && test.dropped(st)
				})
			}
			putBlock(t, good.Node, wanted, nodeapi.BlockPutOptions{})
			connect(t, n.host, good.host)
			if err := <-got; err != nil {
				t.Errorf("the good peer's block did not come: %v", err)
			}
		})
	}
}

// TestExchangeAsksAgain has the one peer there is forget what it was asked for.
func TestExchangeAsksAgain(t *testing.T) {
	t.Parallel()
	b := blocks.NewBlock(noise(5000))
	p := newScripted(t, func(p *scripted, from peer.ID, c cid.Cid) {
		if p.asks(c) > 1 {
			p.sendBlocks(from, b)
		}
	})
	n := newNetworked(t, newConfig())
	connect(t, n.host, p.host)
	if _, err := n.BlockGet(soon(t), b.Cid()); err != nil {
		t.Errorf("BlockGet: %v", err)
	}
}

// TestExchangeTooLarge wants a block that is larger than the node takes to be
// refused to who asked for it.
func TestExchangeTooLarge(t *testing.T) {
	large := blocks.NewBlock(make([]byte, 2<<20+1))
	p := newScripted(t, func(p *scripted, from peer.ID, _ cid.Cid) { p.sendBlocks(from, large) })
	n := newNetworked(t, newConfig())
	connect(t, n.host, p.host)
	_, err := n.BlockGet(soon(t), large.Cid())
	wantCode(t, "BlockGet", err, nodeapi.CodeBlockTooLarge)
}

// TestExchangeFloods has a peer open streams and promise large messages. That
// must neither take memory nor keep another from being heard.
func TestExchangeFloods(t *testing.T) {
	n := newNetworked(t, newConfig())
	bad := newScripted(t, nil)
	connect(t, n.host, bad.host)
	grown := peakHeap(func() {
		for range 200 {
			s, err := bad.host.NewStream(t.Context(), n.host.ID(), bitswapProtocol)
			if err != nil {
				break
			}
			_, _ = s.Write(binary.AppendUvarint(nil, 4<<20))
		}
		good := newNetworked(t, newConfig())
		c := putBlock(t, good.Node, noise(100_000), nodeapi.BlockPutOptions{})
		connect(t, n.host, good.host)
		if _, err := n.BlockGet(soon(t), c); err != nil {
			t.Errorf("BlockGet: %v", err)
		}
	})
	if grown > 128<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	runtime.KeepAlive(bad)
}
