package pubsub

import (
	"slices"
	"sync"
	"time"

	gossip "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// A peer is read no further while so many of its messages, or bytes of them,
	// wait to have their signatures checked, or while all peers' do.
	pendingMessages = 32
	pendingBytes    = 2 << 20
	pendingTotal    = 16 << 20
	// rpcMessages is how many messages of one RPC are taken; the rest is dropped.
	rpcMessages = 1024
	// A peer may send inBurst messages at once, and inRate a second in the long
	// run. This bounds what gossipsub remembers of messages that it has seen.
	inBurst = 1 << 15
	inRate  = 512
	// The same in bytes of messages. This bounds what gossipsub keeps of the last
	// five seconds for peers who missed it.
	inBytesBurst = 8 << 20
	inBytesRate  = 4 << 20
	// badCost is for how many messages one counts that breaks the rules, beside
	// those before it: a peer of such messages alone is soon down to one a second.
	badCost = inRate
	// peerTopics is how many topics of a peer are remembered.
	peerTopics = 4096
	// inPeers is how many peers are remembered.
	inPeers = 1024
	// stuck is how long no message of a peer may be checked before it is read all
	// the same: the sums below rest on how gossipsub works inside.
	stuck = 10 * time.Second
)

// inflow keeps a peer that floods from starving others. Gossipsub checks
// signatures one by one, and drops what comes while too many messages wait,
// whoever sent them. So a peer whose messages wait is not read, and the
// connection's flow control slows it down; nothing is dropped, and other peers'
// messages never wait behind more than pendingMessages of it.
//
// It counts by gossipsub's own trace. A message that was counted in take comes
// out of the queue in exactly one of these: as a duplicate, as refused before
// validation, or as handed to validation.
type inflow struct {
	joined map[string]struct{} // topics, for gossipsub's loop alone

	mu    sync.Mutex // guards following
	peers map[peer.ID]*inPeer
	bytes int
}

type inPeer struct {
	messages, bytes int
	topics          int           // that it says it listens to
	credit, volume  bucket        // of messages, and of bytes of them
	moved           time.Time     // when a message last was checked, or began to wait
	wake            chan struct{} // closed when that happens next; nil if nobody waits
}

func newInflow() *inflow {
	return &inflow{joined: make(map[string]struct{}), peers: make(map[peer.ID]*inPeer)}
}

// begin is called when a peer opens a stream: it will tell of its topics anew.
func (f *inflow) begin(from peer.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.peerLocked(from).topics = 0
}

// take is called with each RPC before gossipsub looks at it. It removes the
// messages of topics that nobody here listens to, which gossipsub would drop
// without a trace, and all that is too much.
func (f *inflow) take(from peer.ID, rpc *gossip.RPC) {
	var publish []*pb.Message
	bytes := 0
	for _, m := range rpc.GetPublish() {
		if _, ok := f.joined[m.GetTopic()]; ok && len(publish) < rpcMessages {
			publish = append(publish, m)
			bytes += len(m.GetData())
		}
	}
	cost := max(1, len(rpc.GetPublish()))
	rpc.Publish = publish

	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.peerLocked(from)
	now := time.Now()
	p.refill(now)
	p.credit.take(cost)
	p.volume.take(bytes)
	if p.messages == 0 {
		p.moved = now
	}
	rpc.Subscriptions = p.announced(rpc.Subscriptions)
	p.messages += len(publish)
	p.bytes += bytes
	f.bytes += bytes
}

// announced returns those of a peer's topics that gossipsub is to remember.
func (p *inPeer) announced(subs []*pb.RPC_SubOpts) []*pb.RPC_SubOpts {
	return slices.DeleteFunc(subs, func(sub *pb.RPC_SubOpts) bool {
		switch {
		case !sub.GetSubscribe():
			p.topics = max(0, p.topics-1)
		case p.topics >= peerTopics || !validTopic(sub.GetTopicid()):
			return true
		default:
			p.topics++
		}
		return false
	})
}

// checked is called when a message is out of the queue. A message that breaks
// the rules is bad.
func (f *inflow) checked(m *gossip.Message, bad bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.peers[m.ReceivedFrom]
	if p == nil { // published here, or long gone
		return
	}
	size := min(len(m.GetData()), p.bytes)
	p.messages = max(0, p.messages-1)
	p.bytes -= size
	f.bytes -= size
	if bad {
		p.credit.take(badCost)
	}
	p.moved = time.Now()
	if p.wake != nil {
		close(p.wake)
		p.wake = nil
	}
}

// blame is called when a message that was checked breaks the rules after all.
func (f *inflow) blame(m *gossip.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.peers[m.ReceivedFrom]; p != nil {
		p.credit.take(badCost)
	}
}

// wait returns when the peer may be read, or when ended is closed.
func (f *inflow) wait(from peer.ID, ended <-chan struct{}) {
	for {
		pause, wake := f.pause(from)
		if pause <= 0 {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-wake:
		case <-timer.C:
		case <-ended:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// pause returns how long the peer should at most wait to be read, 0 if it need
// not, and what tells that it may be sooner.
func (f *inflow) pause(from peer.ID) (time.Duration, <-chan struct{}) {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.peerLocked(from)
	p.refill(now)
	if debt := max(p.credit.debt(), p.volume.debt()); debt > 0 {
		return debt, nil
	}
	full := p.messages >= pendingMessages || p.bytes >= pendingBytes
	if p.messages == 0 || !full && f.bytes < pendingTotal {
		return 0, nil
	}
	if idle := now.Sub(p.moved); idle >= stuck {
		f.bytes -= p.bytes
		p.messages, p.bytes = 0, 0
		return 0, nil
	}
	if p.wake == nil {
		p.wake = make(chan struct{})
	}
	return stuck, p.wake
}

func (p *inPeer) refill(now time.Time) {
	p.credit.refill(now)
	p.volume.refill(now)
}

func (f *inflow) peerLocked(id peer.ID) *inPeer {
	p := f.peers[id]
	if p == nil {
		now := time.Now()
		if len(f.peers) >= inPeers {
			f.sweep(now)
		}
		p = &inPeer{
			credit: newBucket(inBurst, inRate, now),
			volume: newBucket(inBytesBurst, inBytesRate, now),
		}
		f.peers[id] = p
	}
	return p
}

// sweep forgets the peers who have nothing to wait for. Others stay when they
// disconnect: a new connection is no new start.
func (f *inflow) sweep(now time.Time) {
	for id, p := range f.peers {
		if p.refill(now); p.messages == 0 && p.credit.full() && p.volume.full() {
			delete(f.peers, id)
		}
	}
	for id, p := range f.peers { // there are as many in debt, and which goes does not matter
		if len(f.peers) < inPeers {
			break
		}
		f.bytes -= p.bytes
		delete(f.peers, id)
	}
}
