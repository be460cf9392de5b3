package pubsub

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	// Streams that peers may hold open. ipfs-pubsub-room opens one for each of its
	// rooms.
	maxDirectStreams     = 512
	maxDirectPeerStreams = 32
	// Bytes of unfinished documents that are held. A peer has room for two of the
	// largest.
	maxDirectPending     = 32 << 20
	maxDirectPeerPending = 8 << 20
	// directStall is how long a peer may pause within a document.
	directStall = time.Minute
	// maxDirectFaults is how many faults a stream may have.
	maxDirectFaults = 64
)

var errTooMuchPending = errors.New("more unfinished documents than there is room for")

// inbox reads the direct messages that peers send.
type inbox struct {
	self  peer.ID
	limit int // bytes of a document
	// deliver takes each message. It does not wait.
	deliver func(*directMessage)
	// drop is told of each thing that was dropped, and of its sender.
	drop func(peer.ID, error)

	mu      sync.Mutex // guards following
	streams int
	pending int
	peers   map[peer.ID]*inboxPeer
}

// inboxPeer is what the streams of one peer hold.
type inboxPeer struct{ streams, pending int }

// handle reads a stream to its end. Libp2p calls it in a goroutine of its own.
func (b *inbox) handle(s network.Stream) {
	from := s.Conn().RemotePeer()
	if !b.admit(from) {
		b.drop(from, errors.New("more streams than there is room for"))
		_ = s.Reset()
		return
	}
	held := 0
	defer func() { b.release(from, held) }()
	if err := b.read(s, from, &held); err != nil {
		_ = s.Reset()
		return
	}
	_ = s.Close()
}

// read reads s until it ends. It keeps in held how many bytes are accounted to
// the stream.
func (b *inbox) read(s network.Stream, from peer.ID, held *int) error {
	faults := 0
	fault := func(err error) {
		faults++
		b.drop(from, err)
	}
	split := splitter{limit: b.limit, fault: fault, document: func(doc []byte) {
		m, err := decodeDirect(doc, from, b.self)
		if err != nil {
			fault(err)
			return
		}
		b.deliver(m)
	}}
	piece := make([]byte, 4<<10)
	for {
		n, err := s.Read(piece)
		split.write(piece[:n])
		switch {
		case errors.Is(err, io.EOF):
			if split.depth > 0 {
				b.drop(from, io.ErrUnexpectedEOF)
			}
			return nil
		case err != nil:
			if split.depth > 0 {
				b.drop(from, err)
			}
			return err
		case faults > maxDirectFaults:
			return errNotADocument
		case !b.account(from, held, split.pending()):
			b.drop(from, errTooMuchPending)
			return errTooMuchPending
		}
		var deadline time.Time
		if split.depth > 0 {
			deadline = time.Now().Add(directStall)
		}
		_ = s.SetReadDeadline(deadline) // without it a peer that stalls holds its own stream
	}
}

func (b *inbox) admit(from peer.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.peers[from]
	if b.streams == maxDirectStreams || p != nil && p.streams == maxDirectPeerStreams {
		return false
	}
	if p == nil {
		p = &inboxPeer{}
		b.peers[from] = p
	}
	p.streams++
	b.streams++
	return true
}

// account changes what a stream holds to n bytes, if there is room.
func (b *inbox) account(from peer.ID, held *int, n int) bool {
	more := n - *held
	if more == 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.peers[from]
	if more > 0 && (b.pending+more > maxDirectPending || p.pending+more > maxDirectPeerPending) {
		return false
	}
	p.pending += more
	b.pending += more
	*held = n
	return true
}

func (b *inbox) release(from peer.ID, held int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.peers[from]
	p.streams--
	p.pending -= held
	b.streams--
	b.pending -= held
	if p.streams == 0 {
		delete(b.peers, from)
	}
}
